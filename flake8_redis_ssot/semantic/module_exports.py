"""`__all__`, the names that a module exports to star imports, and other names in strings and comments."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import NamedTuple

from flake8_redis_ssot.semantic.scopes import Symbol, sort_by_position
from flake8_redis_ssot.semantic.symbol_builder import NodeReader, SymbolBuilder
from flake8_redis_ssot.syntax.source import split_lines


class DunderAll(NamedTuple):
    """The entries of `__all__` in order; `names` is None if there is no `__all__` or it is computed."""

    names: tuple[str, ...] | None
    entries: tuple[ast.Constant, ...]


def read_dunder_all(symbol: Symbol | None, parents: Mapping[ast.AST, ast.AST]) -> DunderAll:
    """Read all assignments and calls that build the module's `__all__`."""
    if symbol is None:
        return DunderAll(None, ())
    entries: list[ast.Constant] = []
    is_computed = symbol.has_inner_declaration  # a function changes it at an unknown time
    for node in sort_by_position(dict.fromkeys((*symbol.binding_nodes, *symbol.reads))):
        added = _added_entries(node, parents)
        is_computed = is_computed or added is None
        entries += added or ()
    names = None if is_computed else tuple(dict.fromkeys(str(entry.value) for entry in entries))
    return DunderAll(names, tuple(entries))


def _added_entries(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> list[ast.Constant] | None:
    """The strings that one use of `__all__` adds; None if they are unknown."""
    enclosing = parents.get(node)
    if isinstance(enclosing, ast.Assign) and node in enclosing.targets:
        return _string_constants(enclosing.value)
    if isinstance(enclosing, ast.AnnAssign) and node is enclosing.target:
        return [] if enclosing.value is None else _string_constants(enclosing.value)
    if isinstance(enclosing, ast.AugAssign) and node is enclosing.target:
        return _string_constants(enclosing.value) if isinstance(enclosing.op, ast.Add) else None
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
        return None
    if isinstance(enclosing, ast.Attribute):
        return _method_entries(enclosing, parents.get(enclosing))
    is_changed = isinstance(enclosing, ast.Subscript) and not isinstance(enclosing.ctx, ast.Load)
    return None if is_changed else []


def _method_entries(attribute: ast.Attribute, call: ast.AST | None) -> list[ast.Constant] | None:
    if not isinstance(call, ast.Call) or call.func is not attribute or len(call.args) != 1:
        return None
    if attribute.attr == "extend":
        return _string_constants(call.args[0])
    if attribute.attr == "append":
        return _string_constants(ast.List(call.args))
    return [] if attribute.attr in ("count", "index") else None


def _string_constants(node: ast.expr) -> list[ast.Constant] | None:
    """The strings of a list or tuple display, or of a sum of displays; None for anything else."""
    constants: list[ast.Constant] = []
    stack = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add):
            stack += [part.right, part.left]
        elif isinstance(part, (ast.List, ast.Tuple)):
            strings = [item for item in part.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)]
            if len(strings) != len(part.elts):
                return None
            constants += strings
        else:
            return None
    return constants


def is_dunder_all_assignment(statement: ast.stmt) -> bool:
    """Whether a statement assigns `__all__`."""
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)


def parse_expression(text: str) -> ast.expr | None:
    """The expression in a string; None if it does not hold one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes in nested strings
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def iter_type_names(text: str, readers: Mapping[type[ast.AST], NodeReader]) -> Iterator[str]:
    """The names that a string in type position reads, also in nested strings."""
    if text.isidentifier():
        yield text
        return
    # A type may span lines, or be unpacked.
    tree = parse_expression(f"({text}\n)") or parse_expression(f"({text},\n)")
    if tree is None:
        return
    builder = SymbolBuilder(readers, {})
    builder.run(tree, in_type=True)
    for scope in builder.scopes:
        yield from scope.loads
    for inner, _ in builder.quoted_types:
        if len(str(inner.value)) < len(text):
            yield from iter_type_names(str(inner.value), readers)


class TextWords:
    """The words of the doctests and type comments of a text, and of `strings`, which may hold expressions."""

    def __init__(self, text: str, strings: Iterable[ast.Constant]) -> None:
        self._rows: dict[str, list[int]] = {}
        self._strings: dict[str, list[ast.Constant]] = {}
        for row, line in enumerate(split_lines(text), 1):
            starts = list(_iter_code_starts(line))
            for word in set(_WORD.findall(line, min(starts))) if starts else ():
                self._rows.setdefault(word, []).append(row)
        for string in strings:
            for word in set(_WORD.findall(str(string.value))):
                self._strings.setdefault(word, []).append(string)

    def find_rows(self, name: str, excluded: Container[ast.Constant]) -> Iterator[int]:
        """Rows (1-based) where code in a text contains the name; strings that are `excluded` do not count."""
        yield from self._rows.get(name, ())
        for string in self._strings.get(name, ()):
            if string not in excluded and _has_read_of(name, str(string.value)):
                yield string.lineno


_WORD = re.compile(r"\w+")


def _iter_code_starts(line: str) -> Iterator[int]:
    for pattern in (_DOCTEST_PROMPT, _TYPE_COMMENT):
        match = pattern.search(line)
        if match:
            yield match.end()


def _has_read_of(name: str, text: str) -> bool:
    if text == name:
        return True
    tree = parse_expression(text)
    return tree is not None and any(_is_or_contains(node, name, len(text)) for node in ast.walk(tree))


def _is_or_contains(node: ast.AST, name: str, length: int) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and len(node.value) < length and _has_read_of(name, node.value)
    return name in (getattr(node, "id", None), getattr(node, "attr", None))


# A line of a doctest, possibly the first one of its string.
_DOCTEST_PROMPT = re.compile(r"^\s*(?:[rRbBuU]*(?:\"\"\"|'''|\"|'))?\s*(?:>>>|\.\.\.)(?=\s)")
_TYPE_COMMENT = re.compile(r"#\s*type:(?!\s*ignore\b)")
