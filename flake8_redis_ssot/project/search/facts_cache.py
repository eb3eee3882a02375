"""A cache of facts between runs under one configuration: unchanged files are not read again."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any, NamedTuple

from flake8_redis_ssot.files.cache_store import CacheStore, cache_key
from flake8_redis_ssot.files.codec import DecodeError, decoder_for
from flake8_redis_ssot.files.fingerprints import FileFingerprints
from flake8_redis_ssot.project.search.prefilter import Search
from flake8_redis_ssot.semantic.facts import FileFacts

# Reading a few files again is faster than writing all facts.
_MIN_READS_TO_SAVE = 16


class _SearchEntry(NamedTuple):
    """The results of one search: the facts of the files that matched it, as JSON until they are requested.

    `paths` are the files that were searched or, if `is_inverted`, those that were not.
    """

    facts: dict[str, Any]
    paths: frozenset[str]
    is_inverted: bool

    def has_path(self, path: str) -> bool:
        return (path in self.paths) is not self.is_inverted


class FactsCache:
    """The facts of the previous run and those that this run adds; `fingerprints` are those of the files now."""

    def __init__(self, store: CacheStore, name: str, fingerprints: FileFingerprints) -> None:
        self.store = store
        self.name = name
        self.fingerprints = fingerprints
        self._old_fingerprints: dict[str, Any] = {}
        self._old_entries: dict[str, _SearchEntry] = {}
        self._new_entries: dict[str, tuple[set[str], dict[str, Any]]] = {}
        self._read_count = 0

    @classmethod
    def load(cls, store: CacheStore, name: str, fingerprints: FileFingerprints) -> FactsCache:
        """The cache stored under a name, empty if there is none or it is corrupt."""
        facts_cache = cls(store, name, fingerprints)
        try:
            old_fingerprints, entries = _DECODE_ENTRIES(store.get(name))
        except DecodeError:
            return facts_cache
        facts_cache._old_fingerprints = old_fingerprints
        facts_cache._old_entries = {
            key: _SearchEntry(facts, frozenset(paths), is_inverted)
            for key, (facts, paths, is_inverted) in entries.items()
        }
        return facts_cache

    def get(self, search: Search, paths: Sequence[str]) -> tuple[list[FileFacts], list[str]]:
        """The cached facts of unchanged files that match a search, and the paths that have to be read."""
        key = _search_key(search)
        entry = self._old_entries.get(key)
        searched_paths, facts_by_path = self._new_entries.setdefault(key, (set(), {}))
        searched_paths.update(paths)
        if entry is None:
            return [], list(paths)
        known, remaining = [], []
        for path in paths:
            if not entry.has_path(path) or not self.fingerprints.is_unchanged(path, self._old_fingerprints.get(path)):
                remaining.append(path)
            elif path in entry.facts:
                try:
                    known.append(_DECODE_FACTS(entry.facts[path]))
                    facts_by_path[path] = entry.facts[path]
                except DecodeError:
                    remaining.append(path)
        return known, remaining

    def put(self, search: Search, paths: Sequence[str], found: Sequence[FileFacts]) -> None:
        """Add the facts that a search found in the files `paths`, which it had to read."""
        self._read_count += len(paths)
        _, facts_by_path = self._new_entries[_search_key(search)]
        facts_by_path |= {facts.path: facts for facts in found}

    def save(self, files: Sequence[str]) -> None:
        """Store the facts of `files`, if enough of them were read to make it worthwhile."""
        if self._read_count < (_MIN_READS_TO_SAVE if self._old_fingerprints else 1):
            return
        self._read_count = 0
        fingerprints = {path: fingerprint for path in files if (fingerprint := self.fingerprints.get(path)) is not None}
        entries = {
            key: _encode_entry(searched_paths, facts_by_path, fingerprints.keys())
            for key, (searched_paths, facts_by_path) in self._new_entries.items()
        }
        self.store.put(self.name, (fingerprints, entries))


def _encode_entry(
    searched_paths: set[str], facts_by_path: dict[str, Any], files: Set[str]
) -> tuple[dict[str, Any], list[str], bool]:
    other_files = files - searched_paths
    is_inverted = len(other_files) < len(searched_paths)
    return facts_by_path, sorted(other_files if is_inverted else searched_paths), is_inverted


def _search_key(search: Search) -> str:
    """What facts depend on besides the file; literal prefixes only make a search faster."""
    patterns = sorted(search.patterns.exact), search.patterns.globs
    options = search.profiles, search.suppressions
    queries = search.module_queries, search.package_queries
    return cache_key(search.needles, queries, patterns, search.roots, options)


_DECODE_FACTS = decoder_for(FileFacts)
_DECODE_ENTRIES = decoder_for(tuple[dict[str, Any], dict[str, tuple[dict[str, Any], tuple[str, ...], bool]]])
