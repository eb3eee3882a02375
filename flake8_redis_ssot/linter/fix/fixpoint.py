"""Fixes until stable, in memory: draft, apply and check again until no fix is left."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import partial

from flake8_redis_ssot.files.atomic_write import Change
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.factories.emptied_module import is_removable
from flake8_redis_ssot.linter.engine import LocatedFinding
from flake8_redis_ssot.linter.fix.draft import (
    FixCandidate,
    create_context,
    draft_fixes,
    find_unaffected,
)
from flake8_redis_ssot.linter.fix.edit_set import plan_round
from flake8_redis_ssot.linter.fix.per_file import FileFixes, fix_each_file
from flake8_redis_ssot.linter.fix.regression_check import find_lost_names, reject_harmful
from flake8_redis_ssot.linter.live import IncrementalProject
from flake8_redis_ssot.linter.request import ignore_activity
from flake8_redis_ssot.model import Applicability, Finding
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.rules.rule import find_rule

# Fixes that enable others need a round each; if there are more rounds, two fixes undo each other.
_MAX_ROUNDS = 12


@dataclass
class FixResult:
    """The result of fixing.

    `original_bytes` and `changed_bytes` are the bytes of every changed file (absolute paths), `fixed_findings` the
    findings whose fixes were applied, `remaining_findings` the others, with their fixes; `joint_paths` are the sets of
    files that one fix changed. `deleted_paths` are those of the changed files in which nothing is left.
    """

    original_bytes: dict[str, bytes] = field(default_factory=dict)
    changed_bytes: dict[str, bytes] = field(default_factory=dict)
    fixed_findings: list[Finding] = field(default_factory=list)
    remaining_findings: list[Finding] = field(default_factory=list)
    joint_paths: list[frozenset[str]] = field(default_factory=list)
    deleted_paths: set[str] = field(default_factory=set)

    def add_round(
        self, applied: Sequence[FixCandidate], documents: Mapping[str, SourceDocument], context: FixContext
    ) -> None:
        """Add one round; `context` has the files as they were before it."""
        for path, document in documents.items():
            self.original_bytes.setdefault(path, context.document(path).data)
            self.changed_bytes[path] = document.data
        self.fixed_findings += [candidate.finding for candidate in applied]
        self.joint_paths += [candidate.paths for candidate in applied]

    def group_changes(self) -> list[tuple[Change, ...]]:
        """The changes to write, as sets of files that must be changed together."""
        groups: list[set[str]] = []
        for paths in self.joint_paths:
            overlapping = [group for group in groups if not group.isdisjoint(paths)]
            groups = [group for group in groups if group not in overlapping] + [set(paths).union(*overlapping)]
        return [
            tuple(
                Change(path, self.original_bytes[path], self._bytes_after(path))
                for path in sorted(group)
                if path in self.changed_bytes
            )
            for group in sorted(groups, key=min)
        ]

    def _bytes_after(self, path: str) -> bytes | None:
        return None if path in self.deleted_paths else self.changed_bytes[path]


def fix_until_stable(
    project: IncrementalProject,
    recheck: Callable[[], Sequence[LocatedFinding]],
    *,
    min_applicability: Applicability,
    is_selected: Callable[[Finding], bool],
    allowed_paths: Set[str] = frozenset(),
    jobs: int = 1,
    inline_factories: bool = False,
    report_activity: Callable[[str], None] = ignore_activity,
) -> FixResult:
    """Apply the fixes of at least `min_applicability` for findings that are `is_selected`. Nothing is written.

    `recheck` returns the findings in the present state of the project, in which files are edited. With `allowed_paths`,
    only fixes that change no other files are applied. `jobs` is the number of processes. With `inline_factories`, the
    calls of factories are replaced first where possible. `report_activity` is called with what is being done.
    """
    fix_result, analysis = FixResult(), project.analysis
    is_applicable = partial(
        _is_applicable, min_applicability=min_applicability, is_selected=is_selected, allowed_paths=allowed_paths
    )
    if inline_factories:
        _inline_factories(fix_result, project, recheck, is_applicable, jobs)
    context = create_context(analysis)
    file_fixes = fix_each_file(located_findings := recheck(), context, is_applicable, jobs, report_activity)
    documents = {path: SourceDocument.from_bytes(path, data) for path, data in file_fixes.changed_files.items()}
    _withdraw_lost_names(file_fixes, documents, context)
    kept_candidates = [file_fixes.unapplied[number] for number in sorted(file_fixes.unapplied)]
    if documents:
        kept_candidates = _apply_round(fix_result, file_fixes.applied, documents, kept_candidates, project, context)
        located_findings = recheck()
    for number in range(1, _MAX_ROUNDS + 1):
        report_activity(f"fixes: {plural(len(located_findings), 'finding')} left, round {number}")
        candidates = draft_fixes(located_findings, context, kept_candidates)
        fix_round = plan_round([each for each in candidates if is_applicable(each)], context, jobs)
        candidates = [fix_round.apply_refusal(candidate) for candidate in candidates]
        if fix_round.documents:
            kept_candidates = _apply_round(
                fix_result, fix_round.applied, fix_round.documents, candidates, project, context
            )
            located_findings = recheck()
        elif any(is_selected(each.finding) for each in kept_candidates):
            kept_candidates = []  # a second run would draft them again, and may know more: files that neither names
        else:
            break
    if inline_factories:
        factory_paths = {os.path.abspath(finding.path) for finding in fix_result.fixed_findings}
        fix_result.deleted_paths = {path for path in factory_paths if is_removable(path, context)}
    fix_result.remaining_findings = [candidate.finding for candidate in reject_harmful(candidates, context, jobs)]
    return fix_result


def _withdraw_lost_names(file_fixes: FileFixes, documents: dict[str, SourceDocument], context: FixContext) -> None:
    """Leave out files whose imports fail once all files are changed; they were fixed without knowing of each other."""
    while problems := find_lost_names(documents, context):
        for path in problems:
            del documents[path]
        file_fixes.applied = [each for each in file_fixes.applied if each.located.path not in problems]


def _inline_factories(
    fix_result: FixResult,
    project: IncrementalProject,
    recheck: Callable[[], Sequence[LocatedFinding]],
    is_applicable: Callable[[FixCandidate], bool],
    jobs: int,
) -> None:
    """Apply the fixes that replace the calls of factories."""
    analysis = project.analysis
    context = create_context(analysis)
    for _ in range(_MAX_ROUNDS):
        located_findings = [each for each in recheck() if find_rule(each.confirmed.code).inline is not None]
        candidates = draft_fixes(located_findings, context, inline_factories=True)
        fix_round = plan_round([each for each in candidates if is_applicable(each)], context, jobs)
        if not fix_round.documents:
            break
        _apply_round(fix_result, fix_round.applied, fix_round.documents, (), project, context)


def _apply_round(
    fix_result: FixResult,
    applied: Sequence[FixCandidate],
    documents: Mapping[str, SourceDocument],
    candidates: Sequence[FixCandidate],
    project: IncrementalProject,
    context: FixContext,
) -> list[FixCandidate]:
    """Update the project to the files after a round; the candidates that stay valid."""
    fix_result.add_round(applied, documents, context)
    project.apply_edits(documents)
    kept_candidates = find_unaffected(candidates, documents, context)
    context.replace_documents(documents)
    return kept_candidates


def _is_applicable(
    candidate: FixCandidate,
    min_applicability: Applicability,
    is_selected: Callable[[Finding], bool],
    allowed_paths: Set[str],
) -> bool:
    is_trusted = candidate.draft is not None and candidate.draft.applicability >= min_applicability
    is_within = not allowed_paths or candidate.paths <= allowed_paths
    return is_trusted and is_within and is_selected(candidate.located.finding)
