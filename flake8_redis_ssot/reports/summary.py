"""Summaries: the fixed findings by file and code (as in ruff's `--show-fixes`), and the last lines of a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.model import Applicability, Finding, Fix
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.reports.report import CheckReport
from flake8_redis_ssot.terminal import Style


def format_fixed(
    fixed: Sequence[Finding], rule_names: Mapping[str, str], style: Style, *, is_preview: bool = False
) -> str:
    """The list of fixed findings; with `is_preview`, of those that would be fixed. `rule_names` are by code."""
    manual = sum(isinstance(each.fix, Fix) and each.fix.applicability is Applicability.MANUAL for each in fixed)
    applied = plural(len(fixed) - manual, "finding")
    edits = f"; {plural(manual, 'manual edit')} shown" if manual else ""
    header = f"{'Would fix' if is_preview else 'Fixed'} {applied}{edits}"
    return "\n".join([header + (":" if fixed else "."), *_format_by_file(fixed, rule_names, style)])


def _format_by_file(fixed: Iterable[Finding], rule_names: Mapping[str, str], style: Style) -> Iterator[str]:
    for path, findings in groupby(sorted(fixed), key=lambda finding: finding.path):
        yield f"- {style('bold', to_display_path(path))}:"
        for code, count in sorted(Counter(finding.code for finding in findings).items()):
            yield f"    {count} x {style('red', code)} ({rule_names[code]})"


def summary_lines(report: CheckReport, style: Style) -> list[str]:
    """The last lines of a report: how many findings remain, were fixed, and can be fixed. None if it is quiet."""
    remaining = len(report.findings)
    count = remaining + report.fixed_count
    if report.is_quiet:
        return []
    if not count:
        return _clean_lines(report)
    if report.fixed_count:
        return [f"Found {plural(count, 'finding')} ({report.fixed_count} fixed, {remaining} remaining)."]
    apart = sum(finding.context.is_apart for finding in report.findings)
    tests = f" ({apart} in tests)" if apart else ""
    return [f"Found {plural(count, 'finding')}{tests}.", *_format_fixable_counts(report, style)]


def _clean_lines(report: CheckReport) -> list[str]:
    """The summary without findings: nothing has passed where nothing was checked, or not all of it."""
    if report.has_errors:
        return []
    return ["All checks passed!" if report.checked_count else "No Python files were checked."]


def next_step_lines(report: CheckReport) -> list[str]:
    """What to do about the findings: the commands that show the changes and explain a finding."""
    if report.is_quiet or not report.findings:
        return []
    explain = "`redis-ssot explain FILE:LINE` explains a finding"
    if not report.is_verbose and all(finding.fix is None for finding in report.findings):
        return [f"`-v` shows what can be fixed; {explain}."]
    applicabilities = {finding.fix.applicability for finding in report.findings if isinstance(finding.fix, Fix)}
    if applicabilities & _applicable(report):
        return [f"`--diff` shows the changes; {explain}."]
    if Applicability.UNSAFE in applicabilities:
        return [f"`--diff --unsafe-fixes` shows the changes; {explain}."]
    if Applicability.MANUAL in applicabilities:
        return [f"`--diff --manual` shows what to change; {explain}."]
    return [f"{explain}."]


def _applicable(report: CheckReport) -> set[Applicability]:
    """The applicabilities of the fixes that `--fix` would apply with the present flags."""
    return {Applicability.SAFE, *([Applicability.UNSAFE] if report.has_unsafe_fixes else [])}


def _format_fixable_counts(report: CheckReport, style: Style) -> Iterator[str]:
    applicabilities = [finding.fix.applicability for finding in report.findings if isinstance(finding.fix, Fix)]
    safe, unsafe = applicabilities.count(Applicability.SAFE), applicabilities.count(Applicability.UNSAFE)
    marker = f"[{style('cyan', '*')}]"
    if report.has_unsafe_fixes and safe + unsafe:
        yield f"{marker} {safe + unsafe} fixable with the `--fix` option."
    elif safe and unsafe:
        yield f"{marker} {safe} fixable with the `--fix` option ({unsafe} more with `--unsafe-fixes`)."
    elif safe:
        yield f"{marker} {safe} fixable with the `--fix` option."
    elif unsafe:
        yield f"No safe fixes; {unsafe} with `--fix --unsafe-fixes`."


def is_fixable(finding: Finding, report: CheckReport) -> bool:
    """Whether `--fix` with the present flags would fix a finding."""
    return isinstance(finding.fix, Fix) and finding.fix.applicability in _applicable(report)


def fixable_marker(finding: Finding, report: CheckReport, style: Style) -> str:
    """The marker of a fixable finding, preceded by a space; otherwise empty."""
    return f" [{style('cyan', '*')}]" if is_fixable(finding, report) else ""
