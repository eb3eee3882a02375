"""How many findings each code has, most first, as JSON in the shape of ruff's."""

from __future__ import annotations

import json

from flake8_redis_ssot.reports.paint import Paint
from flake8_redis_ssot.reports.report import Report
from flake8_redis_ssot.reports.statistics import counts


def render(report: Report, paint: Paint) -> str:
    """The whole list, indented by two."""
    entries = [
        {"code": code, "name": report.names[code], "count": count, "fixable": False, "fixable_count": 0}
        for code, count in counts(report)
    ]
    return json.dumps(entries, indent=2)
