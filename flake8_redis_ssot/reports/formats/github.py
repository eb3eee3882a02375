"""Workflow commands of GitHub Actions, which become annotations.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.reports.report import Format, Report
from flake8_redis_ssot.terminal import Paint


def _render(report: Report, paint: Paint) -> str:
    """One command a finding."""
    return "\n".join(_command(finding, report) for finding in report.findings)


def _command(finding: Finding, report: Report) -> str:
    span = report.in_file(finding)
    where = {
        "title": f"redis-ssot ({finding.code})",
        "file": finding.path,
        "line": span.row,
        "col": span.column + 1,
        "endLine": span.end_row,
        "endColumn": span.end_column + 1,
    }
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in where.items())
    help_line = f"\n  help: {finding.note}" if finding.note else ""
    text = f"{finding.path}:{report.place(finding)}: {finding.code} {finding.message}{help_line}"
    return f"::error {properties}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


FORMAT = Format(_render)
