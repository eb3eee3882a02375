"""What is known, what is new, what is gone, and what has only moved to another file."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import NamedTuple

from flake8_redis_ssot.baseline.entries import BaselineEntry, build_entries, path_from
from flake8_redis_ssot.baseline.storage import load_entries
from flake8_redis_ssot.codes import Selection
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.model import Finding, FindingKind

_EntryContent = tuple[str, ...]


class BaselineMatch(NamedTuple):
    """A baseline beside what is found now.

    `known` are findings that are in it, `new` those that are not, `gone` entries that nothing stands for any more, and
    `moved` maps entries of files that are gone to what they are now.
    """

    known: frozenset[BaselineEntry]
    new: tuple[BaselineEntry, ...]
    gone: tuple[BaselineEntry, ...]
    moved: Mapping[BaselineEntry, BaselineEntry]

    def prune(self, entries: Iterable[BaselineEntry]) -> tuple[BaselineEntry, ...]:
        """The entries of the baseline without those that are gone, and with those that have moved where they are."""
        gone = set(self.gone)
        return tuple(sorted(self.moved.get(entry, entry) for entry in entries if entry not in gone))

    @property
    def is_stale(self) -> bool:
        """Whether the baseline says more than is true."""
        return bool(self.gone or self.moved)


def match_entries(
    entries: Sequence[BaselineEntry],
    found_entries: Sequence[BaselineEntry],
    *,
    covers: Callable[[BaselineEntry], bool],
    exists: Callable[[str], bool],
    is_whole_project: bool,
) -> BaselineMatch:
    """Compare a baseline with what is found now.

    `covers` tells whether what an entry of a file that is there stands for would have been found in this run, `exists`
    whether a file is; `is_whole_project`: all files of the project were looked at, so that what has left one is nowhere
    else.
    """
    present, before = set(found_entries), set(entries)
    missing = [entry for entry in entries if entry not in present]
    lost = [entry for entry in missing if not exists(entry.path)]
    new = [entry for entry in found_entries if entry not in before]
    moved = _find_moved(lost, new, {entry.path for entry in entries})
    arrived = frozenset(moved.values())
    gone = [entry for entry in missing if (is_whole_project if entry in lost else covers(entry))]
    return BaselineMatch(
        frozenset(present & before) | arrived,
        tuple(entry for entry in new if entry not in arrived),
        tuple(entry for entry in gone if entry not in moved),
        moved,
    )


def _find_moved(
    lost: Iterable[BaselineEntry], new: Iterable[BaselineEntry], old_paths: Set[str]
) -> dict[BaselineEntry, BaselineEntry]:
    """Entries of files that are gone, with those of the one file that each can have become.

    Where one file could be several, or several one, nothing has moved: what can't be told apart counts as new.
    """
    lost_by_path, new_by_path = (
        _group_by_path(lost),
        _group_by_path(entry for entry in new if entry.path not in old_paths),
    )
    pairs = [
        (old_path, new_path)
        for old_path in lost_by_path
        for new_path in new_by_path
        if lost_by_path[old_path].keys() & new_by_path[new_path].keys()
    ]
    gone_paths, new_paths = [old_path for old_path, _ in pairs], [new_path for _, new_path in pairs]
    return {
        lost_by_path[old_path][content]: new_by_path[new_path][content]
        for old_path, new_path in pairs
        if gone_paths.count(old_path) == new_paths.count(new_path) == 1
        for content in lost_by_path[old_path].keys() & new_by_path[new_path].keys()
    }


def _group_by_path(entries: Iterable[BaselineEntry]) -> dict[str, dict[_EntryContent, BaselineEntry]]:
    entries_by_path: dict[str, dict[_EntryContent, BaselineEntry]] = defaultdict(dict)
    for entry in entries:
        entries_by_path[entry.path][entry.content] = entry
    return entries_by_path


class Baseline(NamedTuple):
    """The known findings of a project: the file (absolute path) with its entries, and the folder they count from."""

    file: str
    root: str
    entries: tuple[BaselineEntry, ...]


class BaselineResult(NamedTuple):
    """Findings apart: `new` ones and `known` ones. `match_entries` says what the baseline says too much."""

    baseline: Baseline
    new: tuple[Finding, ...]
    known: tuple[Finding, ...]
    match: BaselineMatch


def load_baseline(config: Config, file: str) -> Baseline | None:
    """The baseline in a file (a path; empty: the one of the configuration, if it has one). Raises BaselineError."""
    path = os.path.abspath(file) if file else config.baseline and os.path.join(config.root, config.baseline)
    return Baseline(path, str(config.root), load_entries(path)) if path else None


def split_by_baseline(
    baseline: Baseline, findings: Sequence[Finding], files: Set[str], selection: Selection, *, is_whole_project: bool
) -> BaselineResult:
    """Tell known findings from new ones.

    `files` (absolute paths) are those that were looked at, `is_whole_project`: all of the project; `selection` are the
    codes.
    """
    found_entries = build_entries(findings, baseline.root)
    checked_paths = {path_from(baseline.root, path) for path in files}
    # What can't be read holds nothing that is found, yet nothing is mended in it.
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
    """What both sides agree on; `dropped` are entries that only one side has added since they parted."""

    entries: tuple[BaselineEntry, ...]
    dropped: tuple[BaselineEntry, ...]


def merge_entries(
    base: Iterable[BaselineEntry], ours: Iterable[BaselineEntry], theirs: Iterable[BaselineEntry]
) -> MergeResult:
    """An entry stays if both sides have it: what one has mended is mended, what one lets pass is to be decided anew."""
    our_entries, their_entries = set(ours), set(theirs)
    return MergeResult(
        tuple(sorted(our_entries & their_entries)), tuple(sorted((our_entries ^ their_entries) - set(base)))
    )
