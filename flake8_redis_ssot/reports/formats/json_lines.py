"""JSON objects as in the format `json`, one finding per line, for consumers that read a stream."""

from __future__ import annotations

import json

from flake8_redis_ssot.reports.formats.json import finding_to_dict
from flake8_redis_ssot.reports.report import CheckReport, Format, escape_json
from flake8_redis_ssot.terminal import Style


def _render(report: CheckReport, style: Style) -> str:
    """One object per line."""
    separators = (",", ":")
    return "\n".join(
        escape_json(json.dumps(finding_to_dict(finding, report), separators=separators, ensure_ascii=False))
        for finding in report.findings
    )


FORMAT = Format(_render, shows_fixes=True)
