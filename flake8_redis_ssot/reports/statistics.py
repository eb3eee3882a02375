"""How many findings each code has, most first: count, code and name apart by tabs."""

from __future__ import annotations

import json
from collections import Counter

from flake8_redis_ssot.reports.report import Format, Report
from flake8_redis_ssot.reports.summary import applies, total
from flake8_redis_ssot.terminal import Paint


def _render_table(report: Report, paint: Paint) -> str:
    """The table and the number of all findings."""
    ranked = counts(report)
    width = len(str(ranked[0][1])) if ranked else 0
    table = [f"{str(count).rjust(width)}\t{paint('red', code)}\t{report.names[code]}" for code, count in ranked]
    return "\n".join([*table, total(report, paint)])


def counts(report: Report) -> list[tuple[str, int]]:
    """Codes and how many findings each has: most first, then by code."""
    found = Counter(finding.code for finding in report.findings)
    return sorted(found.items(), key=lambda entry: (-entry[1], entry[0]))


def _render_json(report: Report, paint: Paint) -> str:
    """The whole list, indented by two."""
    return json.dumps([_entry(code, count, report) for code, count in counts(report)], indent=2)


def _entry(code: str, count: int, report: Report) -> dict[str, object]:
    fixable = sum(applies(finding, report) for finding in report.findings if finding.code == code)
    name = report.names[code]
    return {"code": code, "name": name, "count": count, "fixable": fixable == count, "fixable_count": fixable}


STATISTICS = Format(_render_table, for_people=True)
STATISTICS_JSON = Format(_render_json)
