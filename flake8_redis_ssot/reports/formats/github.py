"""GitHub Actions workflow commands, which are shown as annotations.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections import Counter

from flake8_redis_ssot.codes import severity_of
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.reports.report import CheckReport, Format
from flake8_redis_ssot.terminal import Style, escape_unprintable

_MAX_ANNOTATIONS = 10  # of each kind, for one step


def _render(report: CheckReport, style: Style) -> str:
    """One command per finding, and a notice if GitHub does not show all of them."""
    lines = [_format_command(finding, report) for finding in report.findings]
    severities = Counter(severity_of(finding.code) for finding in report.findings)
    if max(severities.values(), default=0) > _MAX_ANNOTATIONS:
        lines.append(
            f"::notice title=redis-ssot::{plural(len(lines), 'finding')}; GitHub shows {_MAX_ANNOTATIONS} annotations "
            "of each kind for a step, the log and the step summary have all"
        )
    return "\n".join(lines)


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
    return f"::{severity_of(finding.code)} {properties}::{_escape_data(text)}"


def _escape_data(text: str) -> str:
    return escape_unprintable(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")


FORMAT = Format(_render)
