"""All criteria, one after the other."""

from __future__ import annotations

from typing import NamedTuple

from flake8_redis_ssot.campaign.verify.context import Scene
from flake8_redis_ssot.campaign.verify.criteria import GATE, NO_DUPLICATES, NO_FINDINGS, STRINGS
from flake8_redis_ssot.campaign.verify.criterion import Criterion, State, Verdict
from flake8_redis_ssot.campaign.verify.deprecated_modules import OLD_MODULES
from flake8_redis_ssot.campaign.verify.patch_targets import PATCHES
from flake8_redis_ssot.campaign.verify.undefined_names import UNDEFINED

CRITERIA = (NO_FINDINGS, UNDEFINED, GATE, PATCHES, STRINGS, NO_DUPLICATES, OLD_MODULES)


class Judged(NamedTuple):
    """A criterion, and how it stands."""

    criterion: Criterion
    verdict: Verdict


class Report(NamedTuple):
    """How all criteria stand, in order."""

    judged: tuple[Judged, ...]

    def number(self, state: State) -> int:
        """How many criteria are in a state."""
        return sum(each.verdict.state is state for each in self.judged)

    @property
    def has_failed(self) -> bool:
        """Whether any criterion has."""
        return self.number(State.FAILED) > 0

    @property
    def total(self) -> str:
        """How many passed, failed, and are not known."""
        return ", ".join(f"{self.number(state)} {state.value}" for state in State)


def verify(scene: Scene) -> Report:
    """Judge all criteria. Raises OSError where the journal's folder can't be read."""
    return Report(tuple(Judged(criterion, criterion.judge(scene)) for criterion in CRITERIA))
