"""Plans a round of fixes: as many as are compatible and cause no regression."""

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
    """The changed files (by absolute path), the candidates applied, and the refusals of harmful ones by `id`."""

    documents: dict[str, SourceDocument] = field(default_factory=dict)
    applied: list[FixCandidate] = field(default_factory=list)
    refusals: dict[int, Refusal] = field(default_factory=dict)

    def apply_refusal(self, candidate: FixCandidate) -> FixCandidate:
        """A candidate, with the refusal in place of its fix if it was refused."""
        refusal = self.refusals.get(id(candidate))
        return replace(candidate, fix=refusal) if refusal else candidate


def plan_round(candidates: list[FixCandidate], context: FixContext, jobs: int) -> FixRound:
    """A round with as many of the candidates as are compatible and cause no regression."""
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
    """The candidates whose edits do not overlap, and these edits; the others are left for the next round."""
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
