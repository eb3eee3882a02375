"""What names stand for: dotted names as written, and decorators by their true names."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable

from flake8_redis_ssot.project.resolver import Definition, Resolver
from flake8_redis_ssot.semantic.ast_queries import MEMOIZING_DECORATORS, FunctionNode, dotted_name

ModuleLoader = Callable[[str], ast.Module]
PROPERTY_DECORATORS = frozenset({"abc.abstractproperty", "builtins.property", "functools.cached_property"})
CONTEXT_MANAGER_DECORATORS = frozenset({"contextlib.asynccontextmanager", "contextlib.contextmanager"})
# All decorators that are known; these further ones leave a function as it is, to those who call it.
KNOWN_DECORATORS = (
    PROPERTY_DECORATORS
    | MEMOIZING_DECORATORS
    | CONTEXT_MANAGER_DECORATORS
    | {"abc.abstractmethod", "builtins.classmethod", "builtins.staticmethod", "warnings.deprecated"}
    | {f"typing.{name}" for name in ("deprecated", "final", "no_type_check", "overload", "override")}
)


def resolve_name(dotted: str, path: str, resolver: Resolver, *, class_scope: str = "") -> Definition | None:
    """The one home of a dotted name as written in a file, perhaps in the body of the class `class_scope`.

    Builtins are at home in `builtins`. None where it has no home for sure, or several.
    """
    module = resolver.modules.name_of(path)
    if class_scope and "<locals>" not in class_scope:
        class_definitions = resolver.resolve(f"{module}:@{class_scope}.{dotted}", path)
        if len(class_definitions) == 1 and class_definitions[0].is_found:
            return class_definitions[0]
    definitions = resolver.resolve(f"{module}:{dotted}", path)
    if all(
        definition.is_guess or (not definition.is_found and definition.path == path) for definition in definitions
    ) and hasattr(builtins, dotted):
        return Definition(f"builtins.{dotted}", None, "", is_found=False)
    known = [
        definition
        for definition in definitions
        if definition.is_found or (definition.path is None and not definition.is_guess)
    ]
    return normalize_definition(known[0]) if len(known) == len(definitions) == 1 else None


def normalize_definition(definition: Definition) -> Definition:
    """Without the way that led there; `typing_extensions` offers what `typing` does."""
    return definition._replace(name=definition.name.replace("typing_extensions.", "typing."), via=())


def decorator_names(
    node: FunctionNode | ast.ClassDef, path: str, resolver: Resolver, *, class_scope: str = ""
) -> list[str]:
    """The true names of the decorators, called or not; empty for what is not known. A setter counts as `property`."""
    names = []
    for decorator in node.decorator_list:
        dotted = dotted_name(decorator.func if isinstance(decorator, ast.Call) else decorator)
        if dotted in {f"{node.name}.{accessor}" for accessor in ("setter", "getter", "deleter")}:
            names.append("builtins.property")
        else:
            definition = resolve_name(dotted, path, resolver, class_scope=class_scope) if dotted else None
            names.append(definition.name if definition else "")
    return names
