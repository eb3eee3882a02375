"""Imports that are there on purpose, though nobody reads the name: a comment on the line says so."""

from __future__ import annotations

import ast
import re

from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.syntax.source import split_lines

CONDITION = Condition(
    "purpose",
    "Imports that a comment marks as intentional are kept.",
    shapes=(
        "no comment stands on the lines of the import, or only comments for tools: `type:`, `fmt:`, `isort:`, `mypy:`, "
        "`pyright:`, `ruff:`, `yapf:`, `nosec`, `pragma:`, and `noqa` or `pylint: disable` with other codes than those "
        "of unused imports",
    ),
)
_UNUSED_IMPORT = re.compile(r"\bF401\b|\bunused-import\b|\bW0611\b|^noqa\s*$", re.IGNORECASE)
_FOR_TOOLS = re.compile(
    r"(type|fmt|isort|mypy|pyright|pyre-\w+|ruff|yapf|pragma|pylint|flake8|noqa)\s*(:|$)|nosec\b|nolint\b|noinspection\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{3,}")
_CODE = re.compile(r"\b[A-Z]+\d+\b")


def find_purpose(statement: ast.stmt, alias: ast.alias, document: SourceDocument) -> str | None:
    """The comment that says why an import of one name stays, without `#`; None if there is none.

    In a list over several lines, comments count on the first and the last line and on those of the name itself.
    """
    start, end = document.offsets_of(statement)
    line_end = re.compile(r"[^\r\n]*").match(document.text, end)
    lines = split_lines(document.text[start : line_end.end() if line_end else end])
    own_rows = range(alias.lineno, (alias.end_lineno or alias.lineno) + 1)
    for row in dict.fromkeys((statement.lineno, *own_rows, statement.end_lineno or statement.lineno)):
        index = row - statement.lineno
        code, _, text = lines[index].partition("#") if index < len(lines) else ("", "", "")
        comments = [] if "'" in code or '"' in code else text.split("#")
        for comment in map(str.strip, comments):
            if _is_purpose(comment):
                return comment
    return None


def _is_purpose(comment: str) -> bool:
    if _UNUSED_IMPORT.search(comment):
        return True
    return not _FOR_TOOLS.match(comment) and bool(_WORD.search(_CODE.sub("", comment)))
