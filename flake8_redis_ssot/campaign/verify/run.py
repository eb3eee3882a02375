"""Evaluate all criteria."""

from __future__ import annotations

from typing import NamedTuple

from flake8_redis_ssot.campaign.verify.context import VerificationContext
from flake8_redis_ssot.campaign.verify.criteria import NO_DUPLICATES, NO_FINDINGS, STRINGS, VALIDATION
from flake8_redis_ssot.campaign.verify.criterion import Criterion, CriterionResult, CriterionState
from flake8_redis_ssot.campaign.verify.deprecated_modules import DEPRECATED_MODULES
from flake8_redis_ssot.campaign.verify.imported_names import IMPORTED_NAMES
from flake8_redis_ssot.campaign.verify.patch_targets import PATCHES
from flake8_redis_ssot.campaign.verify.runtime import runtime_criteria
from flake8_redis_ssot.campaign.verify.undefined_names import UNDEFINED

CRITERIA = (
    *(NO_FINDINGS, UNDEFINED, VALIDATION, PATCHES),
    *(STRINGS, NO_DUPLICATES, DEPRECATED_MODULES, IMPORTED_NAMES),
)


class EvaluatedCriterion(NamedTuple):
    """A criterion and its result."""

    criterion: Criterion
    result: CriterionResult


class VerificationReport(NamedTuple):
    """The results of all criteria, in order."""

    results: tuple[EvaluatedCriterion, ...]

    def count(self, state: CriterionState) -> int:
        """The number of criteria in a state."""
        return sum(each.result.state is state for each in self.results)

    @property
    def has_failed(self) -> bool:
        """Whether any criterion has failed."""
        return self.count(CriterionState.FAILED) > 0

    @property
    def summary(self) -> str:
        """The number of criteria in each state."""
        return ", ".join(f"{self.count(state)} {state.value}" for state in CriterionState)


def verify(context: VerificationContext) -> VerificationReport:
    """Evaluate all criteria. Raises OSError if the journal's folder can't be read."""
    criteria = (*CRITERIA, *runtime_criteria(context))
    return VerificationReport(tuple(EvaluatedCriterion(each, each.evaluate(context)) for each in criteria))
