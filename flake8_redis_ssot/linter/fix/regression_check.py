"""A changed file is read again before anybody gets to see it: it must parse, and say nothing wrong that it did not."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from flake8_redis_ssot.files.processes import ask_each
from flake8_redis_ssot.fixes.compose import cuts_of
from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.draft import Draft, Operation, Take
from flake8_redis_ssot.linter.fix.draft import Proposal
from flake8_redis_ssot.model import Applicability, Refusal
from flake8_redis_ssot.syntax.edits import Cut

Message = tuple[str, tuple[str, ...]]


def new_trouble(change: tuple[Sheet, Sheet]) -> str | None:
    """What is wrong with a file after a change that was not wrong before, in words; None if nothing is."""
    before, after = change
    if len(after.gaps) > len(before.gaps):
        return f"the result could not be read: {after.gaps[0].reason} in line {after.gaps[0].row}"
    for (kind, parts), row in new_messages(before, after):
        return f"it would leave behind what pyflakes calls {kind} ({', '.join(parts)}), in line {row} of the result"
    return None


def new_messages(before: Sheet, after: Sheet) -> list[tuple[Message, int]]:
    """What pyflakes finds in a file after a change and did not find before: kind and names, and the 1-based row.

    Where the same is found once more than before, its last places are told.
    """
    now = _messages(after.tree)
    new = Counter(message for message, _ in now) if now else Counter[Message]()
    if new:
        new -= Counter(message for message, _ in _messages(before.tree))
    found = []
    for message, row in reversed(now if new else ()):
        if new[message] > 0:
            new[message] -= 1
            found.append((message, row))
    return found[::-1]


@lru_cache(maxsize=4)  # the fixes of one file are tried one after the other
def _messages(tree: ast.Module) -> list[tuple[Message, int]]:
    """What pyflakes finds in a tree: kind and names, without line numbers, and the row."""
    from pyflakes.checker import Checker  # late: only changes need it

    try:
        found = Checker(tree).messages
    except RecursionError:
        return []
    return [(_told(type(each).__name__, each.message_args), each.lineno) for each in found]


def _told(kind: str, arguments: tuple[object, ...]) -> Message:
    """A message without rows. Of an import that nobody reads only the local name counts: it may have a new home."""
    names = (str(argument) for argument in arguments if not isinstance(argument, int))
    if kind == "UnusedImport":
        names = (re.split(r" as |\.", name)[-1] for name in names)
    return kind, tuple(names)


Cuts = Mapping[str, Sequence[Cut]]


class Trials:
    """Looks at changed files, each state of them once, in up to `jobs` processes."""

    def __init__(self, bench: Bench, jobs: int) -> None:
        self._bench = bench
        self._jobs = jobs
        self._known: dict[tuple[str, bytes], tuple[Sheet, str | None]] = {}

    def after(self, cuts: Cuts) -> tuple[dict[str, Sheet], dict[str, str]]:
        """The files after changes, and what is wrong with them, by path."""
        states = self._states(cuts)
        self.look_at(states)
        found = {state[0]: self._known[state] for state in states}
        troubles = {path: why for path, (_, why) in found.items() if why}
        return {path: sheet for path, (sheet, _) in found.items()}, troubles

    def _states(self, cuts: Cuts) -> list[tuple[str, bytes]]:
        return [(path, self._bench.sheet(path).changed(list(several))) for path, several in cuts.items() if several]

    def look_at(self, states: Iterable[tuple[str, bytes]]) -> None:
        """Read states of files (path and bytes), all those together that are new."""
        fresh = [state for state in dict.fromkeys(states) if state not in self._known]
        sheets = [Sheet.of(path, text) for path, text in fresh]
        pairs = [(self._bench.sheet(sheet.path), sheet) for sheet in sheets]
        answers = ask_each(new_trouble, pairs, self._jobs)
        self._known |= {key: (sheet, why) for key, sheet, why in zip(fresh, sheets, answers)}

    def harmful(self, wanted: Iterable[Proposal], troubles: Mapping[str, str]) -> Iterator[tuple[Proposal, str]]:
        """The proposals that do harm, each with what it does; where none does alone, all that share the file."""
        near = [each for each in wanted if not troubles.keys().isdisjoint(each.paths)]
        guilty = list(self.harmful_alone(near))
        spared = {path for each, _ in guilty for path in each.paths}
        yield from guilty
        for each in near:
            left = [path for path in sorted(each.paths) if path in troubles and path not in spared]
            if left:
                yield each, troubles[left[0]]

    def harmful_alone(self, proposals: Sequence[Proposal]) -> Iterator[tuple[Proposal, str]]:
        """The proposals that do harm by themselves, each with what it does."""
        cuts = [cuts_of(operations_of([each]), self._bench) for each in proposals]
        self.look_at(state for each in cuts for state in self._states(each))
        for proposal, each in zip(proposals, cuts):
            troubles = self.after(each)[1]
            if troubles:
                yield proposal, next(iter(troubles.values()))


def tried(proposals: Sequence[Proposal], bench: Bench, jobs: int) -> list[Proposal]:
    """The proposals, those that would do harm with the reason in place of their fix."""
    offered = [each for each in proposals if each.draft and _may_do_harm(each.draft)]
    refused = {id(each): why for each, why in Trials(bench, jobs).harmful_alone(offered)}
    return [replace(each, fix=Refusal((refused[id(each)],))) if id(each) in refused else each for each in proposals]


def _may_do_harm(draft: Draft) -> bool:
    """Whether a draft that may be applied is worth a trial: a name that nobody reads can go without one."""
    removals = all(
        isinstance(each, Take) and not each.instead and isinstance(each.statement, ast.ImportFrom)
        for each in draft.operations
    )
    return draft.applicability > Applicability.MANUAL and not removals


def operations_of(proposals: Iterable[Proposal]) -> list[Operation]:
    """All that some proposals do."""
    return [operation for each in proposals if each.draft for operation in each.draft.operations]
