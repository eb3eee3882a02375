"""Statements of a module taken out, with the comment above them, and with the right blank lines left."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from itertools import takewhile

from flake8_redis_ssot.fixing.sheet import Sheet
from flake8_redis_ssot.model import Cut
from flake8_redis_ssot.source import lines_of


def erased(statements: Iterable[ast.stmt], sheet: Sheet) -> list[Cut]:
    """Take statements out that stand at the top of a file, each on lines of its own; neighbours go together."""
    lines = lines_of(sheet.text)
    rows = sorted((_first_row(each, lines), _last_row(each, lines)) for each in statements)
    together: list[tuple[int, int]] = []
    for start, end in rows:
        if together and not "".join(lines[together[-1][1] : start - 1]).strip():
            start = together.pop()[0]
        together.append((start, end))
    return [_cut(start, end, lines, sheet) for start, end in together]


def is_alone(statement: ast.stmt, sheet: Sheet) -> bool:
    """Whether a statement at the top of a file has its lines for itself, but for a comment."""
    start, end = sheet.range(statement)
    row = sheet.lines.place(end)[0]
    rest = lines_of(sheet.text)[row - 1][sheet.lines.place(end)[1] :].strip()
    return sheet.lines.place(start)[1] == 0 and (not rest or rest.startswith("#"))


def _first_row(statement: ast.stmt, lines: Sequence[str]) -> int:
    """The row of its first decorator, or of the comment directly above; a comment that heads the file stays."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    row = min([statement.lineno, *(each.lineno for each in decorators)])
    above = len(list(takewhile(lambda line: line.startswith("#"), reversed(lines[: row - 1]))))
    return row if above == row - 1 else row - above


def _last_row(statement: ast.stmt, lines: Sequence[str]) -> int:
    """Its own last row, or that of the indented comments directly below."""
    row = statement.end_lineno or statement.lineno
    return row + len(list(takewhile(lambda line: line[:1].isspace() and line.lstrip().startswith("#"), lines[row:])))


def _cut(start: int, end: int, lines: Sequence[str], sheet: Sheet) -> Cut:
    """Rows go, and of the blank lines above and below the smaller number; all of them at the ends of the file."""
    above, below = _blank(reversed(lines[: start - 1])), _blank(lines[end:])
    if end + below >= len(lines):
        return Cut(sheet.lines.offset(start - above, 0), len(sheet.text), "")
    if above == start - 1 or above > below:
        return Cut(sheet.lines.offset(start, 0), sheet.lines.offset(end + below + 1, 0), "")
    return Cut(sheet.lines.offset(start - above, 0), sheet.lines.offset(end + 1, 0), "")


def _blank(lines: Iterable[str]) -> int:
    return len(list(takewhile(lambda line: not line.strip(), lines)))
