"""Random projects do the same before and after their fixes (`tests/behaviour`)."""

from __future__ import annotations

from collections import Counter

import pytest
from behaviour.__main__ import describe
from behaviour.conditions import TOPICS
from behaviour.recipe import Recipe, complete, compose, find_traps
from behaviour.search import Search
from behaviour.shapes import load_shapes
from behaviour.trial import Verdict, try_recipe

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

SEED = 15
PROJECTS = 60  # of each part
PARTS = 6
PLAIN = len(find_traps())  # the first projects have a trap each


@pytest.mark.sampled(0.5)
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
    summary = Search(SEED).run(PLAIN, PROJECTS // 2)
    assert summary.verdicts[Verdict.KEPT] > PROJECTS / 8, summary.verdicts


def test_a_fix_may_enable_one_in_a_file_that_neither_names() -> None:
    """A test patches a name of the first user, which is read from the old module until that user is fixed."""
    names = {"A name of a user of the old module, unread": 0, "Names that are read": 3, "A shim": 0}
    shapes = complete([shape for shape in load_shapes() if shape.name in names], None)
    trial = try_recipe(Recipe(tuple((shape, names.get(shape.name, 0)) for shape in shapes)))
    assert {path for path, _ in trial.fixed_files} == {"app/via0.py", "app/via2.py"}
    assert trial.verdict is Verdict.KEPT


def test_recipes_are_deterministic() -> None:
    assert [str(compose(3, index)) for index in range(200, 260)] == [
        str(compose(3, index)) for index in range(200, 260)
    ]
    assert len({str(compose(3, index)) for index in range(1000, 1200)}) > 190


def test_each_trap_has_a_known_topic() -> None:
    topics = Counter(shape.topic for shape in load_shapes() if shape.topic)
    assert topics.keys() == TOPICS.keys()
    assert min(topics.values()) > 1
