"""Work that has questions, in several processes: each keeps what it has worked out while it waits for an answer."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any, Generic, TypeVar

from flake8_redis_ssot.workers import are_worth_forking, processes

Item = TypeVar("Item")
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
