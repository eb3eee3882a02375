"""Which files there are, from one run to the next: folders that are the same hold the same entries."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flake8_redis_ssot.files.cache_store import CacheStore, cache_key
from flake8_redis_ssot.files.codec import DecodeError, decoder_for
from flake8_redis_ssot.files.discovery import Listing, VisitedDirectories, discover
from flake8_redis_ssot.files.fingerprints import FileFingerprints


class _StoredListing(NamedTuple):
    """A listing without troubles, and what it depends on: a digest over the folders and the lists of patterns.

    No path holds a NUL, so `folders` and `files` are one text each, which is read much faster than a list.
    """

    folders: str
    ignore_files: tuple[str, ...]
    named_files: tuple[str, ...]
    digest: str
    files: str


_DECODE = decoder_for(_StoredListing)


def discover_cached(
    store: CacheStore | None, paths: Sequence[str], *, root: str, exclude: Sequence[str], force_exclude: bool = False
) -> Listing:
    """As `discover`, but a tree whose folders are the same is not walked again."""
    if store is None or not any(map(os.path.isdir, paths)):
        return discover(paths, root=root, exclude=exclude, force_exclude=force_exclude)
    name = f"listing-{cache_key(paths, os.getcwd(), root, exclude, force_exclude)}"
    try:
        stored: _StoredListing = _DECODE(store.get(name))
        if (
            all(map(_is_regular_file, stored.named_files))
            and _listing_digest(_split_paths(stored.folders), stored.ignore_files) == stored.digest
        ):
            return Listing(tuple(_split_paths(stored.files)), ())
    except DecodeError:
        pass
    trail = VisitedDirectories.create_empty()
    listing = discover(paths, root=root, exclude=exclude, force_exclude=force_exclude, visited=trail)
    _store_listing(store, name, listing, trail)
    return listing


def _store_listing(store: CacheStore, name: str, listing: Listing, trail: VisitedDirectories) -> None:
    folders, ignore_files = tuple(trail.folders), tuple(dict.fromkeys(trail.ignore_files))
    digest = _listing_digest(folders, ignore_files)
    if digest is not None and not listing.errors:
        stored = _StoredListing("\0".join(folders), ignore_files, tuple(trail.files), digest, "\0".join(listing.files))
        store.put(name, stored)


def _split_paths(joined: str) -> list[str]:
    return joined.split("\0") if joined else []


def _listing_digest(folders: Sequence[str], ignore_files: Iterable[str]) -> str | None:
    """A digest over what a listing depends on; None where some of it has just changed, or is gone."""
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
