"""Where another module is put in `sys.modules`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import dotted_name, last_name, string_value

_PATTERN = rb"sys[ \t]*\.[ \t]*modules\b|\bfrom[ \t]+sys[ \t]+import[^\n]*\bmodules\b"

_READING_METHODS = frozenset({"__contains__", "__getitem__", "__len__", "copy", "get", "items", "keys", "values"})
_READING_FUNCTIONS = frozenset(
    {"dict", "enumerate", "filter", "frozenset", "iter", "len", "list", "print", "repr", "set", "sorted", "tuple"}
)
_READING_NODES = (ast.Compare, ast.For, ast.comprehension, ast.FormattedValue, ast.Expr, ast.Starred)


class StandIn(NamedTuple):
    """Something replaces the module `name` (None: perhaps any), at the path and row (1-based)."""

    name: str | None
    path: str
    row: int


def find_stand_ins(context: FixContext) -> tuple[StandIn, ...]:
    """Every place in any file that may set or delete an entry of `sys.modules`: whatever does not certainly read it."""
    return context.remember("entries of sys.modules that are set", lambda: tuple(_find_all(context)))


def _find_all(context: FixContext) -> Iterator[StandIn]:
    for path in context.analysis.contents.find_matching(_PATTERN, [b"modules"]):
        yield from _stand_ins_in(path, context)


def _stand_ins_in(path: str, context: FixContext) -> Iterator[StandIn]:
    with suppress(OSError):
        names = context.names(path)
        aliases = (alias for each in context.document(path).imports for alias in each.names)
        words = {"modules"} | {alias.asname for alias in aliases if alias.name == "modules" and alias.asname}
        for node in names.symbol_table.nodes:
            is_text = isinstance(node, ast.Constant) and node.value == "sys.modules"
            if is_text or (isinstance(node, (ast.Name, ast.Attribute)) and _is_modules(node, words, names)):
                for name in _replaced_names(node, names):
                    yield StandIn(name, path, getattr(node, "lineno", 0))


def _is_modules(node: ast.expr, words: set[str], names: FileNames) -> bool:
    if last_name(node) not in words:
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
        if parent.attr not in _READING_METHODS:
            yield from _argument_names(call, node) if isinstance(call, ast.Call) and call.func is parent else (None,)
    elif isinstance(parent, ast.Call):
        is_restored = last_name(parent.func) == "dict" and len(parent.args) == 1 and not parent.keywords
        if dotted_name(parent.func) not in _READING_FUNCTIONS and not is_restored:
            yield from _argument_names(parent, node)
    elif not isinstance(parent, _READING_NODES):
        yield None


def _argument_names(call: ast.Call, node: ast.AST) -> Iterator[str | None]:
    """The modules that are the keys of a dictionary, keywords, or the first argument after `sys.modules` itself.

    None for each that is not written out, and if there are none: the call is passed `sys.modules` alone.
    """
    arguments = [each for each in call.args if each is not node][:1]
    if not (arguments or call.keywords):
        yield None
    yield from (keyword.arg for keyword in call.keywords)
    for argument in arguments:
        keys = argument.keys if isinstance(argument, ast.Dict) else [argument]
        yield from (string_value(key) for key in keys)
