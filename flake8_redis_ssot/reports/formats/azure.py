"""Azure Pipelines logging commands.

https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
"""

from __future__ import annotations

from flake8_redis_ssot.codes import severity_of
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.reports.report import CheckReport, Format
from flake8_redis_ssot.terminal import Style, escape_unprintable

_ESCAPES = {"%": "%AZP25", ";": "%3B", "\r": "%0D", "\n": "%0A", "]": "%5D"}


def _render(report: CheckReport, style: Style) -> str:
    """One command per finding."""
    return "\n".join(_format_command(finding, report) for finding in report.findings)


def _format_command(finding: Finding, report: CheckReport) -> str:
    span = report.locate_in_file(finding)
    fields = (
        f"type={severity_of(finding.code)};sourcepath={_escape(finding.path)};linenumber={span.row};"
        f"columnnumber={span.column + 1};code={finding.code};"
    )
    return f"##vso[task.logissue {fields}]{escape_unprintable(finding.message)}"


def _escape(text: str) -> str:
    return escape_unprintable("".join(_ESCAPES.get(char, char) for char in text))


FORMAT = Format(_render)
