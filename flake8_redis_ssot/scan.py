"""The work on single files: read, look for the words, parse only where one is found."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from flake8_redis_ssot.disk import read
from flake8_redis_ssot.model import Gap
from flake8_redis_ssot.modules import module_name, package_name
from flake8_redis_ssot.names.facts import NO_EXPORTS, FileFacts
from flake8_redis_ssot.words import Words


class Hunt(NamedTuple):
    """Names that matter only in the company of the module that offers them.

    A file that holds one of `names` is worth a look where the regular expression `near` is found too, or below
    `folder` (empty: nowhere), where the module can be named by dots alone. Without a name, it is so where the
    regular expression `passing` (empty: nowhere) shows that it passes the whole module on. Outside `folder`,
    `near` and `passing` are found only where `module` is (empty: anywhere).
    """

    module: bytes
    near: bytes
    folder: str
    passing: bytes
    names: tuple[bytes, ...]

    def wants(self, data: bytes, path: str) -> bool:
        """Whether a file is worth a look."""
        inside = bool(self.folder) and path.startswith(self.folder)
        if not inside and self.module not in data:
            return False
        if any(name in data for name in self.names) and (inside or re.search(self.near, data)):
            return True
        return bool(self.passing) and re.search(self.passing, data) is not None

    def literals(self) -> tuple[bytes, ...]:
        """Byte strings of which every file that is worth a look holds one."""
        if not self.module:
            return self.names
        return (self.module, *self.names, b"import *") if self.folder else (self.module,)


@dataclass(frozen=True)
class Search:
    """What to look for: any of `needles`, or any of `hunts`; `words` are those whose uses are recorded."""

    needles: tuple[bytes, ...]
    hunts: tuple[Hunt, ...]
    words: Words
    roots: tuple[str, ...]
    stems: tuple[bytes, ...] = field(init=False)

    def __post_init__(self) -> None:
        words = {*self.needles, *(literal for hunt in self.hunts for literal in hunt.literals())}
        object.__setattr__(self, "stems", stems(words))

    def wants(self, data: bytes, path: str) -> bool:
        """Whether a file's bytes hold anything that is looked for."""
        if not any(stem in data for stem in self.stems):
            return False  # most files, so that the further questions cost little
        return any(needle in data for needle in self.needles) or any(hunt.wants(data, path) for hunt in self.hunts)


def stems(words: set[bytes]) -> tuple[bytes, ...]:
    """A few byte strings of which each word holds one: guarded names tend to be much alike."""
    left, found = set(words), []
    while left:
        pieces = {word[start:end] for word in left for start, end in _pieces(len(word))}
        best = max(pieces, key=lambda piece: (sum(piece in word for word in left), len(piece), piece))
        found.append(best)
        left = {word for word in left if best not in word}
    return tuple(found)


def _pieces(length: int) -> Iterator[tuple[int, int]]:
    """Every stretch that is long enough to be rare (4 bytes), and words that are shorter as a whole."""
    if length < 4:
        yield 0, length
    yield from ((start, end) for start in range(length - 3) for end in range(start + 4, length + 1))


def scan(paths: Iterable[str], search: Search) -> list[FileFacts]:
    """The facts of those files that hold what is looked for. A file that can't be read yields a gap."""
    found = []
    for path in paths:
        try:
            data = read(path)
        except OSError as error:
            found.append(unreadable(path, error))
            continue
        if search.wants(data, path):
            found.append(_facts_in_any_case(path, data, search))
    return found


def _facts_in_any_case(path: str, data: bytes, search: Search) -> FileFacts:
    """The facts of a file; a mistake of ours must not hide it, nor stop the others from being checked."""
    try:
        return facts_of(path, data, search)
    except Exception as error:
        return _nothing_but(path, f"internal error, please report it: {type(error).__name__}: {error}")


def facts_of(path: str, data: bytes, search: Search) -> FileFacts:
    """The facts of one file from its bytes."""
    from flake8_redis_ssot.names.reading import read_names
    from flake8_redis_ssot.source import read_source

    return read_names(
        path, read_source(data), module_name(path, search.roots), package_name(path, search.roots), search.words
    )


def unreadable(path: str, error: OSError) -> FileFacts:
    """The facts of a file that can't be read: one gap, with the reason."""
    vanished = isinstance(error, FileNotFoundError) and not os.path.islink(path)
    reason = "the file vanished during the run" if vanished else f"can't be read: {error.strerror or error}"
    return _nothing_but(path, reason)


def _nothing_but(path: str, reason: str) -> FileFacts:
    return FileFacts(path, (), (), (), (), NO_EXPORTS, (Gap(1, 0, reason),))
