"""Reviewdog's diagnostic format, with suggestions for fixes within one file.

https://github.com/reviewdog/reviewdog/tree/master/proto/rdf
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flake8_redis_ssot.codes import severity_of
from flake8_redis_ssot.files.paths import repository_path
from flake8_redis_ssot.model import Applicability, Finding, Fix, Span
from flake8_redis_ssot.reports.report import CheckReport, Format, format_json
from flake8_redis_ssot.syntax.notebooks import NOTEBOOK_SUFFIX
from flake8_redis_ssot.terminal import Style


def _render(report: CheckReport, style: Style) -> str:
    """One object for the whole run."""
    return format_json(
        {
            "source": {"name": "redis-ssot"},
            "severity": "ERROR",
            "diagnostics": [_finding_to_dict(finding, report) for finding in report.findings],
        }
    )


def _finding_to_dict(finding: Finding, report: CheckReport) -> dict[str, Any]:
    span = report.locate_in_file(finding)
    # In a notebook the span is in its JSON, of which only the row counts.
    lines = [] if finding.path.endswith(NOTEBOOK_SUFFIX) else report.read_lines(finding.path)
    diagnostic = {
        "code": {"value": finding.code},
        "severity": severity_of(finding.code).upper(),
        "location": {"path": repository_path(finding.path), "range": _span_to_dict(span, lines)},
        "message": finding.message,
    }
    suggestions = _suggestions(finding, lines)
    return {**diagnostic, "suggestions": suggestions} if suggestions else diagnostic


def _suggestions(finding: Finding, lines: Sequence[str]) -> list[dict[str, Any]]:
    """The edits of a fix, unless it changes other files or a notebook, which reviewdog could only apply in part."""
    fix, path = finding.fix, finding.path
    if not isinstance(fix, Fix) or fix.applicability == Applicability.MANUAL:
        return []
    if path.endswith(NOTEBOOK_SUFFIX) or any(repository_path(edit.path) != repository_path(path) for edit in fix.edits):
        return []
    return [{"range": _span_to_dict(edit.span, lines), "text": edit.text} for edit in fix.edits]


def _span_to_dict(span: Span, lines: Sequence[str]) -> dict[str, Any]:
    return {
        "start": {"line": span.row, "column": _byte_column(span.row, span.column, lines)},
        "end": {"line": span.end_row, "column": _byte_column(span.end_row, span.end_column, lines)},
    }


def _byte_column(row: int, column: int, lines: Sequence[str]) -> int:
    """The column (1-based) in bytes of UTF-8, as the format defines it."""
    line = lines[row - 1] if row <= len(lines) else ""
    return column + 1 if line.isascii() else len(line[:column].encode("utf-8", "surrogatepass")) + 1


FORMAT = Format(_render, shows_fixes=True)
