"""What an outcome depends on: the files that it was worked out from, and that all others have nothing to do with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.cache_store import Shelf
from flake8_redis_ssot.files.codec import reader
from flake8_redis_ssot.files.fingerprints import Stamps, changed, names_digest
from flake8_redis_ssot.project.analysis import Basis
from flake8_redis_ssot.project.search.prefilter import Hunt, Search
from flake8_redis_ssot.semantic.method_profile import Profile
from flake8_redis_ssot.semantic.name_patterns import Words

# To look at more files than these takes as long as to do everything anew.
_MOST_CHANGED = 32


class _Hunt(NamedTuple):
    module: str
    folder: str
    passes: bool
    names: tuple[str, ...]


class _Stored(NamedTuple):
    """A basis as JSON: bytes as Latin-1. `asked` tells what was to be reported.

    `paths` is a digest of all files and `stamps` tells how they were, both in hexadecimal.
    """

    asked: str
    paths: str
    stamps: str
    near: tuple[str, ...]
    needles: tuple[str, ...]
    hunts: tuple[_Hunt, ...]
    profiles: tuple[Profile, ...]
    attributes: tuple[str, ...]


_READ = reader(_Stored)


def keep(shelf: Shelf, name: str, asked: str, paths: Sequence[str], stamps: Stamps, basis: Basis) -> None:
    """Write down what an outcome depends on; `paths` are all files of the project."""
    needles = sorted({_text(needle) for search in basis.searches for needle in search.needles})
    hunts = dict.fromkeys(_written(hunt) for search in basis.searches for hunt in search.hunts)
    profiles = dict.fromkeys(profile for search in basis.searches for profile in search.profiles)
    near, attributes = tuple(sorted(basis.near)), tuple(sorted(basis.attributes))
    files, packed = names_digest(paths).hex(), stamps.packed(paths).hex()
    told = tuple(needles), tuple(hunts), tuple(profiles)
    shelf.put(name, _Stored(asked, files, packed, near, *told, attributes))


def _written(hunt: Hunt) -> _Hunt:
    return _Hunt(_text(hunt.module), hunt.folder, hunt.passes, tuple(map(_text, hunt.names)))


def still_holds(shelf: Shelf, name: str, asked: str, paths: Sequence[str], stamps: Stamps) -> bool:
    """Whether the files that have changed since have nothing to do with the outcome."""
    try:
        stored: _Stored = _READ(shelf.get(name))
        before = bytes.fromhex(stored.stamps)
    except ValueError:
        return False
    if stored.asked != asked or stored.paths != names_digest(paths).hex():
        return False
    others = changed(paths, before, stamps.packed(paths))
    if len(others) > _MOST_CHANGED or not set(stored.near).isdisjoint(others):
        return False
    return not _matter(others, stored)


def _matter(paths: Iterable[str], stored: _Stored) -> bool:
    """Whether any of some files holds what was looked for."""
    hunts = tuple(
        Hunt(_bytes(hunt.module), hunt.folder, hunt.passes, tuple(map(_bytes, hunt.names))) for hunt in stored.hunts
    )
    needles = tuple(map(_bytes, stored.needles))
    search = Search(needles, hunts, Words(frozenset()), (), profiles=stored.profiles)
    attributes = [attribute.encode("utf-8", "replace") for attribute in stored.attributes]
    try:
        texts = [(path, read(path)) for path in paths]
    except OSError:
        return True
    return any(search.wants(data, path) or any(each in data for each in attributes) for path, data in texts)


def _text(data: bytes) -> str:
    return data.decode("latin-1")


def _bytes(text: str) -> bytes:
    return text.encode("latin-1", "replace")
