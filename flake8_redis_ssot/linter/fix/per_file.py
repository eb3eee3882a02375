"""Fixes each file on its own, in several processes: all fixes of a report, and most of those that are applied.

A draft holds nodes of a tree and can't leave its process; only values do: fixes, refusals, bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from flake8_redis_ssot.files.processes import MIN_ITEMS_TO_FORK, map_forked
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.linter.engine import LocatedFinding
from flake8_redis_ssot.linter.fix.draft import (
    FixCandidate,
    create_context,
    describe_error,
    draft_fix,
    search_references,
)
from flake8_redis_ssot.linter.fix.edit_set import plan_round
from flake8_redis_ssot.linter.fix.regression_check import reject_harmful
from flake8_redis_ssot.linter.request import ignore_activity
from flake8_redis_ssot.model import Finding, Fix, Refusal
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.search.demand_queries import QueryResults

# The number of a finding, its fix and its alternatives.
FixValues = tuple[tuple[int, Fix | Refusal, tuple[Fix, ...]], ...]
# What most fixes ask about the project is worked out for these, before processes are forked that share it.
_WARM_UP_FILES = 3
# This many take a second, and a process costs a tenth of that.
_MIN_FINDINGS_TO_FORK = 500
IsWanted = Callable[[FixCandidate], bool]


@dataclass
class FileFixes:
    """The results of fixing each file; `unapplied` is by the number (0-based) of the finding.

    `applied` are the candidates whose fixes are in `changed_files` (the new bytes by absolute path). Findings in
    neither have wanted fixes of several files.
    """

    unapplied: dict[int, FixCandidate] = field(default_factory=dict)
    applied: list[FixCandidate] = field(default_factory=list)
    changed_files: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class _FileResult:
    """The result for the file at `path`: fixes by number, the numbers `applied`, the new bytes.

    `consulted` are files that were read for it, and `query_results` those of its queries.
    """

    path: str
    values: FixValues
    applied: frozenset[int] = frozenset()
    new_bytes: bytes = b""
    consulted: frozenset[str] = frozenset()
    query_results: QueryResults = field(default_factory=QueryResults)


def with_fixes(
    located_findings: Sequence[LocatedFinding],
    analysis: Analysis,
    jobs: int,
    report_activity: Callable[[str], None] = ignore_activity,
) -> list[Finding]:
    """The findings with their fixes, or the reasons why there are none."""
    file_fixes = fix_each_file(located_findings, create_context(analysis), None, jobs, report_activity)
    return [file_fixes.unapplied[number].finding for number in range(len(located_findings))]


def fix_each_file(
    located_findings: Sequence[LocatedFinding],
    context: FixContext,
    is_wanted: IsWanted | None,
    jobs: int,
    report_activity: Callable[[str], None] = ignore_activity,
) -> FileFixes:
    """Draft the fixes of findings, and apply those that are wanted (None: none) and change their own file only."""
    file_fixes, analysis = FileFixes(), context.analysis
    if not located_findings:
        return file_fixes
    groups = list(_group_by_file(located_findings).values())
    if is_wanted is None:  # each finding stands for itself
        groups = [share for numbers in groups for share in _split_evenly(numbers, jobs)]
    min_groups = 2 if len(located_findings) >= _MIN_FINDINGS_TO_FORK else MIN_ITEMS_TO_FORK
    fix_file = _report_each(
        partial(_fix_file, located_findings, context, is_wanted), len(located_findings), report_activity
    )
    with analysis.contents.keep_bytes():
        search_references(located_findings, context)
        first_count = _WARM_UP_FILES if jobs > 1 and len(groups) > _WARM_UP_FILES else 0
        first_results = [fix_file(numbers) for numbers in groups[:first_count]]
        for file_result in (*first_results, *map_forked(fix_file, groups[first_count:], jobs, min_groups)):
            _add_file_result(file_fixes, located_findings, file_result)
            analysis.contents.consulted_paths |= file_result.consulted
            analysis.query_results = analysis.query_results.merge(file_result.query_results)
    return file_fixes


def _report_each(
    fix_file: Callable[[Sequence[int]], _FileResult], count: int, report_activity: Callable[[str], None]
) -> Callable[[Sequence[int]], _FileResult]:
    """The function that also tells each time how many of the findings are done, in whichever processes."""
    if report_activity is ignore_activity:
        return fix_file
    from multiprocessing import Value  # late: most runs fix nothing

    done = Value("i", 0)

    def fix_and_report(numbers: Sequence[int]) -> _FileResult:
        result = fix_file(numbers)
        with done.get_lock():
            done.value += len(numbers)
            report_activity(f"fixes: {done.value} of {plural(count, 'finding')}")
        return result

    return fix_and_report


def _group_by_file(located_findings: Sequence[LocatedFinding]) -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for number, located in enumerate(located_findings):
        numbers.setdefault(located.path, []).append(number)
    return numbers


def _split_evenly(numbers: list[int], jobs: int) -> list[list[int]]:
    """The numbers in up to `jobs` parts, none of which is too small for a process of its own."""
    count = max(1, min(jobs, 2 * len(numbers) // _MIN_FINDINGS_TO_FORK))
    size = -(-len(numbers) // count)
    return [numbers[start : start + size] for start in range(0, len(numbers), size)]


def _add_file_result(
    file_fixes: FileFixes, located_findings: Sequence[LocatedFinding], file_result: _FileResult
) -> None:
    for number, fix, alternatives in file_result.values:
        candidate = FixCandidate(located_findings[number], None, fix, alternatives)
        if number in file_result.applied:
            file_fixes.applied.append(candidate)
        else:
            file_fixes.unapplied[number] = candidate
    if file_result.applied:
        file_fixes.changed_files[file_result.path] = file_result.new_bytes


def _fix_file(
    located_findings: Sequence[LocatedFinding], context: FixContext, is_wanted: IsWanted | None, numbers: Sequence[int]
) -> _FileResult:
    """The result for findings of one file (by number), independent of other files."""
    analysis, path = context.analysis, located_findings[numbers[0]].path
    consulted, query_results = set(analysis.contents.consulted_paths), analysis.query_results
    with context.references.isolate():
        candidates = {number: draft_fix(located_findings[number], context) for number in numbers}
        try:
            result = _apply_own_fixes(path, candidates, context, is_wanted)
        except Exception as error:  # it must not stop the fixes of other files
            refusal = describe_error(error, context)
            result = _FileResult(path, tuple((number, refusal, ()) for number in numbers))
        if path in context.documents:
            context.documents[path].forget_indexes()
        return replace(
            result,
            consulted=frozenset(analysis.contents.consulted_paths - consulted),
            query_results=analysis.query_results.since(query_results),
        )


def _apply_own_fixes(
    path: str, candidates: Mapping[int, FixCandidate], context: FixContext, is_wanted: IsWanted | None
) -> _FileResult:
    wanted_candidates = [each for each in candidates.values() if is_wanted is not None and is_wanted(each)]
    if any(each.paths != {path} for each in wanted_candidates):
        wanted_ids = set(map(id, wanted_candidates))
        unwanted = {number: each for number, each in candidates.items() if id(each) not in wanted_ids}
        return _FileResult(path, _reject_harmful_values(unwanted, context))
    fix_round = plan_round(wanted_candidates, context, jobs=1)
    applied_ids = set(map(id, fix_round.applied))
    unapplied = {
        number: fix_round.apply_refusal(each) for number, each in candidates.items() if id(each) not in applied_ids
    }
    applied = {number: each for number, each in candidates.items() if id(each) in applied_ids}
    data = fix_round.documents[path].data if fix_round.documents else b""
    values = (*_reject_harmful_values(unapplied, context), *_to_values(applied))
    return _FileResult(path, values, frozenset(applied), data)


def _reject_harmful_values(candidates: Mapping[int, FixCandidate], context: FixContext) -> FixValues:
    return _to_values(dict(zip(candidates, reject_harmful(list(candidates.values()), context, jobs=1))))


def _to_values(candidates: Mapping[int, FixCandidate]) -> FixValues:
    return tuple((number, each.fix, each.alternatives) for number, each in candidates.items())
