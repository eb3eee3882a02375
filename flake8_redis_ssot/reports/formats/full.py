"""Each finding with its source lines, the span underlined, and help lines."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.model import Finding, Span
from flake8_redis_ssot.reports.reasons import describe_fix
from flake8_redis_ssot.reports.report import CheckReport, Format
from flake8_redis_ssot.reports.short_names import shorten_names
from flake8_redis_ssot.reports.summary import fixable_marker, next_step_lines, summary_lines
from flake8_redis_ssot.terminal import Style, escape_unprintable

_CONTEXT_LINES = 2  # lines above and below
_MAX_UNDERLINED_LINES = 6  # of one finding; of a longer span the middle is omitted
_MAX_COLUMNS = 240  # of a line: many findings in a long one would make the output grow with the square of its length
_TAB = "    "


def _render(report: CheckReport, style: Style) -> str:
    """The findings, one block each, and a summary line."""
    blocks = []
    for heading, findings in report.sections():
        blocks += [style("bold", heading)] if heading else []
        blocks += ["\n".join(_format_block(finding, report, style)) for finding in findings]
    ending = [*summary_lines(report, style), *next_step_lines(report)]
    return "\n".join([*(f"{block}\n" for block in blocks), *ending]).rstrip("\n")


def _format_block(finding: Finding, report: CheckReport, style: Style) -> Iterator[str]:
    (_, span), lines = report.locate_in_cell(finding), _source_lines(finding, report)
    last = min(len(lines), span.end_row + _CONTEXT_LINES)
    margin = " " * len(str(last))
    bar = style("blue", "|")
    message = style("bold", escape_unprintable(shorten_names(finding, report)))
    yield f"{style('red', finding.code)}{fixable_marker(finding, report, style)} {message}"
    location = f"{to_display_path(finding.path)}:{report.format_location(finding)}"
    yield f"{margin}{style('blue', '-->')} {style.link(finding.path, location)}"
    yield f"{margin} {bar}"
    for row in _visible_rows(span, last):
        if row is None:
            yield style("blue", "...")
            continue
        text, start, end = _cut(lines[row - 1], *_columns(span, row, lines[row - 1]))
        yield f"{style('blue', str(row).rjust(len(margin)))} {bar} {_printable(text)}".rstrip()
        if span.row <= row <= span.end_row:
            yield f"{margin} {bar} {style('red', _underline(text, start, end))}"
    yield f"{margin} {bar}"
    if finding.note:
        yield f"{margin} {style('blue', '=')} {style('bold', 'help')}: {escape_unprintable(finding.note)}"
    for kind, text in describe_fix(finding.fix, is_whole=report.is_verbose):
        yield f"{margin} {style('blue', '=')} {style('bold', kind)}: {escape_unprintable(text)}"


def _source_lines(finding: Finding, report: CheckReport) -> Sequence[str]:
    """The lines of a finding's file, or of its notebook cell."""
    cell, _ = report.locate_in_cell(finding)
    notebook = report.load_notebook(finding.path) if cell is not None else None
    if cell is None or notebook is None:
        return report.read_lines(finding.path)
    return notebook.cell_map.lines_by_number(cell)


def _visible_rows(span: Span, last: int) -> Iterator[int | None]:
    """The 1-based rows to show; None in place of omitted ones."""
    for row in range(max(1, span.row - _CONTEXT_LINES), last + 1):
        is_hidden = span.row + _MAX_UNDERLINED_LINES // 2 <= row <= span.end_row - _MAX_UNDERLINED_LINES // 2
        if not is_hidden:
            yield row
        elif row == span.row + _MAX_UNDERLINED_LINES // 2:
            yield None


def _columns(span: Span, row: int, text: str) -> tuple[int, int]:
    """The part of a line that is underlined, if it is one of the finding's."""
    start = span.column if row == span.row else len(text) - len(text.lstrip())
    return start, span.end_column if row == span.end_row else len(text)


def _cut(text: str, start: int, end: int) -> tuple[str, int, int]:
    """A line, of a long one the surroundings of the part from `start`, with the start and end of that part in it."""
    if len(text) <= _MAX_COLUMNS:
        return text, start, end
    first = max(0, min(start - _MAX_COLUMNS // 3, len(text) - _MAX_COLUMNS))
    last = first + _MAX_COLUMNS
    before, after = "…" if first else "", "…" if last < len(text) else ""
    offset = len(before) - first
    return before + text[first:last] + after, start + offset, min(end, last) + offset


def _underline(text: str, start: int, end: int) -> str:
    return " " * _display_width(text[:start]) + "^" * max(1, _display_width(text[start:end]))


def _printable(text: str) -> str:
    """A line as a terminal can show it: tabs as spaces, control characters as U+FFFD."""
    expanded = text.replace("\t", _TAB)
    return "".join(char if char.isprintable() else "\ufffd" for char in expanded)


def _display_width(text: str) -> int:
    """The number of terminal cells: two for wide East Asian characters, none for combining marks (Unicode annex 11)."""
    printable = _printable(text)
    if printable.isascii():
        return len(printable)
    return sum((unicodedata.east_asian_width(char) in "WF") + (unicodedata.combining(char) == 0) for char in printable)


FORMAT = Format(_render, for_people=True, shows_fixes=True)
