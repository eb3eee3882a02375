"""Findings under the name of their file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.reports.report import Format, Report
from flake8_redis_ssot.reports.summary import star, total
from flake8_redis_ssot.terminal import Paint


def _render(report: Report, paint: Paint) -> str:
    """A block for each file, and the number of findings."""
    blocks = [
        "\n".join(_block(path, list(findings), report, paint))
        for path, findings in groupby(report.findings, key=lambda finding: finding.path)
    ]
    return "\n".join([*(f"{block}\n" for block in blocks), total(report, paint)])


def _block(path: str, findings: Sequence[Finding], report: Report, paint: Paint) -> Iterator[str]:
    yield f"{paint.place(path, paint('bold', path))}:"
    places = list(map(report.place, findings))
    width = max(map(len, places))
    for place, finding in zip(places, findings):
        yield f"  {place:{width}} {paint('red', finding.code)}{star(finding, report, paint)} {finding.message}"


FORMAT = Format(_render, for_people=True)
