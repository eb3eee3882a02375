"""Each condition of a safe fix is necessary: without it, a fix changes what some project does."""

from __future__ import annotations

import pytest
from behaviour.conditions import UNOBSERVABLE, all_objections, find_modules, find_objections, topics_of
from behaviour.search import find_dependent

from flake8_redis_ssot.fixes.conditions.condition import Condition, all_conditions

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]


@pytest.mark.parametrize("objection", [each for each in all_objections() if each not in UNOBSERVABLE])
def test_each_objection_is_necessary(objection: str) -> None:
    """As soon as a function by which a condition objects is switched off, a fix changes what a program does."""
    assert find_dependent(objection), "add a trap to tests/behaviour/shapes that nothing else detects"


@pytest.mark.parametrize("condition", all_conditions(), ids=lambda condition: condition.name)
def test_each_condition_can_be_switched_off(condition: Condition) -> None:
    objections = find_objections(find_modules()[condition.name])
    assert {f"{condition.name}.{each}" for each in objections} - UNOBSERVABLE.keys()
    assert topics_of(condition.name), "no traps are about it: see `TOPICS` in tests/behaviour/conditions.py"


def test_unobservable_objections_exist() -> None:
    assert UNOBSERVABLE.keys() <= set(all_objections())
