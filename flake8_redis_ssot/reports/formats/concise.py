"""One line per finding: `path:row:column: code message`, rows and columns 1-based."""

from __future__ import annotations

from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.reports.report import Format, Report
from flake8_redis_ssot.reports.summary import star, total
from flake8_redis_ssot.terminal import Paint


def _render(report: Report, paint: Paint) -> str:
    """The findings and their number."""
    return "\n".join([*(_line(finding, report, paint) for finding in report.findings), total(report, paint)])


def _line(finding: Finding, report: Report, paint: Paint) -> str:
    colon = paint("cyan", ":")
    path = paint.place(finding.path, paint("bold", finding.path))
    place = "".join(f"{colon}{part}" for part in report.place(finding).split(":"))
    code = f"{paint('red', finding.code)}{star(finding, report, paint)}"
    return f"{path}{place}{colon} {code} {finding.message}"


FORMAT = Format(_render, for_people=True)
