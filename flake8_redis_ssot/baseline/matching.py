"""What is known, what is new, what is gone, and what has only moved to another file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import NamedTuple

from flake8_redis_ssot.baseline.entries import Entry

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
