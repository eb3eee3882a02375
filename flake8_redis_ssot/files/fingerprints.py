"""By what a file is told to be the same: its times, size and number, as git's index does it."""

from __future__ import annotations

import os
import time
from array import array
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

Stamp = tuple[int, int, int, int]
# A file that was changed so shortly before a run (nanoseconds) may be changed again without any of its times telling.
# They count in ticks of the clock, on some file systems in steps of two seconds, which then leave no fractions.
_TICKS = 100_000_000
_STEPS = 2_000_000_000
_SECOND = 1_000_000_000
_MISSING: Stamp = (0, 0, 0, 0)
_PACKED = 32  # bytes


class Stamps:
    """The stamps of files: modification time and change time (nanoseconds), size (bytes), number.

    A file that is not there, or that changed too shortly before, has none and never counts as the same.
    """

    def __init__(self, known: Iterable[tuple[str, Stamp]]) -> None:
        self._known = dict(known)

    @classmethod
    def of(cls, paths: Sequence[str]) -> Stamps:
        """The stamps that files have now."""
        return cls(_stamps(paths, time.time_ns()))

    def get(self, path: str) -> Stamp | None:
        """The stamp of a file."""
        return self._known.get(path)

    def is_same(self, path: str, before: object) -> bool:
        """Whether a file has the stamp that it had `before`, as JSON gives it back."""
        stamp = self._known.get(path)
        return stamp is not None and before == [*stamp]

    def digest(self, paths: Sequence[str]) -> str | None:
        """A digest of all stamps, in the order of `paths`; None where one of them is missing."""
        if len(self._known) < len(paths):
            return None
        return blake2b(self.packed(paths), digest_size=16, key=names_digest(paths)).hexdigest()

    def packed(self, paths: Sequence[str]) -> bytes:
        """All stamps in the order of `paths`, 32 bytes each, zeros where one is missing."""
        values = array("q")
        for path in paths:
            values.extend(self._known.get(path, _MISSING))
        return values.tobytes()


def changed(paths: Sequence[str], before: bytes, now: bytes) -> list[str]:
    """Those of some files whose packed stamps are not what they were, or are missing."""
    missing = array("q", _MISSING).tobytes()
    places = range(0, len(now), _PACKED)
    there = [now[place : place + _PACKED] for place in places]
    was = [before[place : place + _PACKED] for place in places]
    return [path for path, stamp, old in zip(paths, there, was) if stamp != old or stamp == missing]


def names_digest(paths: Sequence[str]) -> bytes:
    """A digest of the names of files, in their order."""
    return blake2b("\0".join(paths).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _stamps(paths: Sequence[str], now: int) -> Iterator[tuple[str, Stamp]]:
    ticks, steps = now - _TICKS, now - _STEPS
    for path, found in zip(paths, _statuses(paths)):
        if found is None:
            continue
        modified, changed = found.st_mtime_ns, found.st_ctime_ns
        if max(modified, changed) < (ticks if changed % _SECOND else steps):
            # The number of a file may be larger than what an array holds.
            yield path, (modified, changed, found.st_size, found.st_ino & 0x7FFFFFFFFFFFFFFF)


def _statuses(paths: Sequence[str]) -> list[os.stat_result] | list[os.stat_result | None]:
    try:
        return list(map(os.stat, paths))
    except OSError:
        return list(map(_status, paths))  # one of them is not there


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except OSError:
        return None
