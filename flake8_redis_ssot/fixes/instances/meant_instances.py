"""Constructions whose surroundings say that a new instance is meant: default values, and tests of the class itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_redis_ssot.files.test_paths import is_about
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite
from flake8_redis_ssot.fixes.usage.observations import MemberUse, ValueUses
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, last_name
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

_SETTINGS_CLASS = re.compile(r"(?:Settings|Config|Configuration|Options)$")
_DEFAULT_WORD = re.compile(r"(?:^|_)defaults?(?:_|$)", re.IGNORECASE)


def check(construction: ConstructionSite, uses: ValueUses, file: FileContext, table: SymbolTable) -> None:
    """Raise NotFixableError if a new instance is meant.

    That is one of settings where a name says that their default values are, and in a test of the class of the project:
    one that is named after its module, or uses private members of the instance.
    """
    definition = construction.definition
    class_name = definition.name.rpartition(".")[2]
    if _SETTINGS_CLASS.search(class_name):
        name = next(filter(_DEFAULT_WORD.search, _iter_names(construction.expression, file, table)), None)
        if name is not None:
            raise NotFixableError(f"`{name}` is about default values, which a new `{class_name}` has")
    if not file.is_test or definition.path is None:
        return
    module = definition.name.removesuffix(f".{definition.qualname}")
    if is_about(file.relative_path, module.rpartition(".")[2]):
        raise NotFixableError(f"the test is named after `{module}`, and so is about `{class_name}` itself")
    private = next((use for use in uses.of_type(MemberUse) if use.name.startswith("_")), None)
    if private is not None:
        raise NotFixableError(f"the test uses the private `{private.name}`, and so needs an instance of its own")


def _iter_names(expression: ast.expr, file: FileContext, table: SymbolTable) -> Iterator[str]:
    """The names around an expression: of what it is assigned to and passed to, and in a test of the function."""
    for node in table.ancestors(expression):
        if isinstance(node, ast.Call):
            yield last_name(node.func)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (last_name(target) for target in targets)
        elif isinstance(node, FunctionNode):
            yield from [node.name] if file.is_test else []
            return
