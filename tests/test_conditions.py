"""Each condition of a safe fix is necessary: without it, a fix changes what some project does."""

from __future__ import annotations

import pytest
from behaviour.conditions import find_modules, find_objections, topics_of
from behaviour.search import Search

from flake8_redis_ssot.fixes.conditions.condition import Condition, all_conditions

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

SEED = 15
PROJECTS = 300


@pytest.mark.sampled(0.05)
@pytest.mark.parametrize("condition", all_conditions(), ids=lambda condition: condition.name)
def test_each_condition_is_necessary(condition: Condition) -> None:
    """As soon as a condition is switched off, a fix changes what a program does, or does so without a true reason."""
    searches = [Search(SEED, is_unsafe=trust, off=condition.name, stops_at_failure=True) for trust in (False, True)]
    assert any(search.run(0, PROJECTS).problems for search in searches)


@pytest.mark.parametrize("condition", all_conditions(), ids=lambda condition: condition.name)
def test_each_condition_can_be_switched_off(condition: Condition) -> None:
    assert find_objections(find_modules()[condition.name])
    assert topics_of(condition.name), "no traps are about it: see `TOPICS` in tests/behaviour/conditions.py"
