"""The number of findings by code, most frequent first, as a table with tabs or as JSON."""

from __future__ import annotations

from collections import Counter

from flake8_redis_ssot.reports.report import CheckReport, Format, format_json
from flake8_redis_ssot.reports.summary import is_fixable, summary_lines
from flake8_redis_ssot.terminal import Style


def _render_table(report: CheckReport, style: Style) -> str:
    """The table, and a summary line."""
    ranked = count_by_code(report)
    width = len(str(ranked[0][1])) if ranked else 0
    table = [f"{str(count).rjust(width)}\t{style('red', code)}\t{report.rule_names[code]}" for code, count in ranked]
    return "\n".join([*table, *summary_lines(report, style)])


def count_by_code(report: CheckReport) -> list[tuple[str, int]]:
    """The codes with their numbers of findings, most frequent first, then by code."""
    code_counts = Counter(finding.code for finding in report.findings)
    return sorted(code_counts.items(), key=lambda entry: (-entry[1], entry[0]))


def _render_json(report: CheckReport, style: Style) -> str:
    """The whole list, indented by two."""
    return format_json([_count_to_dict(code, count, report) for code, count in count_by_code(report)])


def _count_to_dict(code: str, count: int, report: CheckReport) -> dict[str, object]:
    fixable_count = sum(is_fixable(finding, report) for finding in report.findings if finding.code == code)
    name = report.rule_names[code]
    return {
        "code": code,
        "name": name,
        "count": count,
        "fixable": fixable_count == count,
        "fixable_count": fixable_count,
    }


STATISTICS = Format(_render_table, for_people=True)
STATISTICS_JSON = Format(_render_json, shows_fixes=True)
