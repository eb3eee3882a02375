"""How many findings each code has, most first, as JSON in the shape of ruff's."""

from __future__ import annotations

import json

from flake8_redis_ssot.reports.concise import applies
from flake8_redis_ssot.reports.paint import Paint
from flake8_redis_ssot.reports.report import Report
from flake8_redis_ssot.reports.statistics import counts


def render(report: Report, paint: Paint) -> str:
    """The whole list, indented by two."""
    return json.dumps([_entry(code, count, report) for code, count in counts(report)], indent=2)


def _entry(code: str, count: int, report: Report) -> dict[str, object]:
    fixable = sum(applies(finding, report) for finding in report.findings if finding.code == code)
    name = report.names[code]
    return {"code": code, "name": name, "count": count, "fixable": fixable == count, "fixable_count": fixable}
