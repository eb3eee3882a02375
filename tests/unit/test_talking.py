"""Talks give the same in one process and in several; what goes wrong in one is told."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator

import pytest

from flake8_redis_ssot.files.processes import run_with_queries

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks only there")
ITEMS = list(range(50))


def double(items: list[int]) -> Generator[set[str], dict[str, int], list[int]]:
    """Asks twice, and remembers the first answer."""
    first = yield {f"{item % 3}" for item in items}
    second = yield {"factor"}
    return [item * second["factor"] + first[f"{item % 3}"] for item in items]


def answer(questions: set[str]) -> dict[str, int]:
    return {question: 2 if question == "factor" else int(question) for question in questions}


@pytest.mark.parametrize("jobs", [1, 2, 3, 7])
def test_results_do_not_depend_on_the_number_of_processes(jobs: int) -> None:
    assert run_with_queries(double, ITEMS, answer, jobs) == [item * 2 + item % 3 for item in ITEMS]


@pytest.mark.parametrize("jobs", [1, 2])
def test_some_have_no_questions(jobs: int) -> None:
    def talk(items: list[int]) -> Generator[set[str], dict[str, int], list[int]]:
        if 1 in items:
            assert (yield {"factor"}) == {"factor": 2}
        return items

    assert run_with_queries(talk, ITEMS, answer, jobs) == ITEMS


@pytest.mark.parametrize("jobs", [1, 2])
def test_questions_are_answered_together(jobs: int) -> None:
    rounds: list[set[str]] = []

    def note(questions: set[str]) -> dict[str, int]:
        rounds.append(questions)
        return answer(questions)

    run_with_queries(double, ITEMS, note, jobs)
    assert rounds == [{"0", "1", "2"}, {"factor"}]


@pytest.mark.parametrize("jobs", [1, 2])
def test_errors_are_raised_here(jobs: int) -> None:
    def talk(items: list[int]) -> Generator[set[str], dict[str, int], list[int]]:
        yield {"factor"}
        raise PermissionError(13, "no", f"item {items[-1]}")

    with pytest.raises(PermissionError, match="item"):
        run_with_queries(talk, ITEMS, answer, jobs)


def test_a_process_that_dies_is_told() -> None:
    def talk(items: list[int]) -> Generator[set[str], dict[str, int], list[int]]:
        yield {"factor"}
        os._exit(9)

    with pytest.raises(ChildProcessError, match="--jobs 1"):
        run_with_queries(talk, ITEMS, answer, 2)


def test_nothing_to_do() -> None:
    assert run_with_queries(double, [], answer, 2) == []
