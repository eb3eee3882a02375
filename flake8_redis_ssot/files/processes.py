"""Work on many files, split over processes. The result does not depend on how many there are."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    import subprocess
    from multiprocessing.context import DefaultContext, ForkContext


MIN_ITEMS_TO_FORK = 20
_WORKER_DIED = "a process died while it worked on fixes; `--jobs 1` needs less memory"
Item = TypeVar("Item")
Answer = TypeVar("Answer")


def default_jobs() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def can_fork() -> bool:
    """Whether a process can be forked that has everything in memory that is here now."""
    return sys.platform.startswith("linux")


def is_worker() -> bool:
    """Whether this process works for another one, and so can start none of its own."""
    from multiprocessing import current_process

    return current_process().daemon


def process_context() -> DefaultContext | ForkContext:
    """How processes are started here."""
    # A fork shares what is already in memory; where there is none (Windows, macOS' frameworks) start afresh.
    from multiprocessing import get_context

    return get_context("fork") if can_fork() else get_context()


def kill_process_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and, where it leads a group, its child processes; one that has ended is left alone."""
    import signal
    from contextlib import suppress

    with suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def init_worker() -> None:
    """In a worker: nothing that is built here forms cycles that matter before it ends."""
    import gc

    gc.disable()


def map_forked(
    function: Callable[[Item], Answer], items: Sequence[Item], jobs: int, min_items: int = MIN_ITEMS_TO_FORK
) -> list[Answer]:
    """Call a function for each item, in `jobs` processes if there are enough items; the results in their order.

    A fork has everything in memory that the function needs, so nothing but the results travels. Raises what the
    function raises, or ChildProcessError where a process died.
    """
    if jobs < 2 or len(items) < min_items or not can_fork() or is_worker():
        return [function(item) for item in items]
    workers = [_ForkedWorker(function, items[index::jobs]) for index in range(jobs)]
    try:
        shares = [worker.receive() for worker in workers]
    finally:
        for worker in workers:
            worker.close()
    return [shares[index % jobs][index // jobs] for index in range(len(items))]


def map_chunks(
    function: Callable[[Sequence[Item]], Iterable[Answer]], items: Sequence[Item], size: int, jobs: int
) -> Iterator[Answer]:
    """The results of a function for chunks of up to `size` neighbouring items, as `map_forked` calls it."""
    chunks = [items[start : start + size] for start in range(0, len(items), size)]
    for answers in map_forked(function, chunks, jobs):
        yield from answers


class _ForkedWorker(Generic[Item, Answer]):
    """A process that calls a function for its share of the items."""

    def __init__(self, function: Callable[[Item], Answer], items: Sequence[Item]) -> None:
        self._connection, child_connection = process_context().Pipe(duplex=False)
        self._process = process_context().Process(
            target=_run_worker, args=(child_connection, function, items), daemon=True
        )
        self._process.start()
        child_connection.close()

    def receive(self) -> list[Answer]:
        """Wait for its results. Raises what the function has raised, or ChildProcessError."""
        try:
            results, error = self._connection.recv()
        except EOFError:
            raise ChildProcessError(_WORKER_DIED) from None
        if error is not None:
            raise error
        return list(results)

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.join()
        self._connection.close()


def _run_worker(connection: Any, function: Callable[[Any], Any], items: Sequence[Any]) -> None:
    """In the forked process: send the results, or what went wrong."""
    import signal

    init_worker()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that forked it ends it
    try:
        connection.send(([function(item) for item in items], None))
    except Exception as error:
        connection.send(([], error))
