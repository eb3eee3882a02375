"""The findings grouped by file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.reports.report import CheckReport, Format
from flake8_redis_ssot.reports.short_names import shorten_names
from flake8_redis_ssot.reports.summary import fixable_marker, next_step_lines, summary_lines
from flake8_redis_ssot.terminal import Style, escape_unprintable


def _render(report: CheckReport, style: Style) -> str:
    """A block for each file, and a summary line."""
    blocks = []
    for heading, part in report.sections():
        blocks += [style("bold", heading)] if heading else []
        blocks += [
            "\n".join(_format_file(path, list(findings), report, style))
            for path, findings in groupby(part, key=lambda finding: finding.path)
        ]
    ending = [*summary_lines(report, style), *next_step_lines(report)]
    return "\n".join([*(f"{block}\n" for block in blocks), *ending]).rstrip("\n")


def _format_file(path: str, findings: Sequence[Finding], report: CheckReport, style: Style) -> Iterator[str]:
    yield f"{style.link(path, style('bold', to_display_path(path)))}:"
    locations = list(map(report.format_location, findings))
    width = max(map(len, locations))
    for location, finding in zip(locations, findings):
        yield (
            f"  {location:{width}} {style('red', finding.code)}{fixable_marker(finding, report, style)} "
            f"{escape_unprintable(shorten_names(finding, report))}"
        )


FORMAT = Format(_render, for_people=True, shows_fixes=True)
