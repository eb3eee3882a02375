"""Reviewdog's diagnostic format, with suggestions where a fix stays in one file.

https://github.com/reviewdog/reviewdog/tree/master/proto/rdf
"""

from __future__ import annotations

import json
from typing import Any

from flake8_redis_ssot.files.paths import from_top
from flake8_redis_ssot.model import Applicability, Finding, Fix, Span
from flake8_redis_ssot.reports.report import Format, Report
from flake8_redis_ssot.syntax.notebooks import ENDING
from flake8_redis_ssot.terminal import Paint


def _render(report: Report, paint: Paint) -> str:
    """One object for the whole run."""
    return json.dumps(
        {
            "source": {"name": "redis-ssot"},
            "severity": "ERROR",
            "diagnostics": [_diagnostic(finding, report) for finding in report.findings],
        },
        indent=2,
        ensure_ascii=False,
    )


def _diagnostic(finding: Finding, report: Report) -> dict[str, Any]:
    found = {
        "code": {"value": finding.code},
        "location": {"path": from_top(finding.path), "range": _range(report.in_file(finding))},
        "message": finding.message,
    }
    suggestions = _suggestions(finding)
    return {**found, "suggestions": suggestions} if suggestions else found


def _suggestions(finding: Finding) -> list[dict[str, Any]]:
    """The edits of a fix; half of one that reaches into other files would break them, as code does a notebook."""
    fix, path = finding.fix, finding.path
    if not isinstance(fix, Fix) or fix.applicability == Applicability.MANUAL:
        return []
    if path.endswith(ENDING) or any(from_top(edit.path) != from_top(path) for edit in fix.edits):
        return []
    return [{"range": _range(edit.span), "text": edit.text} for edit in fix.edits]


def _range(span: Span) -> dict[str, Any]:
    return {
        "start": {"line": span.row, "column": span.column + 1},
        "end": {"line": span.end_row, "column": span.end_column + 1},
    }


FORMAT = Format(_render, shows_fixes=True)
