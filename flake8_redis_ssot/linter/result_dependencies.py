"""The dependencies of a cached result: which changed files can change it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.cache_store import CacheStore
from flake8_redis_ssot.files.codec import decoder_for
from flake8_redis_ssot.files.fingerprints import FileFingerprints, changed_paths, paths_digest
from flake8_redis_ssot.project.dependencies import Dependencies
from flake8_redis_ssot.project.module_location import ModuleLocation
from flake8_redis_ssot.project.search.module_query import ModuleQueries, ModuleQuery
from flake8_redis_ssot.project.search.prefilter import Search
from flake8_redis_ssot.project.search.words import Names
from flake8_redis_ssot.semantic.method_profile import MethodProfile
from flake8_redis_ssot.semantic.name_patterns import NamePatterns

# Checking more files than this takes as long as a new run.
_MAX_CHANGED = 32


class _StoredQuery(NamedTuple):
    module: str
    folder: str
    match_reexports: bool
    names: tuple[str, ...]
    location: ModuleLocation
    complete: bool


class _StoredDependencies(NamedTuple):
    """`Dependencies` as JSON, with bytes decoded as Latin-1. `request_key` identifies the files to report on.

    `paths_digest` is that of the paths of all files and `fingerprints` are those of the files, both in hexadecimal.
    """

    request_key: str
    paths_digest: str
    fingerprints: str
    direct_paths: tuple[str, ...]
    needles: tuple[str, ...]
    module_queries: tuple[_StoredQuery, ...]
    profiles: tuple[MethodProfile, ...]
    attributes: tuple[str, ...]
    patterns: tuple[str, ...]


_DECODE = decoder_for(_StoredDependencies)


def store_dependencies(
    store: CacheStore,
    name: str,
    request_key: str,
    paths: Sequence[str],
    fingerprints: FileFingerprints,
    dependencies: Dependencies,
) -> None:
    """Store the dependencies of a result; `paths` are all files of the project."""
    # A file that contains none of a package query's literals does not match it.
    needles = sorted(
        {
            _to_text(needle)
            for search in dependencies.searches
            for needle in (
                *search.needles,
                *(literal for query in search.package_queries for literal in query.literals()),
            )
        }
    )
    queries = dict.fromkeys(_encode_query(query) for search in dependencies.searches for query in search.module_queries)
    profiles = dict.fromkeys(profile for search in dependencies.searches for profile in search.profiles)
    direct_paths, attributes = tuple(sorted(dependencies.direct_paths)), tuple(sorted(dependencies.attributes))
    paths_hash, packed_fingerprints = paths_digest(paths).hex(), fingerprints.pack(paths).hex()
    encoded_searches = tuple(needles), tuple(queries), tuple(profiles)
    files = request_key, paths_hash, packed_fingerprints, direct_paths
    patterns = tuple(sorted(map(_to_text, dependencies.patterns)))
    store.put(name, _StoredDependencies(*files, *encoded_searches, attributes, patterns))


def _encode_query(query: ModuleQuery) -> _StoredQuery:
    names = tuple(map(_to_text, query.names))
    return _StoredQuery(_to_text(query.module), *query[1:3], names, *query[4:])


def is_up_to_date(
    store: CacheStore, name: str, request_key: str, paths: Sequence[str], fingerprints: FileFingerprints
) -> bool:
    """Whether no file that has changed since can change the result."""
    try:
        stored: _StoredDependencies = _DECODE(store.get(name))
        old_fingerprints = bytes.fromhex(stored.fingerprints)
    except ValueError:
        return False
    if stored.request_key != request_key or stored.paths_digest != paths_digest(paths).hex():
        return False
    changed_files = changed_paths(paths, old_fingerprints, fingerprints.pack(paths))
    if len(changed_files) > _MAX_CHANGED or not set(stored.direct_paths).isdisjoint(changed_files):
        return False
    return not _is_any_relevant(changed_files, stored)


def _is_any_relevant(paths: Iterable[str], stored: _StoredDependencies) -> bool:
    """Whether any of some files matches one of the searches."""
    queries = ModuleQueries(map(_decode_query, stored.module_queries))
    needles = tuple(map(_to_bytes, stored.needles))
    search = Search(needles, queries, NamePatterns(frozenset()), (), profiles=stored.profiles)
    words = [re.escape(attribute.encode("utf-8", "replace")) for attribute in stored.attributes]
    try:
        patterns = [re.compile(each) for each in (*words, *map(_to_bytes, stored.patterns))]
        texts = [(path, read(path)) for path in paths]
    except (OSError, re.error, OverflowError, RecursionError):  # a file is gone, or the cache is damaged
        return True
    return any(search.matches(data, path) or any(each.search(data) for each in patterns) for path, data in texts)


def _decode_query(query: _StoredQuery) -> ModuleQuery:
    names = Names(map(_to_bytes, query.names))
    return ModuleQuery(_to_bytes(query.module), *query[1:3], names, *query[4:])


def _to_text(data: bytes) -> str:
    return data.decode("latin-1")


def _to_bytes(text: str) -> bytes:
    return text.encode("latin-1", "replace")
