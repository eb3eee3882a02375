"""What `__all__` says: the names that a module offers to star imports."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from flake8_redis_ssot.semantic.scopes import Variable, in_order
from flake8_redis_ssot.semantic.symbol_builder import Reader, Walk
from flake8_redis_ssot.syntax.source import lines_of


class Exports(NamedTuple):
    """The entries of `__all__` in order; `names` is None where there is none, or where it is computed."""

    names: tuple[str, ...] | None
    entries: tuple[ast.Constant, ...]


def exports_of(variable: Variable | None, parents: Mapping[ast.AST, ast.AST]) -> Exports:
    """Read all assignments and calls that make the module's `__all__`."""
    if variable is None:
        return Exports(None, ())
    entries: list[ast.Constant] = []
    computed = variable.declared  # a function changes it, nobody knows when
    for node in in_order(dict.fromkeys((*variable.writes, *variable.reads))):
        found = _added(node, parents)
        computed = computed or found is None
        entries += found or ()
    names = None if computed else tuple(dict.fromkeys(str(entry.value) for entry in entries))
    return Exports(names, tuple(entries))


def _added(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> list[ast.Constant] | None:
    """The strings that one use of `__all__` adds; None if that can't be told."""
    around = parents.get(node)
    if isinstance(around, ast.Assign) and node in around.targets:
        return _strings(around.value)
    if isinstance(around, ast.AnnAssign) and node is around.target:
        return [] if around.value is None else _strings(around.value)
    if isinstance(around, ast.AugAssign) and node is around.target:
        return _strings(around.value) if isinstance(around.op, ast.Add) else None
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
        return None
    if isinstance(around, ast.Attribute):
        return _of_method(around, parents.get(around))
    changed = isinstance(around, ast.Subscript) and not isinstance(around.ctx, ast.Load)
    return None if changed else []


def _of_method(method: ast.Attribute, call: ast.AST | None) -> list[ast.Constant] | None:
    if not isinstance(call, ast.Call) or call.func is not method or len(call.args) != 1:
        return None
    if method.attr == "extend":
        return _strings(call.args[0])
    if method.attr == "append":
        return _strings(ast.List(call.args))
    return [] if method.attr in ("count", "index") else None


def _strings(node: ast.expr) -> list[ast.Constant] | None:
    """The strings of a display, or of a sum of displays."""
    found: list[ast.Constant] = []
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add):
            waiting += [part.right, part.left]
        elif isinstance(part, (ast.List, ast.Tuple)):
            strings = [item for item in part.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)]
            if len(strings) != len(part.elts):
                return None
            found += strings
        else:
            return None
    return found


def lists_names(statement: ast.stmt) -> bool:
    """Whether a statement assigns `__all__`."""
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)


def expression(text: str) -> ast.expr | None:
    """The expression that a string holds, if it holds one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes in strings in it
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def names_in(text: str, readers: Mapping[type[ast.AST], Reader]) -> Iterator[str]:
    """The names that a string in the place of a type reads, those in strings in it too."""
    if text.isidentifier():
        yield text
        return
    # A type may span lines, or be unpacked.
    tree = expression(f"({text}\n)") or expression(f"({text},\n)")
    if tree is None:
        return
    walk = Walk(readers, {})
    walk.run(tree, typed=True)
    for scope in walk.scopes:
        yield from scope.loads
    for inner, _ in walk.quoted:
        if len(str(inner.value)) < len(text):
            yield from names_in(str(inner.value), readers)


def rows_with(name: str, text: str, strings: Iterable[ast.Constant]) -> Iterator[int]:
    """Rows (1-based) of doctests and type comments with the name, and of `strings` that are expressions with it."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    if not word.search(text):
        return
    for row, line in enumerate(lines_of(text), 1):
        if name in line and any(word.search(line, start) for start in _evidence(line)):
            yield row
    for string in strings:
        if word.search(str(string.value)) and _reads(name, str(string.value)):
            yield string.lineno


def _evidence(line: str) -> Iterator[int]:
    for pattern in (_PROMPT, _TYPE_COMMENT):
        found = pattern.search(line)
        if found:
            yield found.end()


def _reads(name: str, text: str) -> bool:
    if text == name:
        return True
    tree = expression(text)
    return tree is not None and any(_is_or_holds(node, name, len(text)) for node in ast.walk(tree))


def _is_or_holds(node: ast.AST, name: str, length: int) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and len(node.value) < length and _reads(name, node.value)
    return name in (getattr(node, "id", None), getattr(node, "attr", None))


# A doctest's line, perhaps the first one of its string.
_PROMPT = re.compile(r"^\s*(?:[rRbBuU]*(?:\"\"\"|'''|\"|'))?\s*(?:>>>|\.\.\.)(?=\s)")
_TYPE_COMMENT = re.compile(r"#\s*type:(?!\s*ignore\b)")
