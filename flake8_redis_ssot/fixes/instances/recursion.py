"""Whether an accessor gets its instance from the very function that is to call it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.instances.accessor import SharedAccess
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite
from flake8_redis_ssot.project.view import FileContext

FunctionKey = tuple[str, str]  # an absolute path, and a qualified name in that file
_MAX_FUNCTIONS = 200  # limits the search


def check_recursion(
    shared_access: SharedAccess, construction: ConstructionSite, file: FileContext, context: FixContext
) -> None:
    """Follow the calls of an accessor. Raises NotFixableError if they lead to the construction itself."""
    if shared_access.is_instance or not construction.fact.function:
        return
    target = file.path, _strip_locals(construction.fact.function)
    pending: list[FunctionKey] = [(shared_access.path, shared_access.name)]
    seen: set[FunctionKey] = set()
    while pending and len(seen) < _MAX_FUNCTIONS:
        function = pending.pop()
        if (function[0], _strip_locals(function[1])) == target:
            name = target[1].rpartition(".")[2]
            raise NotFixableError(
                f"`{shared_access.name}()` gets its instance by way of `{name}`: they would call each other for ever"
            )
        if function not in seen:
            seen.add(function)
            pending += _find_callees(function, context)


def _strip_locals(qualname: str) -> str:
    return qualname.replace("<locals>.", "")


def _find_callees(function: FunctionKey, context: FixContext) -> Iterator[FunctionKey]:
    """The functions of the project that a function calls by name; `__init__` for a class."""
    path, qualname = function
    names = context.names(path)
    node = names.find_definition(qualname)
    if node is None or isinstance(node, ast.ClassDef):
        return
    for call in ast.walk(node):
        definition = names.resolve(call.func) if isinstance(call, ast.Call) else None
        if definition is not None and definition.path is not None and definition.qualname:
            is_class = isinstance(names.find_node(definition), ast.ClassDef)
            yield definition.path, f"{definition.qualname}.__init__" if is_class else definition.qualname
