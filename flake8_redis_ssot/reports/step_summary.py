"""The summary of a step in a GitHub workflow, in Markdown.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions#adding-a-job-summary
"""

from __future__ import annotations

from flake8_redis_ssot.files.paths import repository_path
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.reports.report import CheckReport
from flake8_redis_ssot.reports.statistics import count_by_code
from flake8_redis_ssot.reports.summary import is_fixable, summary_lines
from flake8_redis_ssot.terminal import Style, escape_unprintable

# GitHub takes 1 MiB from a step: this many findings, of about 300 bytes each, are well below it.
_MAX_FINDINGS = 1000


def render_step_summary(report: CheckReport) -> str:
    """The counts by code, and the findings as a table, with a final line break."""
    heading = (summary_lines(report._replace(is_quiet=False), Style()) or ["Not everything could be checked."])[0]
    lines = ["### redis-ssot", "", heading, ""]
    if report.findings:
        lines += ["| code | name | findings |", "|---|---|---:|"]
        lines += [f"| {code} | {report.rule_names[code]} | {count} |" for code, count in count_by_code(report)]
        lines += ["", *_finding_lines(report), ""]
    return "\n".join([*lines, ""])


def _finding_lines(report: CheckReport) -> list[str]:
    lines = ["| file | code | message | `--fix` |", "|---|---|---|---|"]
    for finding in report.findings[:_MAX_FINDINGS]:
        location = f"{repository_path(finding.path)}:{report.format_location(finding)}"
        fixable = "yes" if is_fixable(finding, report) else ""
        lines.append(f"| {_to_cell(location)} | {finding.code} | {_to_cell(finding.message)} | {fixable} |")
    left = len(report.findings) - _MAX_FINDINGS
    return [*lines, *(["", f"{plural(left, 'more finding')} in the log."] if left > 0 else [])]


def _to_cell(text: str) -> str:
    """Text in a cell of a table: no column ends in it, and no HTML begins."""
    return escape_unprintable(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
