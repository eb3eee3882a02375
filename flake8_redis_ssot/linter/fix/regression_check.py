"""A changed file is read again before anybody gets to see it: it must parse, and say nothing wrong that it did not."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from flake8_redis_ssot.files.processes import map_forked
from flake8_redis_ssot.fixes.compose import build_text_edits
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.draft import FixDraft, Operation, ReplaceImport
from flake8_redis_ssot.linter.fix.draft import FixCandidate
from flake8_redis_ssot.model import Applicability, Refusal
from flake8_redis_ssot.syntax.edits import TextEdit

PyflakesMessage = tuple[str, tuple[str, ...]]


def find_regression(change: tuple[SourceDocument, SourceDocument]) -> str | None:
    """What is wrong with a file after a change that was not wrong before, in words; None if nothing is."""
    before, after = change
    if len(after.unanalysed_ranges) > len(before.unanalysed_ranges):
        return (
            f"the result could not be read: {after.unanalysed_ranges[0].reason} in line "
            f"{after.unanalysed_ranges[0].row}"
        )
    for (kind, parts), row in find_new_messages(before, after):
        return f"it would leave behind what pyflakes calls {kind} ({', '.join(parts)}), in line {row} of the result"
    return None


def find_new_messages(before: SourceDocument, after: SourceDocument) -> list[tuple[PyflakesMessage, int]]:
    """What pyflakes finds in a file after a change and did not find before: kind and names, and the 1-based row.

    Where the same is found once more than before, its last places are told.
    """
    current_messages = _pyflakes_messages(after.tree)
    new_counts = Counter(message for message, _ in current_messages) if current_messages else Counter[PyflakesMessage]()
    if new_counts:
        new_counts -= Counter(message for message, _ in _pyflakes_messages(before.tree))
    remaining = []
    for message, row in reversed(current_messages if new_counts else ()):
        if new_counts[message] > 0:
            new_counts[message] -= 1
            remaining.append((message, row))
    return remaining[::-1]


@lru_cache(maxsize=4)  # the fixes of one file are tried one after the other
def _pyflakes_messages(tree: ast.Module) -> list[tuple[PyflakesMessage, int]]:
    """What pyflakes finds in a tree: kind and names, without line numbers, and the row."""
    from pyflakes.checker import Checker  # late: only changes need it

    try:
        messages = Checker(tree).messages
    except RecursionError:
        return []
    return [(_message_key(type(message).__name__, message.message_args), message.lineno) for message in messages]


def _message_key(kind: str, arguments: tuple[object, ...]) -> PyflakesMessage:
    """A message without rows. Of an import that nobody reads only the local name counts: it may have a new home."""
    names = (str(argument) for argument in arguments if not isinstance(argument, int))
    if kind == "UnusedImport":
        names = (re.split(r" as |\.", name)[-1] for name in names)
    return kind, tuple(names)


EditsByPath = Mapping[str, Sequence[TextEdit]]


class RegressionCheck:
    """Looks at changed files, each state of them once, in up to `jobs` processes."""

    def __init__(self, context: FixContext, jobs: int) -> None:
        self._context = context
        self._jobs = jobs
        self._checked_states: dict[tuple[str, bytes], tuple[SourceDocument, str | None]] = {}

    def apply_edits(self, edits: EditsByPath) -> tuple[dict[str, SourceDocument], dict[str, str]]:
        """The files after changes, and what is wrong with them, by path."""
        states = self._changed_states(edits)
        self.check_states(states)
        checked = {state[0]: self._checked_states[state] for state in states}
        problems = {path: reason for path, (_, reason) in checked.items() if reason}
        return {path: document for path, (document, _) in checked.items()}, problems

    def _changed_states(self, edits: EditsByPath) -> list[tuple[str, bytes]]:
        return [
            (path, self._context.document(path).apply_edits(list(path_edits)))
            for path, path_edits in edits.items()
            if path_edits
        ]

    def check_states(self, states: Iterable[tuple[str, bytes]]) -> None:
        """Read states of files (path and bytes), all those together that are new."""
        new_states = [state for state in dict.fromkeys(states) if state not in self._checked_states]
        documents = [SourceDocument.from_bytes(path, data) for path, data in new_states]
        pairs = [(self._context.document(document.path), document) for document in documents]
        reasons = map_forked(find_regression, pairs, self._jobs)
        self._checked_states |= {
            key: (document, reason) for key, document, reason in zip(new_states, documents, reasons)
        }

    def regressions(
        self, candidates: Iterable[FixCandidate], problems: Mapping[str, str]
    ) -> Iterator[tuple[FixCandidate, str]]:
        """The proposals that do harm, each with what it does; where none does alone, all that share the file."""
        affected = [candidate for candidate in candidates if not problems.keys().isdisjoint(candidate.paths)]
        harmful = list(self.own_regressions(affected))
        explained_paths = {path for candidate, _ in harmful for path in candidate.paths}
        yield from harmful
        for candidate in affected:
            unexplained_paths = [
                path for path in sorted(candidate.paths) if path in problems and path not in explained_paths
            ]
            if unexplained_paths:
                yield candidate, problems[unexplained_paths[0]]

    def own_regressions(self, candidates: Sequence[FixCandidate]) -> Iterator[tuple[FixCandidate, str]]:
        """The proposals that do harm by themselves, each with what it does."""
        edits_by_candidate = [
            build_text_edits(collect_operations([candidate_edits]), self._context) for candidate_edits in candidates
        ]
        self.check_states(
            state for candidate_edits in edits_by_candidate for state in self._changed_states(candidate_edits)
        )
        for candidate, candidate_edits in zip(candidates, edits_by_candidate):
            problems = self.apply_edits(candidate_edits)[1]
            if problems:
                yield candidate, next(iter(problems.values()))


def reject_harmful(candidates: Sequence[FixCandidate], context: FixContext, jobs: int) -> list[FixCandidate]:
    """The proposals, those that would do harm with the reason in place of their fix."""
    checked = [candidate for candidate in candidates if candidate.draft and _needs_check(candidate.draft)]
    reasons = {id(candidate): reason for candidate, reason in RegressionCheck(context, jobs).own_regressions(checked)}
    return [
        replace(candidate, fix=Refusal((reasons[id(candidate)],))) if id(candidate) in reasons else candidate
        for candidate in candidates
    ]


def _needs_check(draft: FixDraft) -> bool:
    """Whether a draft that may be applied is worth a trial: a name that nobody reads can go without one."""
    is_removal_only = all(
        isinstance(operation, ReplaceImport)
        and not operation.replacements
        and isinstance(operation.statement, ast.ImportFrom)
        for operation in draft.operations
    )
    return draft.applicability > Applicability.MANUAL and not is_removal_only


def collect_operations(candidates: Iterable[FixCandidate]) -> list[Operation]:
    """All that some proposals do."""
    return [operation for candidate in candidates if candidate.draft for operation in candidate.draft.operations]
