"""JSON as in `json`, one finding a line, so that it can be read while it comes."""

from __future__ import annotations

import json

from flake8_redis_ssot.reports.formats.json import entry
from flake8_redis_ssot.reports.report import Format, Report
from flake8_redis_ssot.terminal import Paint


def _render(report: Report, paint: Paint) -> str:
    """One object a line."""
    compact = (",", ":")
    return "\n".join(
        json.dumps(entry(finding, report), separators=compact, ensure_ascii=False) for finding in report.findings
    )


FORMAT = Format(_render, shows_fixes=True)
