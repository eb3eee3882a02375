"""Arguments that a test or a script chooses itself, so that it needs an instance of its own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.fixes.accessors.parameters import Argument
from flake8_redis_ssot.fixes.accessors.variables import assigned_value
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.scopes import Symbol

_SCRIPT_FOLDER = re.compile(r"(?:^|/)scripts/")


def check(arguments: Iterable[Argument], file: FileContext, context: FixContext) -> None:
    """Raise NotFixableError if a test or a script chooses an argument that a fix would drop.

    Such an argument is a constant or a name of a library, such as `NullPool`, or is computed from a text, a number,
    None, a parameter (of a test: a fixture), or something from a module of tests.
    """
    is_script = _SCRIPT_FOLDER.search(file.relative_path) is not None
    if not file.is_test and not is_script:
        return
    kind = "test" if file.is_test else "script"
    for argument in arguments:
        parts = _iter_parts(argument.value, file.path, context)
        if _is_fixed(argument.value, file.path, context) or any(_is_chosen(each, file.path, context) for each in parts):
            text = argument.format(ast.unparse)
            raise NotFixableError(f"the {kind} chooses the argument `{text}`, and so needs an instance of its own")


def _is_fixed(value: ast.expr, path: str, context: FixContext) -> bool:
    """Whether a value is a constant or a name of a library."""
    if isinstance(value, ast.Constant):
        return True
    definition = context.names(path).resolve(value) if isinstance(value, (ast.Name, ast.Attribute)) else None
    return definition is not None and definition.path is None


def _iter_parts(value: ast.expr, path: str, context: FixContext) -> Iterator[ast.expr]:
    """The parts of a value, and of the variables that it reads and that the file binds once.

    Of a call, only keyword arguments count: others may be keys under which a value is looked up.
    """
    pending, seen = [value], set[Symbol]()
    table = context.symbol_table(path)
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, ast.Call):
            pending += [node.func, *(each.value for each in node.keywords)]
        elif isinstance(node, ast.Subscript):
            pending.append(node.value)
        else:
            pending += [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
        symbol = table.lookup(node.id, node) if isinstance(node, ast.Name) else None
        if symbol is not None and symbol not in seen and len(symbol.bindings) == 1:
            seen.add(symbol)
            pending += filter(None, [assigned_value(symbol.bindings[0])])


def _is_chosen(node: ast.expr, path: str, context: FixContext) -> bool:
    if isinstance(node, ast.Constant):
        return node.value is None or (isinstance(node.value, (str, int)) and not isinstance(node.value, bool))
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return False
    symbol = context.symbol_table(path).lookup(node.id, node) if isinstance(node, ast.Name) else None
    if symbol is not None and any(isinstance(each.node, ast.arg) for each in symbol.bindings):
        return True
    definition = context.names(path).resolve(node)
    return (
        definition is not None
        and definition.path not in (None, path)
        and is_test_path(context.relative_path(definition.path))
    )
