"""How many findings each code has, most first: count, code and name apart by tabs."""

from __future__ import annotations

from collections import Counter

from flake8_redis_ssot.reports.concise import total
from flake8_redis_ssot.reports.paint import Paint
from flake8_redis_ssot.reports.report import Report


def render(report: Report, paint: Paint) -> str:
    """The table and the number of all findings."""
    ranked = counts(report)
    width = len(str(ranked[0][1])) if ranked else 0
    table = [f"{str(count).rjust(width)}\t{paint('red', code)}\t{report.names[code]}" for code, count in ranked]
    return "\n".join([*table, total(report, paint)])


def counts(report: Report) -> list[tuple[str, int]]:
    """Codes and how many findings each has: most first, then by code."""
    found = Counter(finding.code for finding in report.findings)
    return sorted(found.items(), key=lambda entry: (-entry[1], entry[0]))
