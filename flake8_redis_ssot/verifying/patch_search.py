"""The strings of all files that patch something in some modules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain
from typing import NamedTuple

from flake8_redis_ssot.disk import read
from flake8_redis_ssot.names.facts import FileFacts
from flake8_redis_ssot.search import Hunt, Search
from flake8_redis_ssot.words import Words
from flake8_redis_ssot.workers import ask_each, scanners

# What patches is called so, in the end.
_PATCHERS = (b"patch", b"setattr", b"delattr")
_CHUNK = 150  # files


class _Way(NamedTuple):
    """How a file names a module: its last part, together with one of `forms`."""

    last: bytes
    forms: tuple[bytes, ...]

    @classmethod
    def to(cls, module: str) -> _Way:
        """The way to a module: its dotted name, or an import from its package."""
        package, _, last = module.rpartition(".")
        above = package.rpartition(".")[2]
        forms = (f"{above}.{last}", f"{above} import", ". import") if above else (last,)
        return cls(last.encode(), tuple(map(str.encode, forms)))

    def is_in(self, data: bytes) -> bool:
        """Whether a file names the module."""
        return self.last in data and any(form in data for form in self.forms)


def files_with_patches(
    files: Sequence[str], modules: Iterable[str], roots: tuple[str, ...], jobs: int
) -> list[FileFacts]:
    """The facts of files that may patch something in `modules` (dotted names): their mentions name these."""
    ways = {_Way.to(module) for module in modules}
    parts = [files[start : start + _CHUNK] for start in range(0, len(files), _CHUNK)]
    near = list(chain.from_iterable(ask_each(partial(_near, ways=sorted(ways)), parts, jobs)))
    words = Words(frozenset(way.last.decode() for way in ways))
    hunts = tuple(Hunt(word.encode(), "", False, _PATCHERS) for word in sorted(words.exact))
    with scanners(jobs) as scan:
        return scan(near, Search((), hunts, words, roots))


def _near(files: Sequence[str], ways: Sequence[_Way]) -> list[str]:
    """Those of some files that patch anything and name one of the modules."""
    found = []
    for path in files:
        with suppress(OSError):
            data = read(path)
            if any(word in data for word in _PATCHERS) and any(way.is_in(data) for way in ways):
                found.append(path)
    return found
