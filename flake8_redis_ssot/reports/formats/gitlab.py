"""The code quality report of GitLab (the Code Climate format).

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from typing import Any

from flake8_redis_ssot.codes import severity_of
from flake8_redis_ssot.files.paths import repository_path
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.reports.fingerprints import compute_fingerprints
from flake8_redis_ssot.reports.report import CheckReport, Format, format_json
from flake8_redis_ssot.terminal import Style

_SEVERITIES = {"error": "major", "warning": "minor"}


def _render(report: CheckReport, style: Style) -> str:
    """The whole list; paths are relative to the repository, as GitLab requires."""
    pairs = zip(report.findings, compute_fingerprints(report.findings, with_path=True))
    return format_json([_finding_to_dict(finding, report, fingerprint) for finding, fingerprint in pairs])


def _finding_to_dict(finding: Finding, report: CheckReport, fingerprint: str) -> dict[str, Any]:
    span = report.locate_in_file(finding)
    return {
        "check_name": finding.code,
        "description": f"{finding.code}: {finding.message}",
        "severity": _SEVERITIES[severity_of(finding.code)],
        "fingerprint": fingerprint,
        "location": {
            "path": repository_path(finding.path),
            "positions": {
                "begin": {"line": span.row, "column": span.column + 1},
                "end": {"line": span.end_row, "column": span.end_column + 1},
            },
        },
    }


FORMAT = Format(_render)
