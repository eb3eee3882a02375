"""Names in strings and comments: what no tree shows, but what may read a name all the same."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping

from flake8_redis_ssot.references.walk import Reader, Walk
from flake8_redis_ssot.source import lines_of


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
