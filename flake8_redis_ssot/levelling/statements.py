"""Statements that no Python can read, found one by one in the concrete tree, wherever that tree is sound."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_redis_ssot.levelling.cuts import Cut, stubs
from flake8_redis_ssot.levelling.trees import span, trouble_in

if TYPE_CHECKING:
    from ast_grep_py import SgNode


def broken_statements(text: str, root: SgNode) -> Iterator[tuple[Cut, str]]:
    """What to cut, and why, so that each simple statement and each header in `text` can be read on its own.

    `root` is the concrete tree of `text`, or of a text with the same tokens in the same places. What lies in one
    of its ERROR nodes is not looked at: there, statements are guesses.
    """
    waiting = [root]
    while waiting:
        for node in waiting.pop().named_children():
            if node.kind() in _SIMPLE:
                yield from _broken_simple(text, node)
            elif node.kind() in _NESTING:
                yield from _broken_header(text, node)
                waiting.append(node)


def _broken_simple(text: str, node: SgNode) -> Iterator[tuple[Cut, str]]:
    start, end = span(node)
    after = "\ndef f():0" if node.kind() == "decorator" else ""
    trouble = trouble_in(text[start:end] + after)
    if trouble and not (node.find(kind="ERROR") and _swallows(text, start, end)):
        yield Cut(start, end, "0"), trouble.reason


def _broken_header(text: str, node: SgNode) -> Iterator[tuple[Cut, str]]:
    """A header that stays unreadable although it gets a body and the clauses that must go with it."""
    block = next((child for child in node.children() if child.kind() == "block"), None)
    if block is None:
        return
    start, end = span(node)[0], span(block)[0]
    header = text[start:end]
    before, after = _SURROUNDINGS.get(node.kind(), ("", "0"))
    trouble = trouble_in(before + header + after)
    if trouble and "\n" not in header.strip():
        yield Cut(start, end, next(stubs(header), "0")), trouble.reason


def _swallows(text: str, start: int, end: int) -> bool:
    """Whether a later line looks like a statement of its own, as when a bracket is not closed."""
    margin = start - text.rfind("\n", 0, start) - 1
    return bool(re.search(rf"\n[ \t]{{0,{margin}}}[\w@]", text[start:end]))


_SIMPLE = frozenset(
    f"{kind}_statement"
    for kind in [
        "assert",
        "break",
        "continue",
        "delete",
        "exec",
        "expression",
        "future_import",
        "global",
        "import",
        "import_from",
        "nonlocal",
        "pass",
        "print",
        "raise",
        "return",
        "type_alias",
    ]
) | {"decorator"}
_NESTING = frozenset(f"{kind}_statement" for kind in ["for", "if", "match", "try", "while", "with"]) | frozenset(
    [
        "block",
        "case_clause",
        "class_definition",
        "decorated_definition",
        "elif_clause",
        "else_clause",
        "except_clause",
        "finally_clause",
        "function_definition",
    ]
)
# What a header must stand between to be a whole statement.
_SURROUNDINGS = {
    "case_clause": ("match 0:\n ", "0"),
    "elif_clause": ("if 1:0\n", "0"),
    "else_clause": ("if 1:0\n", "0"),
    "except_clause": ("try:0\n", "0"),
    "finally_clause": ("try:0\n", "0"),
    "match_statement": ("", "case 0:0"),
    "try_statement": ("", "0\nfinally:0"),
}
