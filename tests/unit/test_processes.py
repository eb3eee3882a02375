"""`map_forked` gives the same results with any number of processes and raises the errors of workers."""

from __future__ import annotations

import os
import sys

import pytest

from flake8_redis_ssot.files.processes import is_worker, map_forked

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks only there")
ITEMS = list(range(50))


@pytest.mark.parametrize("jobs", [1, 2, 3, 7])
def test_results_do_not_depend_on_the_number_of_processes(jobs: int) -> None:
    factor = 2
    assert map_forked(lambda item: item * factor, ITEMS, jobs) == [item * 2 for item in ITEMS]


def test_few_items_run_in_one_process() -> None:
    assert set(map_forked(lambda item: os.getpid(), ITEMS[:5], 2)) == {os.getpid()}
    assert len(set(map_forked(lambda item: os.getpid(), ITEMS, 2)) - {os.getpid()}) == 2


def test_worker_does_not_fork() -> None:
    def count_processes(item: int) -> tuple[bool, int]:
        return is_worker(), len(set(map_forked(lambda each: os.getpid(), ITEMS, 2)))

    assert set(map_forked(count_processes, ITEMS, 2)) == {(True, 1)}
    assert not is_worker()


@pytest.mark.parametrize("jobs", [1, 2])
def test_errors_are_raised_in_the_parent(jobs: int) -> None:
    def fail(item: int) -> int:
        if item == 49:
            raise PermissionError(13, "no", f"item {item}")
        return item

    with pytest.raises(PermissionError, match="item"):
        map_forked(fail, ITEMS, jobs)


def test_dying_process() -> None:
    def die(item: int) -> None:
        os._exit(9)

    with pytest.raises(ChildProcessError, match="--jobs 1"):
        map_forked(die, ITEMS, 2)


def test_no_items() -> None:
    assert map_forked(str, [], 2) == []
