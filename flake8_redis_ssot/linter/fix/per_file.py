"""What can be done about each file by itself, in several processes: all that a report tells, and most of what is fixed.

A draft cannot leave its process, as it holds nodes of a tree; what leaves it are values: fixes, refusals, bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from flake8_redis_ssot.files.processes import run_with_queries
from flake8_redis_ssot.fixes.context import FixContext, ReferenceQuery, UnansweredQueryError
from flake8_redis_ssot.linter.engine import LocatedFinding
from flake8_redis_ssot.linter.fix.draft import FixCandidate, answer_queries, create_context, draft_fix
from flake8_redis_ssot.linter.fix.edit_set import plan_round
from flake8_redis_ssot.linter.fix.regression_check import reject_harmful
from flake8_redis_ssot.model import Finding, Fix, Refusal
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.search.demand_queries import QueryResults

# Number, fix, offers.
FixValues = tuple[tuple[int, Fix | Refusal, tuple[Fix, ...]], ...]
IsWanted = Callable[[FixCandidate], bool]


@dataclass
class FileFixes:
    """What came of some findings, each told by its number (0-based).

    `unapplied` are those that nothing more is to be done about, `applied` those whose fixes are in `changed_files` (the
    bytes of changed files by absolute path). The others concern several files.
    """

    unapplied: dict[int, FixCandidate] = field(default_factory=dict)
    applied: list[FixCandidate] = field(default_factory=list)
    changed_files: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class _FileResult:
    """What came of the findings of the file at `path`: each by its number, those `applied`, the new bytes.

    `consulted` are files that were looked at on the way.
    """

    path: str
    values: FixValues
    applied: frozenset[int] = frozenset()
    new_bytes: bytes = b""
    consulted: frozenset[str] = frozenset()


def with_fixes(located_findings: Sequence[LocatedFinding], analysis: Analysis, jobs: int) -> list[Finding]:
    """Findings with their fixes, or the reasons why there are none."""
    file_fixes = fix_each_file(located_findings, analysis, create_context(analysis), lambda proposal: False, jobs)
    return [file_fixes.unapplied[number].finding for number in range(len(located_findings))]


def fix_each_file(
    located_findings: Sequence[LocatedFinding], analysis: Analysis, context: FixContext, is_wanted: IsWanted, jobs: int
) -> FileFixes:
    """Draft the fixes of what was found, and apply those that are wanted and concern their own file only."""
    draft_work = partial(_draft_files, located_findings, analysis, context, is_wanted)
    file_results = run_with_queries(
        draft_work, list(_group_by_file(located_findings).values()), partial(_answer_queries, analysis, context), jobs
    )
    file_fixes = FileFixes()
    for file_result in file_results:
        _add_file_result(file_fixes, located_findings, file_result)
        analysis.consulted_paths |= file_result.consulted
    return file_fixes


def _answer_queries(analysis: Analysis, context: FixContext, queries: Iterable[ReferenceQuery]) -> QueryResults:
    answer_queries(analysis, queries, context)
    return analysis.query_results


def _group_by_file(located_findings: Sequence[LocatedFinding]) -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for number, located in enumerate(located_findings):
        numbers.setdefault(located.path, []).append(number)
    return numbers


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


def _draft_files(
    located_findings: Sequence[LocatedFinding],
    analysis: Analysis,
    context: FixContext,
    is_wanted: IsWanted,
    files: Sequence[Sequence[int]],
) -> Generator[set[ReferenceQuery], QueryResults, list[_FileResult]]:
    """The work on some files, each given by the numbers of its findings: asks, is answered, and goes on."""
    file_results: dict[int, _FileResult] = {}
    candidates: dict[int, FixCandidate] = {}
    while len(file_results) < len(files):
        queries: set[ReferenceQuery] = set()
        for position, numbers in enumerate(files):
            if position not in file_results:
                try:
                    file_results[position] = _draft_file(
                        located_findings, analysis, context, is_wanted, numbers, candidates
                    )
                except UnansweredQueryError as error:
                    queries.update(error.queries)
        if queries:
            analysis.set_query_results((yield queries))
            context.invalidate_references()
    consulted = frozenset(analysis.consulted_paths)
    return [replace(file_results[position], consulted=consulted) for position in range(len(files))]


def _draft_file(
    located_findings: Sequence[LocatedFinding],
    analysis: Analysis,
    context: FixContext,
    is_wanted: IsWanted,
    numbers: Sequence[int],
    candidates: dict[int, FixCandidate],
) -> _FileResult:
    """What comes of the findings of a file; `candidates` are the proposals made already. Raises Unanswered."""
    queries: list[ReferenceQuery] = []
    for number in numbers:
        if number not in candidates:
            try:
                candidates[number] = draft_fix(located_findings[number], analysis, context)
            except UnansweredQueryError as error:
                queries += error.queries
    if queries:
        raise UnansweredQueryError(*queries)
    return _apply_own_fixes(
        located_findings[numbers[0]].path, {number: candidates[number] for number in numbers}, context, is_wanted
    )


def _apply_own_fixes(
    path: str, candidates: Mapping[int, FixCandidate], context: FixContext, is_wanted: IsWanted
) -> _FileResult:
    wanted_candidates = [each for each in candidates.values() if is_wanted(each)]
    if any(each.paths != {path} for each in wanted_candidates):
        return _FileResult(
            path,
            _reject_harmful_values(
                {number: each for number, each in candidates.items() if each not in wanted_candidates}, context
            ),
        )
    fix_round = plan_round(wanted_candidates, context, jobs=1)
    unapplied = {
        number: fix_round.apply_refusal(each) for number, each in candidates.items() if each not in fix_round.applied
    }
    applied = {number: each for number, each in candidates.items() if each in fix_round.applied}
    data = fix_round.documents[path].data if fix_round.documents else b""
    return _FileResult(
        path, (*_reject_harmful_values(unapplied, context), *_to_values(applied)), frozenset(applied), data
    )


def _reject_harmful_values(candidates: Mapping[int, FixCandidate], context: FixContext) -> FixValues:
    return _to_values(dict(zip(candidates, reject_harmful(list(candidates.values()), context, jobs=1))))


def _to_values(candidates: Mapping[int, FixCandidate]) -> FixValues:
    return tuple((number, each.fix, each.alternatives) for number, each in candidates.items())
