"""Work on many files, split over processes. The result does not depend on how many there are."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from flake8_redis_ssot.names.facts import FileFacts
from flake8_redis_ssot.scan import scan
from flake8_redis_ssot.search import Search

if TYPE_CHECKING:
    from multiprocessing.context import DefaultContext, ForkContext
    from multiprocessing.pool import Pool

# Fewer files than this are read faster than a process starts.
_WORTH_A_PROCESS = 300
_CHUNK = 150
_WORTH_SHARING = 20

Item = TypeVar("Item")
Answer = TypeVar("Answer")

Scan = Callable[[Sequence[str], Search], list[FileFacts]]


def default_jobs() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def can_fork() -> bool:
    """Whether a process can be forked that has everything in memory that is here now."""
    return sys.platform.startswith("linux")


def are_worth_forking(items: Sequence[object], jobs: int) -> bool:
    """Whether work on some items is worth sharing with processes that are forked for it."""
    return jobs > 1 and len(items) >= _WORTH_SHARING and can_fork()


def processes() -> DefaultContext | ForkContext:
    """How processes are started here."""
    # A fork shares what is already in memory; where there is none (Windows, macOS' frameworks) start afresh.
    from multiprocessing import get_context

    return get_context("fork") if can_fork() else get_context()


@contextmanager
def scanners(jobs: int) -> Iterator[Scan]:
    """A function that scans files, in `jobs` processes as soon as there are enough of them to be worth it."""
    with ExitStack() as stack:
        pools: list[Pool] = []

        def scan_all(paths: Sequence[str], search: Search) -> list[FileFacts]:
            if jobs < 2 or len(paths) < _WORTH_A_PROCESS:
                return scan(paths, search)
            if not pools:
                pools.append(stack.enter_context(processes().Pool(jobs, _prepare)))
            return _spread(pools[0].imap, paths, search)

        yield scan_all


def _prepare() -> None:
    """In a worker: nothing that is built here forms cycles that matter before it ends."""
    import gc

    gc.disable()


def _spread(run: Callable[..., Iterator[list[FileFacts]]], paths: Sequence[str], search: Search) -> list[FileFacts]:
    chunks = [(paths[start : start + _CHUNK], search) for start in range(0, len(paths), _CHUNK)]
    return [facts for found in run(_scan_chunk, chunks) for facts in found]


def ask_each(ask: Callable[[Item], Answer], items: Sequence[Item], jobs: int) -> list[Answer]:
    """The answers to a question about several items, in their order; in `jobs` processes where that is worth it.

    A fork has everything in memory that the question needs, so nothing but the answers travels.
    """
    if not are_worth_forking(items, jobs):
        return [ask(item) for item in items]
    _asked.append((ask, items))
    try:
        with processes().Pool(jobs, _prepare) as pool:
            return pool.map(_answer, range(len(items)), chunksize=4)
    finally:
        _asked.pop()


# What the processes of `ask_each` were forked to do.
_asked: list[tuple[Callable[[Any], Any], Sequence[Any]]] = []


def _answer(number: int) -> Any:
    ask, items = _asked[-1]
    return ask(items[number])


def _scan_chunk(task: tuple[Sequence[str], Search]) -> list[FileFacts]:
    return scan(*task)
