"""Kinds of fixes of one file: those of one kind are harmless alone, or harmful alone, for the same reason.

What a fix does to names in its own place shows when all fixes of the file are applied together. Alone it may do harm
besides: it leaves an import that only others read, takes one away that others need, or needs one that others add. That
depends on the names that it writes and takes away, on those of others that it shares them with, and on the scope.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.linter.fix.draft import FixCandidate
from flake8_redis_ssot.model import Edit, Fix

_NAME = re.compile(r"[^\W\d]\w*")


def group_by_files(candidates: Iterable[FixCandidate]) -> list[list[FixCandidate]]:
    """The candidates by the files that they change, in order."""
    groups: dict[frozenset[str], list[FixCandidate]] = {}
    for candidate in candidates:
        groups.setdefault(candidate.paths, []).append(candidate)
    return list(groups.values())


class _Change(NamedTuple):
    """An edit by the names that it takes away and writes, in the statement of the module that begins at a `row`."""

    path: str
    row: int
    old_names: frozenset[str]
    new_names: frozenset[str]


def sample_kinds(candidates: Sequence[FixCandidate], context: FixContext) -> list[FixCandidate]:
    """The first and the last candidate of each kind, in order; all of them have fixes that change the same files."""
    changes = [_read_changes(candidate, context) for candidate in candidates]
    name_counts = Counter(
        name
        for own_changes in changes
        for name in {name for each in own_changes for name in each.old_names | each.new_names}
    )
    row_counts = Counter(place for own_changes in changes for place in {each[:2] for each in own_changes})
    first: dict[frozenset[_Change], int] = {}
    last: dict[frozenset[_Change], int] = {}
    for index, own_changes in enumerate(changes):
        kind = frozenset(_generalise(each, name_counts, row_counts) for each in own_changes)
        first.setdefault(kind, index)
        last[kind] = index
    return [candidates[index] for index in sorted({*first.values(), *last.values()})]


def _read_changes(candidate: FixCandidate, context: FixContext) -> list[_Change]:
    edits = candidate.fix.edits if isinstance(candidate.fix, Fix) else ()
    return [_read_change(edit, context.document(edit.path)) for edit in edits]


def _read_change(edit: Edit, document: SourceDocument) -> _Change:
    text_edit = document.lines.to_text_edit(edit)
    old_text = document.text[text_edit.start : text_edit.end]
    row = document.find_outermost_row(edit.span.row, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    return _Change(edit.path, row, frozenset(_NAME.findall(old_text)), frozenset(_NAME.findall(edit.text)))


def _generalise(change: _Change, name_counts: Counter[str], row_counts: Counter[tuple[str, int]]) -> _Change:
    """The change without names that no other fix has, and without its place if no other fix changes that one."""
    return _Change(
        change.path,
        change.row if row_counts[change[:2]] > 1 else -1,
        frozenset(name for name in change.old_names if name_counts[name] > 1),
        frozenset(name for name in change.new_names if name_counts[name] > 1),
    )
