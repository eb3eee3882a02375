"""Fixing to a fixed point, in memory: draft, write, look again, until nothing more can be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import partial

from flake8_redis_ssot.files.atomic_write import Change
from flake8_redis_ssot.fixes.context import Bench, Unanswered
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.linter.engine import Found
from flake8_redis_ssot.linter.fix.draft import Proposal, answer, new_bench, propose, untouched
from flake8_redis_ssot.linter.fix.edit_set import Step, step_of
from flake8_redis_ssot.linter.fix.per_file import each_file
from flake8_redis_ssot.linter.fix.regression_check import tried
from flake8_redis_ssot.model import Applicability, Finding
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.rules.rule import rule_of

# Fixes that make room for others need a round each; more of them than this means that two fight.
_ROUNDS = 12


@dataclass
class Mended:
    """What a run of fixes has come to.

    `before` and `after` are the bytes of every file that changed (absolute paths), `fixed` the findings whose fixes
    were applied, `left` what is found now, with its fixes; `together` are files that were changed by one fix.
    """

    before: dict[str, bytes] = field(default_factory=dict)
    after: dict[str, bytes] = field(default_factory=dict)
    fixed: list[Finding] = field(default_factory=list)
    left: list[Finding] = field(default_factory=list)
    together: list[frozenset[str]] = field(default_factory=list)

    def take(self, applied: Sequence[Proposal], sheets: Mapping[str, Sheet], bench: Bench) -> None:
        """Add one round; `bench` has the files as they were before it."""
        for path, sheet in sheets.items():
            self.before.setdefault(path, bench.sheet(path).data)
            self.after[path] = sheet.data
        self.fixed += [proposal.finding for proposal in applied]
        self.together += [proposal.paths for proposal in applied]

    def changes(self) -> list[tuple[Change, ...]]:
        """What is to be written: sets of files that are changed all or none."""
        groups: list[set[str]] = []
        for paths in self.together:
            near = [group for group in groups if not group.isdisjoint(paths)]
            groups = [group for group in groups if group not in near] + [set(paths).union(*near)]
        return [
            tuple(Change(path, self.before[path], self.after[path]) for path in sorted(group) if path in self.after)
            for group in sorted(groups, key=min)
        ]


def mend(
    analysis: Analysis,
    look: Callable[[], Sequence[Found]],
    *,
    trust: Applicability,
    wanted: Callable[[Finding], bool],
    only: Set[str] = frozenset(),
    jobs: int = 1,
    inline: bool = False,
) -> Mended:
    """Apply every fix that is trusted at least so far, of the findings that are `wanted`. Nothing is written.

    `look` tells what is found in the present state of the analysis, which changes with it. With `only`, no fix is
    applied that changes other files. `jobs` is the number of processes. With `inline`, factories whose callers can all
    do without go first.
    """
    mended = Mended()
    is_wanted = partial(_is_wanted, trust=trust, wanted=wanted, only=only)
    if inline:
        _inline(mended, analysis, look, is_wanted, jobs)
    bench = new_bench(analysis)
    done = each_file(found := look(), analysis, bench, is_wanted, jobs)
    sheets = {path: Sheet.of(path, data) for path, data in done.files.items()}
    known = [done.settled[number] for number in sorted(done.settled)]
    if sheets:
        known = _went_on(mended, done.applied, sheets, known, analysis, bench)
        found = look()
    for _ in range(_ROUNDS):
        proposals, bench = propose(analysis, found, bench, known)
        step = _answered_step([each for each in proposals if is_wanted(each)], analysis, bench, jobs)
        proposals = [step.settled(proposal) for proposal in proposals]
        if not step.sheets:
            break
        known = _went_on(mended, step.applied, step.sheets, proposals, analysis, bench)
        found = look()
    mended.left = [proposal.finding for proposal in tried(proposals, bench, jobs)]
    return mended


def _inline(
    mended: Mended,
    analysis: Analysis,
    look: Callable[[], Sequence[Found]],
    is_wanted: Callable[[Proposal], bool],
    jobs: int,
) -> None:
    """Apply the fixes that replace the calls of factories; the ordinary ones are for what is left."""
    bench = new_bench(analysis)
    for _ in range(_ROUNDS):
        found = [each for each in look() if hasattr(rule_of(each.judged.code).module, "inline")]
        proposals, bench = propose(analysis, found, bench, way="inline")
        step = _answered_step([each for each in proposals if is_wanted(each)], analysis, bench, jobs)
        if not step.sheets:
            break
        _went_on(mended, step.applied, step.sheets, (), analysis, bench)


def _went_on(
    mended: Mended,
    applied: Sequence[Proposal],
    sheets: Mapping[str, Sheet],
    proposals: Sequence[Proposal],
    analysis: Analysis,
    bench: Bench,
) -> list[Proposal]:
    """Take over the files as they are after a round; the proposals that still hold."""
    mended.take(applied, sheets, bench)
    analysis.change({path: (sheet.data, sheet.source) for path, sheet in sheets.items()})
    known = untouched(proposals, sheets, bench)
    bench.change(sheets)
    return known


def _is_wanted(proposal: Proposal, trust: Applicability, wanted: Callable[[Finding], bool], only: Set[str]) -> bool:
    trusted = proposal.draft is not None and proposal.draft.applicability >= trust
    within = not only or proposal.paths <= only
    return trusted and within and wanted(proposal.found.finding)


def _answered_step(wanted: list[Proposal], analysis: Analysis, bench: Bench, jobs: int) -> Step:
    """A round whose questions are answered: together, fixes may raise some that none of them does alone."""
    while True:
        try:
            return step_of(wanted, bench, jobs)
        except Unanswered as unanswered:
            answer(analysis, unanswered.questions, bench)
