"""Remove or replace statements."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import takewhile

from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.edits.statement_layout import (
    StatementLayout,
    inner_comments,
    is_tool_comment,
    locate_in_block,
    statement_layout,
    statements_on_line,
)
from flake8_redis_ssot.syntax.edits import TextEdit, minimise
from flake8_redis_ssot.syntax.source import split_lines


def remove_statement(
    text: str, statement: ast.stmt, tree: ast.Module, *, removed: Collection[ast.stmt] = ()
) -> list[TextEdit]:
    """Remove a simple statement. Comments for readers stay, and an emptied block gets `pass`.

    `removed` are statements that other calls remove.
    """
    block, index = locate_in_block(tree, statement)
    is_emptied = block is not tree.body and all(each is statement or each in removed for each in block)
    if is_emptied and statement is block[-1]:
        return minimise(text, _replace_with_pass(text, statement))
    line = statements_on_line(text, block, index)
    gone = {each for each in line if each is statement or each in removed}
    if is_emptied:
        gone.discard(block[-1])  # replaced by `pass`
    if len(gone) == len(line):
        return minimise(text, [_remove_line_share(text, line, statement)])
    return minimise(text, _remove_part_of_line(text, line, statement, gone))


def _replace_with_pass(text: str, statement: ast.stmt) -> Iterator[TextEdit]:
    """Replace the last statement of a block by `pass`."""
    layout = statement_layout(text, statement)
    yield from _replace_code(
        layout, ["pass"], [each for each in inner_comments(text, layout) if not is_tool_comment(each)], layout
    )
    if layout.comment and not layout.is_line_shared and is_tool_comment(text[slice(*layout.comment)]):
        yield TextEdit(layout.end, layout.comment[1], "")


def _remove_line_share(text: str, line: Sequence[ast.stmt], statement: ast.stmt) -> TextEdit:
    """Remove the share of a statement in a line that goes; comments move to lines of their own."""
    at = line.index(statement)
    first_layout, layout = statement_layout(text, line[0]), statement_layout(text, statement)
    start = _line_content_start(text, layout) if at == 0 else layout.start
    end = layout.next_line if at == len(line) - 1 else statement_layout(text, line[at + 1]).start
    kept_comments = [
        first_layout.indent + each + layout.line_break
        for each in inner_comments(text, layout)
        if not is_tool_comment(each)
    ]
    if layout.comment and not is_tool_comment(text[slice(*layout.comment)]):
        kept_comments.append(first_layout.indent + text[layout.comment[0] : layout.next_line])
    return TextEdit(start, end, "".join(kept_comments))


def _line_content_start(text: str, layout: StatementLayout) -> int:
    """The start of a line, after a form feed, which stays."""
    return max(layout.line_start, text.rfind("\f", layout.line_start, layout.start) + 1)


def _remove_part_of_line(
    text: str, line: Sequence[ast.stmt], statement: ast.stmt, gone: Collection[ast.stmt]
) -> Iterator[TextEdit]:
    """Remove a statement from a line that stays, with the `;` before it, or after it if it comes first."""
    at = line.index(statement)
    layout, last_layout = statement_layout(text, statement), statement_layout(text, line[-1])
    if any(each not in gone for each in line[:at]):
        yield TextEdit(statement_layout(text, line[at - 1]).end, layout.end, "")
    else:
        yield TextEdit(layout.start, statement_layout(text, line[at + 1]).start, "")
    kept_comments = [each for each in inner_comments(text, layout) if not is_tool_comment(each)]
    yield TextEdit(last_layout.line_end, last_layout.line_end, "".join(f"  {each}" for each in kept_comments))


def replace_statement(
    text: str, statement: ast.stmt, lines: Sequence[str], *, tree: ast.Module | None = None
) -> list[TextEdit]:
    """Replace a simple statement by `lines` of code (at least one).

    Comments inside it stay: above it, or at the end of a shared line. Finding that end takes the `tree` if other
    statements follow; without it, the comments are lost.
    """
    layout = statement_layout(text, statement)
    last_layout = (
        statement_layout(text, statements_on_line(text, *locate_in_block(tree, statement))[-1]) if tree else layout
    )
    return minimise(text, _replace_code(layout, lines, inner_comments(text, layout), last_layout))


def _replace_code(
    layout: StatementLayout, lines: Sequence[str], comments: Sequence[str], last_layout: StatementLayout
) -> Iterator[TextEdit]:
    """`last_layout` is the layout of the last statement on the line."""
    if not layout.is_line_shared:
        yield TextEdit(layout.start, layout.end, layout.newline_indent.join([*comments, *lines]))
        return
    yield TextEdit(layout.start, layout.end, "; ".join(lines))
    if not last_layout.has_following:
        yield TextEdit(last_layout.line_end, last_layout.line_end, "".join(f"  {each}" for each in comments))


def build_removal_edits(statements: Iterable[ast.stmt], document: SourceDocument) -> list[TextEdit]:
    """Remove module-level statements that have lines of their own; adjacent ones are removed together."""
    lines = split_lines(document.text)
    rows = sorted((_first_row(each, lines), _last_row(each, lines)) for each in statements)
    row_ranges: list[tuple[int, int]] = []
    for start, end in rows:
        if row_ranges and not "".join(lines[row_ranges[-1][1] : start - 1]).strip():
            start = row_ranges.pop()[0]
        row_ranges.append((start, end))
    return [_build_removal_edit(start, end, lines, document) for start, end in row_ranges]


def has_own_lines(statement: ast.stmt, document: SourceDocument) -> bool:
    """Whether a module-level statement has its lines to itself, except for a comment."""
    start, end = document.offsets_of(statement)
    row = document.lines.position(end)[0]
    rest = split_lines(document.text)[row - 1][document.lines.position(end)[1] :].strip()
    return document.lines.position(start)[1] == 0 and (not rest or rest.startswith("#"))


def _first_row(statement: ast.stmt, lines: Sequence[str]) -> int:
    """The row of its first decorator, or of the comment directly above, unless that starts the file."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    row = min([statement.lineno, *(each.lineno for each in decorators)])
    above = len(list(takewhile(lambda line: line.startswith("#"), reversed(lines[: row - 1]))))
    return row if above == row - 1 else row - above


def _last_row(statement: ast.stmt, lines: Sequence[str]) -> int:
    """Its last row, or that of the indented comments directly below."""
    row = statement.end_lineno or statement.lineno
    return row + len(list(takewhile(lambda line: line[:1].isspace() and line.lstrip().startswith("#"), lines[row:])))


def _build_removal_edit(start: int, end: int, lines: Sequence[str], document: SourceDocument) -> TextEdit:
    """Remove rows and the smaller number of the blank lines around them; all of them at the ends of the file."""
    above, below = _count_blank_lines(reversed(lines[: start - 1])), _count_blank_lines(lines[end:])
    if end + below >= len(lines):
        return TextEdit(document.lines.offset(start - above, 0), len(document.text), "")
    if above == start - 1 or above > below:
        return TextEdit(document.lines.offset(start, 0), document.lines.offset(end + below + 1, 0), "")
    return TextEdit(document.lines.offset(start - above, 0), document.lines.offset(end + 1, 0), "")


def _count_blank_lines(lines: Iterable[str]) -> int:
    return len(list(takewhile(lambda line: not line.strip(), lines)))
