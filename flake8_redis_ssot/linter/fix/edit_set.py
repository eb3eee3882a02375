"""One step of fixing: as many fixes at once as go together and leave sound files behind."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from flake8_redis_ssot.fixes.compose import cuts_of
from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.linter.fix.draft import Proposal
from flake8_redis_ssot.linter.fix.regression_check import Trials, operations_of
from flake8_redis_ssot.model import Refusal
from flake8_redis_ssot.syntax.edits import Cut, Overlap


@dataclass
class Step:
    """The files that change, as they will be, the proposals in them, and those that would do harm."""

    sheets: dict[str, Sheet] = field(default_factory=dict)
    applied: list[Proposal] = field(default_factory=list)
    refused: dict[int, Refusal] = field(default_factory=dict)

    def settled(self, proposal: Proposal) -> Proposal:
        """A proposal, or the reason why it was not applied in the place of its fix."""
        refusal = self.refused.get(id(proposal))
        return replace(proposal, fix=refusal) if refusal else proposal


def step_of(wanted: list[Proposal], bench: Bench, jobs: int) -> Step:
    """As many of the proposals as go together and leave sound files behind. Raises Unanswered."""
    step, trials = Step(), Trials(bench, jobs)
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
