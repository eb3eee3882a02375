"""The format of pylint (`path:row: [code] message`), which many tools read."""

from __future__ import annotations

from flake8_redis_ssot.reports.report import CheckReport, Format
from flake8_redis_ssot.terminal import Style


def _render(report: CheckReport, style: Style) -> str:
    """One line per finding."""
    return "\n".join(
        f"{finding.path}:{report.locate_in_file(finding).row}: [{finding.code}] {finding.message}"
        for finding in report.findings
    )


FORMAT = Format(_render)
