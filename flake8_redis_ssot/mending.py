"""Fixing to a fixed point, in memory: draft, write, look again, until nothing more can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field, replace

from flake8_redis_ssot.analysis import Analysis
from flake8_redis_ssot.disk import Change
from flake8_redis_ssot.drafting import Proposal, answer, propose, untouched
from flake8_redis_ssot.edits import Overlap
from flake8_redis_ssot.engine import Found
from flake8_redis_ssot.fixing.bench import Bench, Unanswered
from flake8_redis_ssot.fixing.composing import cuts_of
from flake8_redis_ssot.fixing.sheet import Sheet
from flake8_redis_ssot.model import Applicability, Cut, Finding, Refusal
from flake8_redis_ssot.trials import Trials, operations_of, paths_of, tried

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

    def take(self, step: _Step, bench: Bench) -> None:
        """Add one round; `bench` has the files as they were before it."""
        for path, sheet in step.sheets.items():
            self.before.setdefault(path, bench.sheet(path).data)
            self.after[path] = sheet.data
        self.fixed += [proposal.finding for proposal in step.applied]
        self.together += [paths_of(proposal) for proposal in step.applied]

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
    fixable: Callable[[str], bool],
    only: Set[str] = frozenset(),
    jobs: int = 1,
) -> Mended:
    """Apply every fix that is trusted at least so far, of the codes that are fixable. Nothing is written.

    `look` tells what is found in the present state of the analysis, which changes with it. With `only`, no fix is
    applied that changes other files. `jobs` is the number of processes.
    """
    mended = Mended()
    bench: Bench | None = None
    known: list[Proposal] = []
    for _ in range(_ROUNDS):
        proposals, bench = propose(analysis, look(), bench, known)
        wanted = [each for each in proposals if _is_wanted(each, trust, fixable)]
        wanted = [each for each in wanted if not only or paths_of(each) <= only]
        step = _answered_step(wanted, analysis, bench, jobs)
        if not step.sheets:
            proposals = [step.settled(proposal) for proposal in proposals]
            break
        mended.take(step, bench)
        analysis.change({path: (sheet.data, sheet.source) for path, sheet in step.sheets.items()})
        known = untouched(proposals, step.sheets, bench)
        bench.change(step.sheets)
    else:
        proposals, bench = propose(analysis, look(), bench)
    mended.left = [proposal.finding for proposal in tried(proposals, bench, jobs)]
    return mended


@dataclass
class _Step:
    """One round: the files that change, as they will be, the proposals in them, and those that would do harm."""

    sheets: dict[str, Sheet] = field(default_factory=dict)
    applied: list[Proposal] = field(default_factory=list)
    refused: dict[int, Refusal] = field(default_factory=dict)

    def settled(self, proposal: Proposal) -> Proposal:
        """A proposal, or the reason why it was not applied in the place of its fix."""
        refusal = self.refused.get(id(proposal))
        return replace(proposal, fix=refusal) if refusal else proposal


def _is_wanted(proposal: Proposal, trust: Applicability, fixable: Callable[[str], bool]) -> bool:
    trusted = proposal.draft is not None and proposal.draft.applicability >= trust
    return trusted and fixable(proposal.found.finding.code)


def _answered_step(wanted: list[Proposal], analysis: Analysis, bench: Bench, jobs: int) -> _Step:
    """A round whose questions are answered: together, fixes may raise some that none of them does alone."""
    while True:
        try:
            return _step(wanted, bench, jobs)
        except Unanswered as unanswered:
            answer(analysis, unanswered.questions, bench)


def _step(wanted: list[Proposal], bench: Bench, jobs: int) -> _Step:
    """As many of the proposals as go together and leave sound files behind."""
    step, trials = _Step(), Trials(bench, jobs)
    while wanted:
        wanted, cuts = _composed(wanted, bench)
        sheets, troubles = trials.after(cuts)
        if not troubles:
            step.sheets, step.applied = sheets, wanted
            break
        step.refused |= {id(each): Refusal((why,)) for each, why in trials.harmful(wanted, troubles)}
        wanted = [each for each in wanted if id(each) not in step.refused]
    return step


def _composed(wanted: list[Proposal], bench: Bench) -> tuple[list[Proposal], dict[str, list[Cut]]]:
    """As many of the proposals as go together, and their changes; the others get their turn in the next round."""
    try:
        return wanted, cuts_of(operations_of(wanted), bench)
    except Overlap:
        kept: list[Proposal] = []
        for each in wanted:
            try:
                cuts_of(operations_of([*kept, each]), bench)
            except Overlap:
                continue
            kept.append(each)
        return kept, cuts_of(operations_of(kept), bench)
