"""Samples of tests: deterministic, of the given share, and different for each seed."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sampling import current_commit, examples, is_sampled, steps_of

NAMES = [f"tests/test_cases.py::test_case[{number}]" for number in range(2000)]


def sample(seed: str, share: float) -> set[str]:
    return {name for name in NAMES if is_sampled(name, seed, share)}


def test_sample_is_deterministic() -> None:
    assert [is_sampled("a", "seed", share) for share in (0.0, 0.7, 0.8, 1.0)] == [False, False, True, True]


@pytest.mark.parametrize("share", [0.05, 0.25, 0.9])
def test_sample_size(share: float) -> None:
    assert abs(len(sample("seed", share)) - share * len(NAMES)) < 100


def test_larger_sample_contains_smaller_ones() -> None:
    assert sample("seed", 0) < sample("seed", 0.1) < sample("seed", 0.5) < sample("seed", 1) == set(NAMES)


def test_many_seeds_cover_all_tests() -> None:
    assert sample("one", 0.5) != sample("two", 0.5)
    assert set().union(*(sample(str(number), 0.25) for number in range(50))) == set(NAMES)


def test_first_step_depends_on_the_seed() -> None:
    def steps(seed: str, run_all: bool = False) -> tuple[int, int]:
        config: Any = SimpleNamespace(option=SimpleNamespace(all=run_all, sample_seed=seed))
        return steps_of(config, 5)

    assert steps("one", run_all=True) == (0, 5)
    assert {steps(str(number)) for number in range(200)} == {(start, 15) for start in range(15)}


def test_seed_is_the_commit(tmp_path: Path) -> None:
    assert current_commit(tmp_path) == "none"
    assert current_commit(tmp_path / "nowhere") == "none"
    commit = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "first"]
    for command in (["git", "init", "-q"], commit):
        subprocess.run(command, cwd=tmp_path, check=True)
    assert len(current_commit(tmp_path)) == 40


def test_examples_are_at_least_three() -> None:
    assert examples(1000) in (50, 500, 1000)
    assert examples(1) == 3
