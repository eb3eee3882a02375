"""Comparing findings with the baseline: which are known or new, and which entries are gone or have moved."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import NamedTuple

from flake8_redis_ssot.baseline.entries import BaselineEntry, build_entries
from flake8_redis_ssot.baseline.storage import load_entries
from flake8_redis_ssot.codes import Selection
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.model import Finding, FindingKind

_EntryContent = tuple[str, ...]


class BaselineMatch(NamedTuple):
    """The comparison of a baseline with the present findings.

    `known` are findings in the baseline, `new` findings that are not; `gone` are entries without a finding, and `moved`
    maps entries of removed files to those of the files that replaced them.
    """

    known: frozenset[BaselineEntry]
    new: tuple[BaselineEntry, ...]
    gone: tuple[BaselineEntry, ...]
    moved: Mapping[BaselineEntry, BaselineEntry]

    def prune(self, entries: Iterable[BaselineEntry]) -> tuple[BaselineEntry, ...]:
        """The entries of the baseline without those that are gone, and with new paths for those that have moved."""
        gone = set(self.gone)
        return tuple(sorted(self.moved.get(entry, entry) for entry in entries if entry not in gone))

    @property
    def is_stale(self) -> bool:
        """Whether the baseline has entries that are gone or have moved."""
        return bool(self.gone or self.moved)


def match_entries(
    entries: Sequence[BaselineEntry],
    found_entries: Sequence[BaselineEntry],
    *,
    covers: Callable[[BaselineEntry], bool],
    exists: Callable[[str], bool],
    is_whole_project: bool,
) -> BaselineMatch:
    """Compare a baseline with the entries of the present findings.

    `covers` tells whether this run would have found the finding of an entry whose file exists, `exists` whether a file
    (a path as in entries) exists. With `is_whole_project`, entries of removed files that have not moved are gone.
    """
    present, before = set(found_entries), set(entries)
    missing = [entry for entry in entries if entry not in present]
    in_removed_files = [entry for entry in missing if not exists(entry.path)]
    new = [entry for entry in found_entries if entry not in before]
    moved = _find_moved(in_removed_files, new, {entry.path for entry in entries})
    moved_to = frozenset(moved.values())
    gone = [entry for entry in missing if (is_whole_project if entry in in_removed_files else covers(entry))]
    return BaselineMatch(
        frozenset(present & before) | moved_to,
        tuple(entry for entry in new if entry not in moved_to),
        tuple(entry for entry in gone if entry not in moved),
        moved,
    )


def _find_moved(
    removed: Iterable[BaselineEntry], new: Iterable[BaselineEntry], old_paths: Set[str]
) -> dict[BaselineEntry, BaselineEntry]:
    """Map entries of removed files to entries with the same content in the one new file that replaces each.

    If several files could have replaced one, or one several, nothing counts as moved.
    """
    removed_by_path = _group_by_path(removed)
    new_by_path = _group_by_path(entry for entry in new if entry.path not in old_paths)
    pairs = [
        (old_path, new_path)
        for old_path in removed_by_path
        for new_path in new_by_path
        if removed_by_path[old_path].keys() & new_by_path[new_path].keys()
    ]
    removed_paths, new_paths = [old_path for old_path, _ in pairs], [new_path for _, new_path in pairs]
    return {
        removed_by_path[old_path][content]: new_by_path[new_path][content]
        for old_path, new_path in pairs
        if removed_paths.count(old_path) == new_paths.count(new_path) == 1
        for content in removed_by_path[old_path].keys() & new_by_path[new_path].keys()
    }


def _group_by_path(entries: Iterable[BaselineEntry]) -> dict[str, dict[_EntryContent, BaselineEntry]]:
    entries_by_path: dict[str, dict[_EntryContent, BaselineEntry]] = defaultdict(dict)
    for entry in entries:
        entries_by_path[entry.path][entry.content] = entry
    return entries_by_path


class Baseline(NamedTuple):
    """A baseline file (absolute path), the directory that its paths are relative to, and its entries."""

    file: str
    root: str
    entries: tuple[BaselineEntry, ...]


class BaselineResult(NamedTuple):
    """The findings of a run, split by the baseline; `match` has the entries that are gone or have moved."""

    baseline: Baseline
    new: tuple[Finding, ...]
    known: tuple[Finding, ...]
    match: BaselineMatch


def load_baseline(config: Config, file: str) -> Baseline | None:
    """Load the baseline in `file`, or if that is empty, the configured one, if any. Raises BaselineError."""
    path = os.path.abspath(file) if file else config.baseline and os.path.join(config.root, config.baseline)
    return Baseline(path, str(config.root), load_entries(path)) if path else None


def split_by_baseline(
    baseline: Baseline, findings: Sequence[Finding], files: Set[str], selection: Selection, *, is_whole_project: bool
) -> BaselineResult:
    """Split findings into known and new ones.

    `files` (absolute paths) were checked for the codes of `selection`; with `is_whole_project`, they are all files.
    """
    found_entries = build_entries(findings, baseline.root)
    checked_paths = {to_relative_path(baseline.root, path) for path in files}
    # A file that could not be analysed has no findings, but its entries are not fixed.
    unreadable_paths = {
        entry.path for entry, finding in zip(found_entries, findings) if finding.context.kind is FindingKind.GAP
    }

    def exists(path: str) -> bool:
        return os.path.lexists(os.path.join(baseline.root, path))

    def covers(entry: BaselineEntry) -> bool:
        return entry.path in checked_paths and entry.path not in unreadable_paths and selection.has_code(entry.code)

    is_complete = is_whole_project and all(selection.has_code(entry.code) for entry in baseline.entries)
    result = match_entries(baseline.entries, found_entries, covers=covers, exists=exists, is_whole_project=is_complete)
    pairs = list(zip(findings, found_entries))
    new = tuple(finding for finding, entry in pairs if entry not in result.known)
    known = tuple(finding for finding, entry in pairs if entry in result.known)
    return BaselineResult(baseline, new, known, result)


class MergeResult(NamedTuple):
    """The entries that both sides have; `dropped` are those that only one side has added."""

    entries: tuple[BaselineEntry, ...]
    dropped: tuple[BaselineEntry, ...]


def merge_entries(
    base: Iterable[BaselineEntry], ours: Iterable[BaselineEntry], theirs: Iterable[BaselineEntry]
) -> MergeResult:
    """Merge two sides, given their common ancestor: an entry is kept if both have it.

    What one side has fixed is fixed, and what only one side accepts has to be accepted again.
    """
    our_entries, their_entries = set(ours), set(theirs)
    return MergeResult(
        tuple(sorted(our_entries & their_entries)), tuple(sorted((our_entries ^ their_entries) - set(base)))
    )
