"""JSON in the shape of ruff's: a list of findings, rows and columns 1-based, file names absolute."""

from __future__ import annotations

import json
import os
from typing import Any

from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.reports.paint import Paint
from flake8_redis_ssot.reports.report import Report


def render(report: Report, paint: Paint) -> str:
    """The whole list, indented by two."""
    return json.dumps([_entry(finding, report) for finding in report.findings], indent=2, ensure_ascii=False)


def _entry(finding: Finding, report: Report) -> dict[str, Any]:
    span = finding.span
    return {
        "cell": None,
        "code": finding.code,
        "end_location": {"column": span.end_column + 1, "row": span.end_row},
        "filename": os.path.abspath(finding.path),
        "fix": None,
        "help": finding.note or None,
        "location": {"column": span.column + 1, "row": span.row},
        "message": finding.message,
        "name": report.names[finding.code],
        "noqa_row": finding.noqa_rows[0],
        "severity": "error",
        "url": None,
    }
