"""Logging commands of Azure Pipelines.

https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
"""

from __future__ import annotations

from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.reports.report import Format, Report
from flake8_redis_ssot.terminal import Paint

_ESCAPES = {"%": "%AZP25", ";": "%3B", "\r": "%0D", "\n": "%0A", "]": "%5D"}


def _render(report: Report, paint: Paint) -> str:
    """One command a finding."""
    return "\n".join(_command(finding, report) for finding in report.findings)


def _command(finding: Finding, report: Report) -> str:
    span = report.in_file(finding)
    where = (
        f"type=error;sourcepath={_escaped(finding.path)};linenumber={span.row};columnnumber={span.column + 1};"
        f"code={finding.code};"
    )
    return f"##vso[task.logissue {where}]{finding.message}"


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(char, char) for char in text)


FORMAT = Format(_render)
