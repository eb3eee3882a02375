"""The format of pylint (`path:row: [code] message`), which many tools read."""

from __future__ import annotations

from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.reports.report import CheckReport, Format
from flake8_redis_ssot.terminal import Style, escape_unprintable


def _render(report: CheckReport, style: Style) -> str:
    """One line per finding."""
    return "\n".join(
        f"{to_display_path(finding.path)}:{report.locate_in_file(finding).row}: [{finding.code}] "
        f"{escape_unprintable(finding.message)}"
        for finding in report.findings
    )


FORMAT = Format(_render)
