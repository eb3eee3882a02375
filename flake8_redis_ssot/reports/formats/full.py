"""Each finding with its source lines, the span underlined, and a line of help."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from flake8_redis_ssot.model import Finding, Fix, Refusal, Span
from flake8_redis_ssot.reports.report import Format, Report
from flake8_redis_ssot.reports.summary import star, total
from flake8_redis_ssot.terminal import Paint

_CONTEXT = 2  # lines above and below
_LONGEST = 6  # underlined lines of one finding, before the middle is left out
_TAB = "    "


def _render(report: Report, paint: Paint) -> str:
    """The findings, one block each, and their number."""
    blocks = ["\n".join(_block(finding, report, paint)) for finding in report.findings]
    return "\n".join([*(f"{block}\n" for block in blocks), total(report, paint)])


def _block(finding: Finding, report: Report, paint: Paint) -> Iterator[str]:
    (_, span), lines = report.in_cell(finding), _lines(finding, report)
    last = min(len(lines), span.end_row + _CONTEXT)
    margin = " " * len(str(last))
    bar = paint("blue", "|")
    yield f"{paint('red', finding.code)}{star(finding, report, paint)} {paint('bold', finding.message)}"
    place = f"{finding.path}:{report.place(finding)}"
    yield f"{margin}{paint('blue', '-->')} {paint.place(finding.path, place)}"
    yield f"{margin} {bar}"
    for row in _rows(span, last):
        if row is None:
            yield paint("blue", "...")
            continue
        text = lines[row - 1]
        yield f"{paint('blue', str(row).rjust(len(margin)))} {bar} {_shown(text)}".rstrip()
        if span.row <= row <= span.end_row:
            yield f"{margin} {bar} {paint('red', _underline(span, row, text))}"
    yield f"{margin} {bar}"
    if finding.note:
        yield f"{margin} {paint('blue', '=')} {paint('bold', 'help')}: {finding.note}"
    for kind, text in about_fix(finding.fix):
        yield f"{margin} {paint('blue', '=')} {paint('bold', kind)}: {text}"


def about_fix(fix: Fix | Refusal | None) -> Iterator[tuple[str, str]]:
    """What can be done by itself, how far that is to be trusted, and why no further."""
    if isinstance(fix, Fix):
        yield f"{fix.applicability.name.lower()} fix", fix.title
        yield from (("not safe" if fix.applicability else "not applied", reason) for reason in fix.reasons)
    elif fix is not None:
        yield from (("no fix", reason) for reason in fix.reasons)


def _lines(finding: Finding, report: Report) -> Sequence[str]:
    """The lines around a finding: those of its file, or of its cell."""
    cell, _ = report.in_cell(finding)
    notebook = report.notebook(finding.path) if cell is not None else None
    return report.lines(finding.path) if cell is None or notebook is None else notebook.layout.cell(cell)


def _rows(span: Span, last: int) -> Iterator[int | None]:
    """The 1-based rows to show; None where some are left out."""
    for row in range(max(1, span.row - _CONTEXT), last + 1):
        hidden = span.row + _LONGEST // 2 <= row <= span.end_row - _LONGEST // 2
        if not hidden:
            yield row
        elif row == span.row + _LONGEST // 2:
            yield None


def _underline(span: Span, row: int, text: str) -> str:
    start = span.column if row == span.row else len(text) - len(text.lstrip())
    end = span.end_column if row == span.end_row else len(text)
    return " " * _width(text[:start]) + "^" * max(1, _width(text[start:end]))


def _shown(text: str) -> str:
    """A line as a terminal can show it: tabs as blanks, control characters as U+FFFD."""
    shown = text.replace("\t", _TAB)
    return shown if shown.isprintable() else "".join(char if char.isprintable() else "\ufffd" for char in shown)


def _width(text: str) -> int:
    """Terminal cells: wide East Asian characters take two, combining marks none (Unicode annex 11)."""
    shown = _shown(text)
    if shown.isascii():
        return len(shown)
    return sum((unicodedata.east_asian_width(char) in "WF") + (unicodedata.combining(char) == 0) for char in shown)


FORMAT = Format(_render, for_people=True, shows_fixes=True)
