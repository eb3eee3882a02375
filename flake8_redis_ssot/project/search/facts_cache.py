"""Facts of files under one configuration, from one run to the next: what is the same is not read again."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any, NamedTuple

from flake8_redis_ssot.files.cache_store import Shelf, named
from flake8_redis_ssot.files.codec import Unreadable, reader
from flake8_redis_ssot.files.fingerprints import Stamps
from flake8_redis_ssot.project.search.prefilter import Search
from flake8_redis_ssot.semantic.facts import FileFacts

# To read a few files again takes less time than to write all facts anew.
_WORTH_WRITING = 16


class _Entry(NamedTuple):
    """What one search has found: the facts of the files that it had to parse, as JSON until somebody wants them.

    `paths` are those that it was asked about, or, `inverted`, those that it was not.
    """

    facts: dict[str, Any]
    paths: frozenset[str]
    inverted: bool

    def covers(self, path: str) -> bool:
        return (path in self.paths) is not self.inverted


class Memory:
    """What is known of files (`stamps` as they are now) from the run before, and what this run adds."""

    def __init__(self, shelf: Shelf, name: str, stamps: Stamps) -> None:
        self.shelf = shelf
        self.name = name
        self.stamps = stamps
        self._before: dict[str, Any] = {}
        self._searches: dict[str, _Entry] = {}
        self._used: dict[str, tuple[set[str], dict[str, Any]]] = {}
        self._read = 0

    @classmethod
    def at(cls, shelf: Shelf, name: str, stamps: Stamps) -> Memory:
        """The memory under a name, empty where there is none or where it is damaged."""
        memory = cls(shelf, name, stamps)
        try:
            before, searches = _STORED(shelf.get(name))
        except Unreadable:
            return memory
        memory._before = before
        memory._searches = {
            key: _Entry(facts, frozenset(paths), inverted) for key, (facts, paths, inverted) in searches.items()
        }
        return memory

    def recall(self, search: Search, paths: Sequence[str]) -> tuple[list[FileFacts], list[str]]:
        """What a search has found in files that are the same, and the paths that it has to read."""
        key = _key(search)
        entry = self._searches.get(key)
        asked, kept = self._used.setdefault(key, (set(), {}))
        asked.update(paths)
        if entry is None:
            return [], list(paths)
        known, left = [], []
        for path in paths:
            if not entry.covers(path) or not self.stamps.is_same(path, self._before.get(path)):
                left.append(path)
            elif path in entry.facts:
                try:
                    known.append(_FACTS(entry.facts[path]))
                    kept[path] = entry.facts[path]
                except Unreadable:
                    left.append(path)
        return known, left

    def note(self, search: Search, paths: Sequence[str], found: Sequence[FileFacts]) -> None:
        """Remember what a search has found in files (`paths`) that it had to read."""
        self._read += len(paths)
        _, kept = self._used[_key(search)]
        kept |= {facts.path: facts for facts in found}

    def save(self, files: Sequence[str]) -> None:
        """Write down what this run knows of `files`, where that is worth it."""
        if self._read < _WORTH_WRITING and self._before:
            return
        stamped = {path: stamp for path in files if (stamp := self.stamps.get(path)) is not None}
        searches = {key: _stored(asked, kept, stamped.keys()) for key, (asked, kept) in self._used.items()}
        self.shelf.put(self.name, (stamped, searches))


def _stored(asked: set[str], kept: dict[str, Any], files: Set[str]) -> tuple[dict[str, Any], list[str], bool]:
    others = files - asked
    inverted = len(others) < len(asked)
    return kept, sorted(others if inverted else asked), inverted


def _key(search: Search) -> str:
    """What facts depend on besides the file. Stems only make the search quicker."""
    words = sorted(search.words.exact), search.words.globs
    besides = search.profiles, search.suppressions
    return named(search.needles, search.hunts, words, search.roots, besides)


_FACTS = reader(FileFacts)
_STORED = reader(tuple[dict[str, Any], dict[str, tuple[dict[str, Any], tuple[str, ...], bool]]])
