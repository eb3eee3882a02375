"""All criteria, one after the other."""

from __future__ import annotations

from typing import NamedTuple

from flake8_redis_ssot.campaign.verify.context import VerificationContext
from flake8_redis_ssot.campaign.verify.criteria import NO_DUPLICATES, NO_FINDINGS, STRINGS, VALIDATION
from flake8_redis_ssot.campaign.verify.criterion import Criterion, CriterionResult, CriterionState
from flake8_redis_ssot.campaign.verify.deprecated_modules import DEPRECATED_MODULES
from flake8_redis_ssot.campaign.verify.patch_targets import PATCHES
from flake8_redis_ssot.campaign.verify.undefined_names import UNDEFINED

CRITERIA = (NO_FINDINGS, UNDEFINED, VALIDATION, PATCHES, STRINGS, NO_DUPLICATES, DEPRECATED_MODULES)


class EvaluatedCriterion(NamedTuple):
    """A criterion, and how it stands."""

    criterion: Criterion
    result: CriterionResult


class VerificationReport(NamedTuple):
    """How all criteria stand, in order."""

    results: tuple[EvaluatedCriterion, ...]

    def count(self, state: CriterionState) -> int:
        """How many criteria are in a state."""
        return sum(each.result.state is state for each in self.results)

    @property
    def has_failed(self) -> bool:
        """Whether any criterion has."""
        return self.count(CriterionState.FAILED) > 0

    @property
    def summary(self) -> str:
        """How many passed, failed, and are not known."""
        return ", ".join(f"{self.count(state)} {state.value}" for state in CriterionState)


def verify(context: VerificationContext) -> VerificationReport:
    """Judge all criteria. Raises OSError where the journal's folder can't be read."""
    return VerificationReport(
        tuple(EvaluatedCriterion(criterion, criterion.evaluate(context)) for criterion in CRITERIA)
    )
