"""Resolves decorators; the known ones and their effects on functions."""

from __future__ import annotations

import ast

from flake8_redis_ssot.project.types.class_model import MemberKind
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import MEMOIZING_DECORATORS, FunctionNode, dotted_name

PROPERTY_DECORATORS = frozenset({"abc.abstractproperty", "builtins.property", "functools.cached_property"})
CONTEXT_MANAGER_KINDS = {
    "contextlib.asynccontextmanager": MemberKind.ASYNC_CONTEXT,
    "contextlib.contextmanager": MemberKind.CONTEXT,
}
# All known decorators; those added here do not change how a function is called.
KNOWN_DECORATORS = frozenset(
    PROPERTY_DECORATORS
    | MEMOIZING_DECORATORS
    | CONTEXT_MANAGER_KINDS.keys()
    | {"abc.abstractmethod", "builtins.classmethod", "builtins.staticmethod", "warnings.deprecated"}
    | {f"typing.{name}" for name in ("deprecated", "final", "no_type_check", "overload", "override")}
)


def decorator_names(node: FunctionNode | ast.ClassDef, names: FileNames) -> list[str]:
    """The dotted names of the decorators, called or not; empty if unknown. A setter counts as `builtins.property`."""
    accessors = {f"{node.name}.{accessor}" for accessor in ("setter", "getter", "deleter")}
    callees = [each.func if isinstance(each, ast.Call) else each for each in node.decorator_list]
    definitions = [None if dotted_name(each) in accessors else names.resolve(each) for each in callees]
    return [
        "builtins.property" if dotted_name(callee) in accessors else definition.name if definition else ""
        for callee, definition in zip(callees, definitions)
    ]
