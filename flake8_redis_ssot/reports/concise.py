"""One line per finding: `path:row:column: code message`, rows and columns 1-based."""

from __future__ import annotations

from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.reports.paint import Paint
from flake8_redis_ssot.reports.report import Report


def render(report: Report, paint: Paint) -> str:
    """The findings and their number."""
    return "\n".join([*(_line(finding, paint) for finding in report.findings), total(report, paint)])


def _line(finding: Finding, paint: Paint) -> str:
    colon = paint("cyan", ":")
    place = f"{paint('bold', finding.path)}{colon}{finding.span.row}{colon}{finding.span.column + 1}{colon}"
    return f"{place} {paint('red', finding.code)} {finding.message}"


def total(report: Report, paint: Paint) -> str:
    """The last line: how many findings there are."""
    count = len(report.findings)
    if not count:
        return "All checks passed!"
    return f"Found {count} finding{'s' if count > 1 else ''}."
