"""How many findings each code has, most first, as JSON in the shape of ruff's."""

from __future__ import annotations

import json
from collections import Counter

from flake8_redis_ssot.reports.paint import Paint
from flake8_redis_ssot.reports.report import Report


def render(report: Report, paint: Paint) -> str:
    """The whole list, indented by two."""
    counts = Counter(finding.code for finding in report.findings)
    entries = [
        {"code": code, "name": report.names[code], "count": count, "fixable": False, "fixable_count": 0}
        for code, count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    ]
    return json.dumps(entries, indent=2)
