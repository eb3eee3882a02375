"""One line per finding: `path:row:column: code message`, rows and columns 1-based."""

from __future__ import annotations

from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.reports.report import CheckReport, Format
from flake8_redis_ssot.reports.summary import fixable_marker, summary_lines
from flake8_redis_ssot.terminal import Style, escape_unprintable


def _render(report: CheckReport, style: Style) -> str:
    """The findings and a summary line."""
    findings = (finding for _, part in report.sections() for finding in part)
    lines = [_format_line(finding, report, style) for finding in findings]
    return "\n".join([*lines, *summary_lines(report, style)])


def _format_line(finding: Finding, report: CheckReport, style: Style) -> str:
    colon = style("cyan", ":")
    path = style.link(finding.path, style("bold", to_display_path(finding.path)))
    location = "".join(f"{colon}{part}" for part in report.format_location(finding).split(":"))
    code = f"{style('red', finding.code)}{fixable_marker(finding, report, style)}"
    return f"{path}{location}{colon} {code} {escape_unprintable(finding.message)}"


FORMAT = Format(_render, for_people=True, shows_fixes=True)
