"""What is known, what is new, what is gone, and what has only moved to another file."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import NamedTuple

from flake8_redis_ssot.baseline.entries import Entry, entries_of, path_from
from flake8_redis_ssot.baseline.storage import load
from flake8_redis_ssot.codes import Selection
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.model import Finding

_Content = tuple[str, ...]


class Match(NamedTuple):
    """A baseline beside what is found now.

    `known` are findings that are in it, `new` those that are not, `gone` entries that nothing stands for any more, and
    `moved` maps entries of files that are gone to what they are now.
    """

    known: frozenset[Entry]
    new: tuple[Entry, ...]
    gone: tuple[Entry, ...]
    moved: Mapping[Entry, Entry]

    def pruned(self, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        """The entries of the baseline without those that are gone, and with those that have moved where they are."""
        gone = set(self.gone)
        return tuple(sorted(self.moved.get(entry, entry) for entry in entries if entry not in gone))

    @property
    def is_stale(self) -> bool:
        """Whether the baseline says more than is true."""
        return bool(self.gone or self.moved)


def match(
    entries: Sequence[Entry],
    found: Sequence[Entry],
    *,
    covers: Callable[[Entry], bool],
    exists: Callable[[str], bool],
    whole: bool,
) -> Match:
    """Compare a baseline with what is found now.

    `covers` tells whether what an entry of a file that is there stands for would have been found in this run, `exists`
    whether a file is; `whole`: all files of the project were looked at, so that what has left one is nowhere else.
    """
    present, before = set(found), set(entries)
    missing = [entry for entry in entries if entry not in present]
    lost = [entry for entry in missing if not exists(entry.path)]
    new = [entry for entry in found if entry not in before]
    moved = _moved(lost, new, {entry.path for entry in entries})
    arrived = frozenset(moved.values())
    gone = [entry for entry in missing if (whole if entry in lost else covers(entry))]
    return Match(
        frozenset(present & before) | arrived,
        tuple(entry for entry in new if entry not in arrived),
        tuple(entry for entry in gone if entry not in moved),
        moved,
    )


def _moved(lost: Iterable[Entry], new: Iterable[Entry], old_paths: Set[str]) -> dict[Entry, Entry]:
    """Entries of files that are gone, with those of the one file that each can have become.

    Where one file could be several, or several one, nothing has moved: what can't be told apart counts as new.
    """
    lost_by, new_by = _by_path(lost), _by_path(entry for entry in new if entry.path not in old_paths)
    pairs = [(old, path) for old in lost_by for path in new_by if lost_by[old].keys() & new_by[path].keys()]
    olds, paths = [old for old, _ in pairs], [path for _, path in pairs]
    return {
        lost_by[old][content]: new_by[path][content]
        for old, path in pairs
        if olds.count(old) == paths.count(path) == 1
        for content in lost_by[old].keys() & new_by[path].keys()
    }


def _by_path(entries: Iterable[Entry]) -> dict[str, dict[_Content, Entry]]:
    found: dict[str, dict[_Content, Entry]] = defaultdict(dict)
    for entry in entries:
        found[entry.path][entry.content] = entry
    return found


_UNANALYSED = "RSS900"


class Baseline(NamedTuple):
    """The known findings of a project: the file (absolute path) with its entries, and the folder they count from."""

    file: str
    root: str
    entries: tuple[Entry, ...]


class Sifted(NamedTuple):
    """Findings apart: `new` ones and `known` ones. `match` says what the baseline says too much."""

    baseline: Baseline
    new: tuple[Finding, ...]
    known: tuple[Finding, ...]
    match: Match


def baseline_of(config: Config, file: str) -> Baseline | None:
    """The baseline in a file (a path; empty: the one of the configuration, if it has one). Raises BaselineError."""
    path = os.path.abspath(file) if file else config.baseline and os.path.join(config.root, config.baseline)
    return Baseline(path, str(config.root), load(path)) if path else None


def sift(
    baseline: Baseline, findings: Sequence[Finding], files: Set[str], selection: Selection, *, whole: bool
) -> Sifted:
    """Tell known findings from new ones.

    `files` (absolute paths) are those that were looked at, `whole`: all of the project; `selection` are the codes.
    """
    found = entries_of(findings, baseline.root)
    looked_at = {path_from(baseline.root, path) for path in files}
    # What can't be read holds nothing that is found, yet nothing is mended in it.
    unread = {entry.path for entry in found if entry.code == _UNANALYSED}

    def exists(path: str) -> bool:
        return os.path.lexists(os.path.join(baseline.root, path))

    def covers(entry: Entry) -> bool:
        return entry.path in looked_at and entry.path not in unread and selection.has(entry.code)

    everything = whole and all(selection.has(entry.code) for entry in baseline.entries)
    result = match(baseline.entries, found, covers=covers, exists=exists, whole=everything)
    pairs = list(zip(findings, found))
    new = tuple(finding for finding, entry in pairs if entry not in result.known)
    known = tuple(finding for finding, entry in pairs if entry in result.known)
    return Sifted(baseline, new, known, result)


class Merged(NamedTuple):
    """What both sides agree on; `dropped` are entries that only one side has added since they parted."""

    entries: tuple[Entry, ...]
    dropped: tuple[Entry, ...]


def merge(base: Iterable[Entry], ours: Iterable[Entry], theirs: Iterable[Entry]) -> Merged:
    """An entry stays if both sides have it: what one has mended is mended, what one lets pass is to be decided anew."""
    mine, other = set(ours), set(theirs)
    return Merged(tuple(sorted(mine & other)), tuple(sorted((mine ^ other) - set(base))))
