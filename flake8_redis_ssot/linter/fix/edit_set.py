"""One step of fixing: as many fixes at once as go together and leave sound files behind."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from flake8_redis_ssot.fixes.compose import build_text_edits
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.linter.fix.draft import FixCandidate
from flake8_redis_ssot.linter.fix.regression_check import RegressionCheck, collect_operations
from flake8_redis_ssot.model import Refusal
from flake8_redis_ssot.syntax.edits import OverlapError, TextEdit


@dataclass
class FixRound:
    """The files that change, as they will be, the proposals in them, and those that would do harm."""

    documents: dict[str, SourceDocument] = field(default_factory=dict)
    applied: list[FixCandidate] = field(default_factory=list)
    refusals: dict[int, Refusal] = field(default_factory=dict)

    def apply_refusal(self, candidate: FixCandidate) -> FixCandidate:
        """A proposal, or the reason why it was not applied in the place of its fix."""
        refusal = self.refusals.get(id(candidate))
        return replace(candidate, fix=refusal) if refusal else candidate


def plan_round(candidates: list[FixCandidate], context: FixContext, jobs: int) -> FixRound:
    """As many of the proposals as go together and leave sound files behind."""
    fix_round, regression_check = FixRound(), RegressionCheck(context, jobs)
    while candidates:
        candidates, edits = _select_compatible(candidates, context)
        documents, problems = regression_check.apply_edits(edits)
        if not problems:
            fix_round.documents, fix_round.applied = documents, candidates
            break
        fix_round.refusals |= {
            id(candidate): Refusal((reason,))
            for candidate, reason in regression_check.regressions(candidates, problems)
        }
        candidates = [candidate for candidate in candidates if id(candidate) not in fix_round.refusals]
    return fix_round


def _select_compatible(
    candidates: list[FixCandidate], context: FixContext
) -> tuple[list[FixCandidate], dict[str, list[TextEdit]]]:
    """As many of the proposals as go together, and their changes; the others get their turn in the next round."""
    try:
        return candidates, build_text_edits(collect_operations(candidates), context)
    except OverlapError:
        compatible: list[FixCandidate] = []
        for candidate in candidates:
            try:
                build_text_edits(collect_operations([*compatible, candidate]), context)
            except OverlapError:
                continue
            compatible.append(candidate)
        return compatible, build_text_edits(collect_operations(compatible), context)
