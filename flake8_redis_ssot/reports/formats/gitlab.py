"""GitLab's report on the quality of code (the format of Code Climate).

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import json
from typing import Any

from flake8_redis_ssot.files.paths import from_top
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.reports.fingerprints import fingerprints
from flake8_redis_ssot.reports.report import Format, Report
from flake8_redis_ssot.terminal import Paint


def _render(report: Report, paint: Paint) -> str:
    """The whole list; paths count from the top of the repository, as GitLab wants them."""
    several = zip(report.findings, fingerprints(report.findings, with_path=True))
    return json.dumps(
        [_entry(finding, report, fingerprint) for finding, fingerprint in several], indent=2, ensure_ascii=False
    )


def _entry(finding: Finding, report: Report, fingerprint: str) -> dict[str, Any]:
    span = report.in_file(finding)
    return {
        "check_name": finding.code,
        "description": f"{finding.code}: {finding.message}",
        "severity": "major",
        "fingerprint": fingerprint,
        "location": {
            "path": from_top(finding.path),
            "positions": {
                "begin": {"line": span.row, "column": span.column + 1},
                "end": {"line": span.end_row, "column": span.end_column + 1},
            },
        },
    }


FORMAT = Format(_render)
