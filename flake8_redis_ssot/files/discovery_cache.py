"""Which files there are, from one run to the next: folders that are the same hold the same entries."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flake8_redis_ssot.files.cache_store import Shelf, named
from flake8_redis_ssot.files.codec import Unreadable, reader
from flake8_redis_ssot.files.discovery import Listing, Trail, discover
from flake8_redis_ssot.files.fingerprints import Stamps


class _Stored(NamedTuple):
    """A listing without troubles, and what it depends on: a digest over the folders and the lists of patterns.

    No path holds a NUL, so `folders` and `files` are one text each, which is read much faster than a list.
    """

    folders: str
    rules: tuple[str, ...]
    taken: tuple[str, ...]
    digest: str
    files: str


_READ = reader(_Stored)


def listed(
    shelf: Shelf | None, paths: Sequence[str], *, root: str, exclude: Sequence[str], force_exclude: bool = False
) -> Listing:
    """As `discover`, but a tree whose folders are the same is not walked again."""
    if shelf is None or not any(map(os.path.isdir, paths)):
        return discover(paths, root=root, exclude=exclude, force_exclude=force_exclude)
    name = f"listing-{named(paths, os.getcwd(), root, exclude, force_exclude)}"
    try:
        stored: _Stored = _READ(shelf.get(name))
        if all(map(_is_regular, stored.taken)) and _digest(_parts(stored.folders), stored.rules) == stored.digest:
            return Listing(tuple(_parts(stored.files)), ())
    except Unreadable:
        pass
    trail = Trail.empty()
    listing = discover(paths, root=root, exclude=exclude, force_exclude=force_exclude, trail=trail)
    _store(shelf, name, listing, trail)
    return listing


def _store(shelf: Shelf, name: str, listing: Listing, trail: Trail) -> None:
    folders, rules = tuple(trail.folders), tuple(dict.fromkeys(trail.rules))
    digest = _digest(folders, rules)
    if digest is not None and not listing.problems:
        stored = _Stored("\0".join(folders), rules, tuple(trail.taken), digest, "\0".join(listing.files))
        shelf.put(name, stored)


def _parts(joined: str) -> list[str]:
    return joined.split("\0") if joined else []


def _digest(folders: Sequence[str], rules: Iterable[str]) -> str | None:
    """A digest over what a listing depends on; None where some of it has just changed, or is gone."""
    stamps = Stamps.of(folders).digest(folders)
    there = [path for path in rules if os.path.lexists(path)]
    files = [path for path in there if not os.path.isdir(path)]
    lists = Stamps.of(files).digest(files)
    return named(stamps, there, lists) if stamps and lists else None


def _is_regular(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return False
