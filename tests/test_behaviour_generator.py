"""Random projects do the same before and after their fixes (`tests/behaviour`)."""

from __future__ import annotations

from collections import Counter

import pytest
from behaviour.__main__ import describe
from behaviour.conditions import TOPICS
from behaviour.recipe import compose
from behaviour.search import Search
from behaviour.shapes import load_shapes
from behaviour.trial import Verdict

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

SEED = 15
PROJECTS = 60  # of each part
PARTS = 6
PLAIN = sum(bool(shape.topic) for shape in load_shapes())  # the first projects have a trap each


@pytest.mark.parametrize("part", range(PARTS))
def test_safe_fixes_keep_the_behaviour(part: int) -> None:
    search = Search(SEED)
    summary = search.run(part * PROJECTS, PROJECTS)
    assert not summary.failures, describe(search.shrink(summary.failures[0]))
    assert summary.verdicts[Verdict.DISCARDED] < PROJECTS / 5


@pytest.mark.sampled(0.1)
@pytest.mark.parametrize("part", range(PARTS))
def test_reasons_of_unsafe_fixes_name_what_changes(part: int) -> None:
    search = Search(SEED, is_unsafe=True)
    summary = search.run(part * PROJECTS, PROJECTS)
    assert not summary.problems, describe(search.shrink(summary.problems[0]))


def test_projects_are_fixed() -> None:
    """Some of the projects without a trap are changed by safe fixes, or nothing would be tested."""
    summary = Search(SEED).run(PLAIN, 2 * PROJECTS)
    assert summary.verdicts[Verdict.KEPT] > PROJECTS / 2, summary.verdicts


def test_recipes_are_deterministic() -> None:
    assert [str(compose(3, index)) for index in range(200, 260)] == [
        str(compose(3, index)) for index in range(200, 260)
    ]
    assert len({str(compose(3, index)) for index in range(1000, 1200)}) > 190


def test_each_trap_has_a_known_topic() -> None:
    topics = Counter(shape.topic for shape in load_shapes() if shape.topic)
    assert topics.keys() == TOPICS.keys()
    assert min(topics.values()) > 1
