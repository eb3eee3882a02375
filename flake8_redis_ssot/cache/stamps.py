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
        values = array("q")
        for path in paths:
            stamp = self._known.get(path)
            if stamp is None:
                return None
            values.extend(stamp)
        names = "\0".join(paths).encode("utf-8", "surrogatepass")
        return blake2b(names + values.tobytes(), digest_size=16).hexdigest()


def _stamps(paths: Iterable[str], now: int) -> Iterator[tuple[str, Stamp]]:
    stat, ticks, steps = os.stat, now - _TICKS, now - _STEPS
    for path in paths:
        try:
            found = stat(path)
        except OSError:
            continue
        changed = max(found.st_ctime_ns, found.st_mtime_ns)
        if changed < (ticks if found.st_ctime_ns % _SECOND else steps):
            # The number of a file may be larger than what an array holds.
            yield path, (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino & 0x7FFFFFFFFFFFFFFF)
