"""Attributes that are read by strings: `getattr`, fields of formats, patterns of `match`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.semantic.ast_queries import last_name

# Functions that read what a string names.
_STRING_READERS = frozenset({"attrgetter", "getattr", "import_string", "methodcaller"})


def find_string_reads(name: str, context: FixContext) -> Iterator[tuple[str, int]]:
    """The path and row (1-based) of code that reads an attribute by a string that names it, or by a pattern."""
    word = re.escape(name.encode())
    pattern = rb"[\"'](?:[\w.]*[.:])?" + word + rb"[\"']|\bcase\b.*\b" + word + rb"[ \t]*="
    # Most files that have the name define it, or call it: the search looks for what follows it in a match.
    ends = [name.encode() + end for end in (b'"', b"'", b"=", b" ", b"\t")]
    contents = context.analysis.contents
    field = rb"\{[^{}\n]{0,200}\." + word + rb"\b"
    paths = {*contents.find_matching(pattern, ends), *contents.find_matching(field, [b"." + name.encode()])}
    for path in sorted(paths):
        symbol_table = context.symbol_table(path)
        for node in symbol_table.nodes:
            if isinstance(node, ast.MatchClass) and name in node.kwd_attrs:
                yield path, node.lineno
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and name in node.value:
                parent = symbol_table.parent(node)
                is_reader = isinstance(parent, ast.Call) and last_name(parent.func) in _STRING_READERS
                is_field = not isinstance(parent, ast.Expr) and _has_field(node.value, name)
                if is_field or (is_reader and _names(node.value, name)):
                    yield path, node.lineno


def _names(text: str, name: str) -> bool:
    return re.split(r"[.:]", text)[-1] == name


def _has_field(text: str, name: str) -> bool:
    """Whether a text is a format with a field that reads an attribute: `{0.name}`."""
    return re.search(rf"\{{[^{{}}\n]{{0,200}}\.{re.escape(name)}\b", text) is not None
