"""Work on many files, split over processes. The result does not depend on how many there are."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from multiprocessing.context import DefaultContext, ForkContext


_MIN_ITEMS_TO_FORK = 20
Item = TypeVar("Item")
Answer = TypeVar("Answer")


def default_jobs() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def can_fork() -> bool:
    """Whether a process can be forked that has everything in memory that is here now."""
    return sys.platform.startswith("linux")


def is_forking_worthwhile(items: Sequence[object], jobs: int) -> bool:
    """Whether work on some items is worth sharing with processes that are forked for it."""
    return jobs > 1 and len(items) >= _MIN_ITEMS_TO_FORK and can_fork()


def process_context() -> DefaultContext | ForkContext:
    """How processes are started here."""
    # A fork shares what is already in memory; where there is none (Windows, macOS' frameworks) start afresh.
    from multiprocessing import get_context

    return get_context("fork") if can_fork() else get_context()


def _init_worker() -> None:
    """In a worker: nothing that is built here forms cycles that matter before it ends."""
    import gc

    gc.disable()


def map_forked(function: Callable[[Item], Answer], items: Sequence[Item], jobs: int) -> list[Answer]:
    """The answers to a question about several items, in their order; in `jobs` processes where that is worth it.

    A fork has everything in memory that the question needs, so nothing but the answers travels.
    """
    if not is_forking_worthwhile(items, jobs):
        return [function(item) for item in items]
    _forked_tasks.append((function, items))
    try:
        with process_context().Pool(jobs, _init_worker) as pool:
            return pool.map(_call_for_item, range(len(items)), chunksize=4)
    finally:
        _forked_tasks.pop()


# What the processes of `map_forked` were forked to do.
_forked_tasks: list[tuple[Callable[[Any], Any], Sequence[Any]]] = []


def _call_for_item(index: int) -> Any:
    function, items = _forked_tasks[-1]
    return function(items[index])


Question = TypeVar("Question")
Knowledge = TypeVar("Knowledge")
Result = TypeVar("Result")
QueryGenerator = Generator[set[Question], Knowledge, list[Result]]
_WORKER_DIED = "a process died while it worked on fixes; `--jobs 1` needs less memory"


def run_with_queries(
    make_generator: Callable[[list[Item]], QueryGenerator[Question, Knowledge, Result]],
    items: Sequence[Item],
    answer_queries: Callable[[set[Question]], Knowledge],
    jobs: int,
) -> list[Result]:
    """What `make_generator` makes of each item, in their order, in `jobs` processes where that is worth it.

    Each process talks about its share of the items: it yields questions and is sent what is known then, until it
    returns one result for each. The questions of all are answered here, together.
    """
    worker_count = jobs if is_forking_worthwhile(items, jobs) else 1
    worker_class = _ForkedWorker if worker_count > 1 else _LocalWorker
    workers = [worker_class(make_generator, list(items[index::worker_count])) for index in range(worker_count)]
    try:
        while waiting := [worker for worker in workers if worker.receive()]:
            answers = answer_queries({question for worker in waiting for question in worker.queries})
            for worker in waiting:
                worker.send(answers)
    finally:
        for worker in workers:
            worker.close()
    return [workers[index % worker_count].results[index // worker_count] for index in range(len(items))]


class _LocalWorker(Generic[Item, Question, Knowledge, Result]):
    """A talk in this process."""

    def __init__(
        self, make_generator: Callable[[list[Item]], QueryGenerator[Question, Knowledge, Result]], items: list[Item]
    ) -> None:
        self.queries: set[Question] = set()
        self.results: list[Result] = []
        self._generator = make_generator(items)
        self._resume: Callable[[], set[Question]] = lambda: next(self._generator)

    def receive(self) -> bool:
        """Wait for what it says; whether that is a question."""
        try:
            self.queries = self._resume()
        except StopIteration as end:
            self.results = end.value
            self._resume = lambda: set()
            self.queries = set()
        return bool(self.queries)

    def send(self, answers: Knowledge) -> None:
        """Answer its questions."""
        self._resume = lambda: self._generator.send(answers)

    def close(self) -> None:
        """Hear no more of it."""
        self._generator.close()


class _ForkedWorker(Generic[Item, Question, Knowledge, Result]):
    """A talk in a process of its own, which has everything in memory that is here now."""

    def __init__(
        self, make_generator: Callable[[list[Item]], QueryGenerator[Question, Knowledge, Result]], items: list[Item]
    ) -> None:
        self.queries: set[Question] = set()
        self.results: list[Result] = []
        self._connection, child_connection = process_context().Pipe()
        self._process = process_context().Process(
            target=_run_worker, args=(child_connection, make_generator, items), daemon=True
        )
        self._process.start()
        child_connection.close()
        self._is_done = False

    def receive(self) -> bool:
        """Wait for what it says; whether that is a question. Raises what it has raised, or ChildProcessError."""
        self.queries = set()
        if not self._is_done:
            try:
                kind, payload = self._connection.recv()
            except EOFError:
                raise ChildProcessError(_WORKER_DIED) from None
            if kind == "error":
                raise payload
            self._is_done = kind == "end"
            self.queries, self.results = (set(), payload) if self._is_done else (payload, [])
        return bool(self.queries)

    def send(self, answers: Knowledge) -> None:
        """Answer its questions."""
        self._connection.send(answers)

    def close(self) -> None:
        """Hear no more of it."""
        self._process.terminate()
        self._process.join()
        self._connection.close()


def _run_worker(
    connection: Any, make_generator: Callable[[list[Any]], QueryGenerator[Any, Any, Any]], items: list[Any]
) -> None:
    """In the forked process: say what the talk says."""
    import gc
    import signal

    gc.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that forked it ends it
    worker = _LocalWorker(make_generator, items)
    try:
        while worker.receive():
            connection.send(("ask", worker.queries))
            worker.send(connection.recv())
        connection.send(("end", worker.results))
    except EOFError:
        return  # nobody listens any more
    except Exception as error:
        connection.send(("error", error))
