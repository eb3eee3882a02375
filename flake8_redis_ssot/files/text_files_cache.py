"""A digest of the text files of a repository; the folders are listed again only where one has changed."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from typing import NamedTuple

from flake8_redis_ssot.files.cache_store import CacheStore, cache_key
from flake8_redis_ssot.files.codec import DecodeError, decoder_for
from flake8_redis_ssot.files.fingerprints import FileFingerprints
from flake8_redis_ssot.files.text_files import MAX_SIZE, find_text_files


class _StoredListing(NamedTuple):
    """The folders and files (absolute paths, joined by NUL), and the digest of the folders."""

    folders: str
    digest: str
    files: str


_DECODE = decoder_for(_StoredListing)


def text_files_digest(store: CacheStore, root: str, known_files: Collection[str]) -> str:
    """A digest of the text files below `root`, besides `known_files`, that changes when one of them does."""
    files = sorted({*_list_cached(store, root)}.difference(known_files))
    fingerprints = FileFingerprints.from_disk(files)
    sizes_and_times = [fingerprints.get(path) for path in files]
    if None in sizes_and_times:  # a file that was modified just now may be modified again
        return os.urandom(8).hex()
    return cache_key(files, [each for each in sizes_and_times if each and each[2] <= MAX_SIZE])


def _list_cached(store: CacheStore, root: str) -> Sequence[str]:
    name = f"texts-{cache_key(root)}"
    try:
        stored: _StoredListing = _DECODE(store.get(name))
        if _folders_digest(stored.folders.split("\0")) == stored.digest:
            return stored.files.split("\0")
    except DecodeError:
        pass
    folders: list[str] = []
    files = list(find_text_files(root, folders))
    digest = _folders_digest(folders)
    if digest is not None:
        store.put(name, _StoredListing("\0".join(folders), digest, "\0".join(files)))
    return files


def _folders_digest(folders: Sequence[str]) -> str | None:
    return FileFingerprints.from_disk(folders).digest(folders)
