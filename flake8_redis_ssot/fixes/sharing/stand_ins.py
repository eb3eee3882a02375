"""Where another module is put in `sys.modules`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import dotted_name, string_value

_PATTERN = rb"sys[ \t]*\.[ \t]*modules\b|\bfrom[ \t]+sys[ \t]+import[^\n]*\bmodules\b"


class StandIn(NamedTuple):
    """Something replaces the module `name` (None: perhaps any), at the path and row (1-based)."""

    name: str | None
    path: str
    row: int


def find_stand_ins(context: FixContext) -> tuple[StandIn, ...]:
    """Every place in any file that may set or delete an entry of `sys.modules`."""
    paths = context.analysis.contents.find_matching(_PATTERN, [b"modules"])
    return tuple(stand_in for path in paths for stand_in in _stand_ins_in(path, context))


def _stand_ins_in(path: str, context: FixContext) -> Iterator[StandIn]:
    with suppress(OSError):
        names = context.names(path)
        for node in names.symbol_table.nodes:
            is_text = isinstance(node, ast.Constant) and node.value == "sys.modules"
            if is_text or (isinstance(node, ast.expr) and _is_modules(node, names)):
                for name in _replaced_names(node, names):
                    yield StandIn(name, path, getattr(node, "lineno", 0))


def _is_modules(node: ast.expr, names: FileNames) -> bool:
    if dotted_name(node).rpartition(".")[2] != "modules":
        return False
    definition = names.resolve(node)
    return definition is not None and definition.name == "sys.modules"


def _replaced_names(node: ast.AST, names: FileNames) -> Iterator[str | None]:
    """The modules that an expression with `sys.modules` replaces."""
    parent = names.symbol_table.parent(node)
    if isinstance(parent, ast.Subscript):
        if not isinstance(parent.ctx, ast.Load):
            yield string_value(parent.slice)
    elif isinstance(parent, ast.Attribute):
        call = names.symbol_table.parent(parent)
        if parent.attr not in ("copy", "get", "items", "keys", "values") and isinstance(call, ast.Call):
            yield from _argument_names(call, node)
    elif isinstance(parent, ast.Call) and dotted_name(parent.func) not in ("dict", "list", "len", "set", "sorted"):
        yield from _argument_names(parent, node)


def _argument_names(call: ast.Call, node: ast.AST) -> Iterator[str | None]:
    """The modules that are the keys of a dictionary, keywords, or the first argument after `sys.modules` itself."""
    yield from (keyword.arg for keyword in call.keywords)
    for argument in [each for each in call.args if each is not node][:1]:
        keys = argument.keys if isinstance(argument, ast.Dict) else [argument]
        yield from (string_value(key) for key in keys)
