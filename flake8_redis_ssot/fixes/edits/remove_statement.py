"""Statements taken out of a text, or put in another's place."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import takewhile

from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.edits.statement_layout import Place, block_of, comments_in, is_tools, line_of, place
from flake8_redis_ssot.syntax.edits import Cut, tidy
from flake8_redis_ssot.syntax.source import lines_of


def remove_statement(text: str, statement: ast.stmt, tree: ast.Module, *, gone: Collection[ast.stmt] = ()) -> list[Cut]:
    """Take out a simple statement. Comments for readers stay, and a block that loses all is left with `pass`.

    `gone` are statements that are taken out as well, each by a call of its own.
    """
    dead = {id(each) for each in (statement, *gone)}
    block = block_of(tree, statement)
    if block is not tree.body and all(id(each) in dead for each in block):
        dead.discard(id(block[-1]))  # there will be `pass`
    if id(statement) not in dead:
        return tidy(text, _passed(text, statement))
    line = line_of(text, block, statement)
    if all(id(each) in dead for each in line):
        return tidy(text, [_without_line(text, line, statement)])
    return tidy(text, _without_part(text, line, statement, dead))


def _passed(text: str, statement: ast.stmt) -> Iterator[Cut]:
    """`pass` in place of the last statement of a block."""
    where = place(text, statement)
    yield from _replaced(where, ["pass"], [each for each in comments_in(text, where) if not is_tools(each)], where)
    if where.comment and not where.shared and is_tools(text[slice(*where.comment)]):
        yield Cut(where.end, where.comment[1], "")


def _without_line(text: str, line: Sequence[ast.stmt], statement: ast.stmt) -> Cut:
    """The line goes, and each of its statements takes out its share; the comments get lines of their own."""
    at = line.index(statement)
    first, where = place(text, line[0]), place(text, statement)
    start = _margin(text, where) if at == 0 else where.start
    end = where.next_line if at == len(line) - 1 else place(text, line[at + 1]).start
    kept = [first.indent + each + where.line_break for each in comments_in(text, where) if not is_tools(each)]
    if where.comment and not is_tools(text[slice(*where.comment)]):
        kept.append(first.indent + text[where.comment[0] : where.next_line])
    return Cut(start, end, "".join(kept))


def _margin(text: str, where: Place) -> int:
    """Where a line starts, if need be after a form feed, which stays."""
    return max(where.head, text.rfind("\f", where.head, where.start) + 1)


def _without_part(text: str, line: Sequence[ast.stmt], statement: ast.stmt, dead: Collection[int]) -> Iterator[Cut]:
    """Something of the line stays: the statement goes with the `;` before it, or, if nothing stays there, after it."""
    at = line.index(statement)
    where, last = place(text, statement), place(text, line[-1])
    if any(id(each) not in dead for each in line[:at]):
        yield Cut(place(text, line[at - 1]).end, where.end, "")
    else:
        yield Cut(where.start, place(text, line[at + 1]).start, "")
    kept = [each for each in comments_in(text, where) if not is_tools(each)]
    yield Cut(last.line_end, last.line_end, "".join(f"  {each}" for each in kept))


def replace_statement(
    text: str, statement: ast.stmt, lines: Sequence[str], *, tree: ast.Module | None = None
) -> list[Cut]:
    """Put `lines` of code, at least one, in the place of a simple statement.

    Comments between its lines stay: above it, or at the end of a line that it shares. Where that end is can only
    be told with the `tree` if other statements follow; without it, they are lost then.
    """
    where = place(text, statement)
    last = place(text, line_of(text, block_of(tree, statement), statement)[-1]) if tree else where
    return tidy(text, _replaced(where, lines, comments_in(text, where), last))


def _replaced(where: Place, lines: Sequence[str], comments: Sequence[str], last: Place) -> Iterator[Cut]:
    """`last` is where the last statement of the line stands."""
    if not where.shared:
        yield Cut(where.start, where.end, where.margin.join([*comments, *lines]))
        return
    yield Cut(where.start, where.end, "; ".join(lines))
    if not last.following:
        yield Cut(last.line_end, last.line_end, "".join(f"  {each}" for each in comments))


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
