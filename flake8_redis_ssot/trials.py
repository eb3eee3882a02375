"""Fixes on trial: what files would be like after some changes, and which fixes would do harm."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from flake8_redis_ssot.drafting import Proposal
from flake8_redis_ssot.fixing.bench import Bench
from flake8_redis_ssot.fixing.composing import cuts_of
from flake8_redis_ssot.fixing.operations import Draft, Operation, Take
from flake8_redis_ssot.fixing.sheet import Sheet
from flake8_redis_ssot.model import Applicability, Cut, Refusal
from flake8_redis_ssot.soundness import new_trouble
from flake8_redis_ssot.workers import ask_each

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
