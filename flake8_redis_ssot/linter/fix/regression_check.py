"""Checks changed files for regressions: they must parse, with no new pyflakes messages and no imports that fail."""

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
from flake8_redis_ssot.linter.fix.fix_kinds import group_by_files, sample_kinds
from flake8_redis_ssot.model import Applicability, Refusal
from flake8_redis_ssot.project.imported_names import ImportedNames
from flake8_redis_ssot.syntax.edits import OverlapError, TextEdit

PyflakesMessage = tuple[str, tuple[str, ...]]


def find_regression(change: tuple[SourceDocument, SourceDocument]) -> str | None:
    """The first regression of a change (the file before and after), in words; None if there is none."""
    before, after = change
    if len(after.unanalysed_ranges) > len(before.unanalysed_ranges):
        first = after.unanalysed_ranges[0]
        return f"the result could not be read: {first.reason} in line {first.row}"
    for (kind, parts), row in find_new_messages(before, after):
        if kind == "UnusedImport" and all(parts[0] in _imported_names(each) for each in (before, after)):
            return f"the import of `{parts[0]}` would become unused (line {row} of the result)"
        return f"it would leave behind what pyflakes calls {kind} ({', '.join(parts)}), in line {row} of the result"
    return None


def find_new_messages(before: SourceDocument, after: SourceDocument) -> list[tuple[PyflakesMessage, int]]:
    """The pyflakes messages after a change that were not there before, each with its 1-based row.

    If a message occurs more often than before, its last occurrences are new.
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


def _imported_names(document: SourceDocument) -> frozenset[str]:
    aliases = (alias for statement in document.imports for alias in statement.names)
    return frozenset((alias.asname or alias.name).rpartition(".")[2] for alias in aliases)


@lru_cache(maxsize=4)  # the fixes of one file are checked one after the other
def _pyflakes_messages(tree: ast.Module) -> list[tuple[PyflakesMessage, int]]:
    """The pyflakes messages in a tree, each with its 1-based row."""
    from pyflakes.checker import Checker  # late: only fixes need it

    try:
        checker = Checker(tree)
    except RecursionError:
        return []
    messages = [
        (_message_key(type(message).__name__, message.message_args), message.lineno) for message in checker.messages
    ]
    # Scopes and bindings refer to each other, and nothing collects such cycles: the tree would stay in memory.
    for scope in checker.deadScopes:
        scope.clear()
    vars(checker).clear()
    return messages


def _message_key(kind: str, arguments: tuple[object, ...]) -> PyflakesMessage:
    """A message without rows, and of an unused import only the local name, as its module may have changed."""
    names = (str(argument) for argument in arguments if not isinstance(argument, int))
    if kind == "UnusedImport":
        names = (re.split(r" as |\.", name)[-1] for name in names)
    return kind, tuple(names)


def find_lost_names(documents: Mapping[str, SourceDocument], context: FixContext) -> dict[str, str]:
    """The first imported name of each changed file that was found before all of the changes, and is not after them.

    `documents` are the files after the changes, by path; the context has them as they were before.
    """
    changed_names = {path: context.names_in(document) for path, document in documents.items()}
    before = ImportedNames(context.resolver, context.module_names)
    after = ImportedNames(
        context.resolver, lambda path: changed_names[path] if path in changed_names else context.module_names(path)
    )
    problems: dict[str, str] = {}
    for path, names in changed_names.items():
        old_names = context.module_names(path)
        old_keys = {(each.module, each.name) for each in old_names.imports} if old_names is not None else set()
        for each in names.imports if names is not None else ():
            is_new = (each.module, each.name) not in old_keys
            if not is_new and context.resolver.path_of(each.module, path) not in documents:
                continue
            lost = after.judge(each, path)
            if lost is not None and (is_new or before.judge(each, path) is None):
                problems.setdefault(path, f"it would leave an import that fails: {lost.phrase}")
    return problems


EditsByPath = Mapping[str, Sequence[TextEdit]]
_MIN_GROUP_SIZE = 4  # fewer are checked one by one


class RegressionCheck:
    """Checks changed files, each state of them once, in up to `jobs` processes."""

    def __init__(self, context: FixContext, jobs: int) -> None:
        self._context = context
        self._jobs = jobs
        self._checked_states: dict[tuple[str, bytes], tuple[SourceDocument, str | None]] = {}
        # By identity, with the candidate, which keeps it from being reused.
        self._own_regressions: dict[int, tuple[FixCandidate, str | None]] = {}

    def apply_edits(self, edits: EditsByPath) -> tuple[dict[str, SourceDocument], dict[str, str]]:
        """The files after edits, and their regressions, by path."""
        states = self._changed_states(edits)
        self.check_states(states)
        checked = {state[0]: self._checked_states[state] for state in states}
        documents = {path: document for path, (document, _) in checked.items()}
        problems = find_lost_names(documents, self._context)
        problems |= {path: reason for path, (_, reason) in checked.items() if reason}
        return documents, problems

    def _changed_states(self, edits: EditsByPath) -> list[tuple[str, bytes]]:
        return [
            (path, self._context.document(path).apply_edits(list(path_edits)))
            for path, path_edits in edits.items()
            if path_edits
        ]

    def check_states(self, states: Iterable[tuple[str, bytes]]) -> None:
        """Check those states of files (path and bytes) that are new, in parallel."""
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
        """The harmful candidates with their regressions; if none of a file is harmful alone, all candidates of it."""
        affected = [candidate for candidate in candidates if not problems.keys().isdisjoint(candidate.paths)]
        harmful = list(self.own_regressions(affected))
        explained_paths = {path for candidate, _ in harmful for path in candidate.paths}
        yield from harmful
        for candidate in affected:
            unexplained_paths = sorted(candidate.paths & problems.keys() - explained_paths)
            if unexplained_paths:
                yield candidate, problems[unexplained_paths[0]]

    def own_regressions(self, candidates: Sequence[FixCandidate]) -> Iterator[tuple[FixCandidate, str]]:
        """The candidates that are harmful when applied alone, with their regressions."""
        # Fixes of constructions that one patch affects have the same operations.
        unique = {_identify(each): each for each in candidates}
        suspects = [each for group in group_by_files(unique.values()) for each in self._find_suspects(group)]
        reasons = {_identify(each): self._own_regression(each) for each in suspects}
        for candidate in candidates:
            reason = reasons.get(_identify(candidate))
            if reason is not None:
                yield candidate, reason

    def _find_suspects(self, candidates: Sequence[FixCandidate]) -> list[FixCandidate]:
        """Those candidates of the same files that have to be checked alone, because they may be harmful.

        The others do no harm in company, and one of each kind none alone.
        """
        if len(candidates) < _MIN_GROUP_SIZE:
            return list(candidates)
        samples = sample_kinds(candidates, self._context)
        if len(samples) < len(candidates):
            is_harmless = not any(map(self._own_regression, samples)) and self._is_harmless_together(candidates)
            if is_harmless:
                return []
        middle = len(candidates) // 2
        return [*self._find_suspects(candidates[:middle]), *self._find_suspects(candidates[middle:])]

    def _is_harmless_together(self, candidates: Sequence[FixCandidate]) -> bool:
        try:
            return not self.apply_edits(build_text_edits(collect_operations(candidates), self._context))[1]
        except OverlapError:
            return False

    def _own_regression(self, candidate: FixCandidate) -> str | None:
        """The regression of a candidate that is applied alone; None if it is harmless."""
        if id(candidate) not in self._own_regressions:
            problems = self.apply_edits(build_text_edits(collect_operations([candidate]), self._context))[1]
            self._own_regressions[id(candidate)] = (candidate, next(iter(problems.values()), None))
        return self._own_regressions[id(candidate)][1]


def _identify(candidate: FixCandidate) -> int:
    """A number that candidates with the same operations have in common."""
    return id(candidate.draft.operations) if candidate.draft else id(candidate)


def reject_harmful(candidates: Sequence[FixCandidate], context: FixContext, jobs: int) -> list[FixCandidate]:
    """The candidates, with a refusal in place of each harmful fix."""
    checked = [candidate for candidate in candidates if candidate.draft and _needs_check(candidate.draft)]
    reasons = {id(candidate): reason for candidate, reason in RegressionCheck(context, jobs).own_regressions(checked)}
    return [
        replace(candidate, fix=Refusal((reasons[id(candidate)],))) if id(candidate) in reasons else candidate
        for candidate in candidates
    ]


def _needs_check(draft: FixDraft) -> bool:
    """Whether a draft may be applied and can cause a regression: removing unused names can't."""
    is_removal_only = all(
        isinstance(operation, ReplaceImport)
        and not operation.replacements
        and isinstance(operation.statement, ast.ImportFrom)
        for operation in draft.operations
    )
    return draft.applicability > Applicability.MANUAL and not is_removal_only


def collect_operations(candidates: Iterable[FixCandidate]) -> list[Operation]:
    """The operations of all drafts; those that several drafts have in one value only once."""
    drafts = {id(each.draft.operations): each.draft for each in candidates if each.draft}
    return [operation for draft in drafts.values() for operation in draft.operations]
