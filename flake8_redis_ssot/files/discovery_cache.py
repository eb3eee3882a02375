"""Caching of file discovery: a directory with an unchanged fingerprint has the same entries."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flake8_redis_ssot.files.cache_store import CacheStore, cache_key
from flake8_redis_ssot.files.codec import DecodeError, decoder_for
from flake8_redis_ssot.files.discovery import Listing, discover
from flake8_redis_ssot.files.fingerprints import FileFingerprints
from flake8_redis_ssot.files.ignore_rules import VisitedDirectories


class _StoredListing(NamedTuple):
    """A listing without errors, and the digest of the directories and ignore files that it depends on.

    `folders` and `files` are joined by NUL, which no path contains: one string is decoded much faster than a list.
    """

    folders: str
    ignore_files: tuple[str, ...]
    named_files: tuple[str, ...]
    digest: str
    files: str
    config_files: tuple[str, ...]


_DECODE = decoder_for(_StoredListing)


def discover_cached(
    store: CacheStore | None, paths: Sequence[str], *, root: str, exclude: Sequence[str], force_exclude: bool = False
) -> Listing:
    """List files as `discover` does, or return the stored listing if no directory has changed."""
    if store is None or not any(map(os.path.isdir, paths)):
        return discover(paths, root=root, exclude=exclude, force_exclude=force_exclude)
    name = f"listing-{cache_key(paths, os.getcwd(), root, exclude, force_exclude)}"
    try:
        stored: _StoredListing = _DECODE(store.get(name))
        if (
            all(map(_is_regular_file, stored.named_files))
            and _listing_digest(_split_paths(stored.folders), stored.ignore_files) == stored.digest
        ):
            inputs = *_split_paths(stored.folders), *stored.ignore_files, *stored.named_files
            return Listing(tuple(_split_paths(stored.files)), (), stored.config_files, inputs)
    except DecodeError:
        pass
    visited = VisitedDirectories.create_empty()
    listing = discover(paths, root=root, exclude=exclude, force_exclude=force_exclude, visited=visited)
    _store_listing(store, name, listing, visited)
    return listing._replace(inputs=(*visited.folders, *visited.ignore_files, *visited.files))


def _store_listing(store: CacheStore, name: str, listing: Listing, visited: VisitedDirectories) -> None:
    ignore_files = tuple(dict.fromkeys(visited.ignore_files))
    digest = _listing_digest(visited.folders, ignore_files)
    if digest is not None and not listing.errors:
        folders, files = "\0".join(visited.folders), "\0".join(listing.files)
        named_files, config_files = tuple(visited.files), listing.config_files
        store.put(name, _StoredListing(folders, ignore_files, named_files, digest, files, config_files))


def _split_paths(joined: str) -> list[str]:
    return joined.split("\0") if joined else []


def _listing_digest(folders: Sequence[str], ignore_files: Iterable[str]) -> str | None:
    """A digest of what a listing depends on; None if some of it is missing or has just changed."""
    folders_digest = FileFingerprints.from_disk(folders).digest(folders)
    existing = [path for path in ignore_files if os.path.lexists(path)]
    files = [path for path in existing if not os.path.isdir(path)]
    files_digest = FileFingerprints.from_disk(files).digest(files)
    return cache_key(folders_digest, existing, files_digest) if folders_digest and files_digest else None


def _is_regular_file(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return False
