"""GitHub Actions workflow commands, which are shown as annotations.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.reports.report import CheckReport, Format
from flake8_redis_ssot.terminal import Style, escape_unprintable


def _render(report: CheckReport, style: Style) -> str:
    """One command per finding."""
    return "\n".join(_format_command(finding, report) for finding in report.findings)


def _format_command(finding: Finding, report: CheckReport) -> str:
    span = report.locate_in_file(finding)
    fields = {
        "title": f"redis-ssot ({finding.code})",
        "file": finding.path,
        "line": span.row,
        "col": span.column + 1,
        "endLine": span.end_row,
        "endColumn": span.end_column + 1,
    }
    properties = ",".join(f"{name}={_escape_property(str(value))}" for name, value in fields.items())
    help_line = f"\n  help: {finding.note}" if finding.note else ""
    location = f"{to_display_path(finding.path)}:{report.format_location(finding)}"
    text = f"{location}: {finding.code} {finding.message}{help_line}"
    return f"::error {properties}::{_escape_data(text)}"


def _escape_data(text: str) -> str:
    return escape_unprintable(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")


FORMAT = Format(_render)
