"""Work on many files, split over processes. The result does not depend on how many there are."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from multiprocessing.context import DefaultContext, ForkContext


_WORTH_SHARING = 20
Item = TypeVar("Item")
Answer = TypeVar("Answer")


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


def prepare_worker() -> None:
    """In a worker: nothing that is built here forms cycles that matter before it ends."""
    import gc

    gc.disable()


def ask_each(ask: Callable[[Item], Answer], items: Sequence[Item], jobs: int) -> list[Answer]:
    """The answers to a question about several items, in their order; in `jobs` processes where that is worth it.

    A fork has everything in memory that the question needs, so nothing but the answers travels.
    """
    if not are_worth_forking(items, jobs):
        return [ask(item) for item in items]
    _asked.append((ask, items))
    try:
        with processes().Pool(jobs, prepare_worker) as pool:
            return pool.map(_answer, range(len(items)), chunksize=4)
    finally:
        _asked.pop()


# What the processes of `ask_each` were forked to do.
_asked: list[tuple[Callable[[Any], Any], Sequence[Any]]] = []


def _answer(number: int) -> Any:
    ask, items = _asked[-1]
    return ask(items[number])


Question = TypeVar("Question")
Knowledge = TypeVar("Knowledge")
Result = TypeVar("Result")
Talk = Generator[set[Question], Knowledge, list[Result]]
_DIED = "a process died while it worked on fixes; `--jobs 1` needs less memory"


def converse(
    talk: Callable[[list[Item]], Talk[Question, Knowledge, Result]],
    items: Sequence[Item],
    answer: Callable[[set[Question]], Knowledge],
    jobs: int,
) -> list[Result]:
    """What `talk` makes of each item, in their order, in `jobs` processes where that is worth it.

    Each process talks about its share of the items: it yields questions and is sent what is known then, until it
    returns one result for each. The questions of all are answered here, together.
    """
    count = jobs if are_worth_forking(items, jobs) else 1
    make = _Forked if count > 1 else _Here
    partners = [make(talk, list(items[number::count])) for number in range(count)]
    try:
        while asking := [each for each in partners if each.listen()]:
            knowledge = answer({question for each in asking for question in each.questions})
            for each in asking:
                each.tell(knowledge)
    finally:
        for each in partners:
            each.end()
    return [partners[number % count].results[number // count] for number in range(len(items))]


class _Here(Generic[Item, Question, Knowledge, Result]):
    """A talk in this process."""

    def __init__(self, talk: Callable[[list[Item]], Talk[Question, Knowledge, Result]], items: list[Item]) -> None:
        self.questions: set[Question] = set()
        self.results: list[Result] = []
        self._talk = talk(items)
        self._next: Callable[[], set[Question]] = lambda: next(self._talk)

    def listen(self) -> bool:
        """Wait for what it says; whether that is a question."""
        try:
            self.questions = self._next()
        except StopIteration as end:
            self.results = end.value
            self._next = lambda: set()
            self.questions = set()
        return bool(self.questions)

    def tell(self, knowledge: Knowledge) -> None:
        """Answer its questions."""
        self._next = lambda: self._talk.send(knowledge)

    def end(self) -> None:
        """Hear no more of it."""
        self._talk.close()


class _Forked(Generic[Item, Question, Knowledge, Result]):
    """A talk in a process of its own, which has everything in memory that is here now."""

    def __init__(self, talk: Callable[[list[Item]], Talk[Question, Knowledge, Result]], items: list[Item]) -> None:
        self.questions: set[Question] = set()
        self.results: list[Result] = []
        self._line, theirs = processes().Pipe()
        self._process = processes().Process(target=_talk, args=(theirs, talk, items), daemon=True)
        self._process.start()
        theirs.close()
        self._over = False

    def listen(self) -> bool:
        """Wait for what it says; whether that is a question. Raises what it has raised, or ChildProcessError."""
        self.questions = set()
        if not self._over:
            try:
                kind, said = self._line.recv()
            except EOFError:
                raise ChildProcessError(_DIED) from None
            if kind == "error":
                raise said
            self._over = kind == "end"
            self.questions, self.results = (set(), said) if self._over else (said, [])
        return bool(self.questions)

    def tell(self, knowledge: Knowledge) -> None:
        """Answer its questions."""
        self._line.send(knowledge)

    def end(self) -> None:
        """Hear no more of it."""
        self._process.terminate()
        self._process.join()
        self._line.close()


def _talk(line: Any, talk: Callable[[list[Any]], Talk[Any, Any, Any]], items: list[Any]) -> None:
    """In the forked process: say what the talk says."""
    import gc
    import signal

    gc.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that forked it ends it
    here = _Here(talk, items)
    try:
        while here.listen():
            line.send(("ask", here.questions))
            here.tell(line.recv())
        line.send(("end", here.results))
    except EOFError:
        return  # nobody listens any more
    except Exception as error:
        line.send(("error", error))
