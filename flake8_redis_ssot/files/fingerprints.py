"""By what a file is told to be the same: its times, size and number, as git's index does it."""

from __future__ import annotations

import os
import time
from array import array
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

Fingerprint = tuple[int, int, int, int]
# A file that was changed so shortly before a run (nanoseconds) may be changed again without any of its times telling.
# They count in ticks of the clock, on some file systems in steps of two seconds, which then leave no fractions.
_CLOCK_TICK = 100_000_000
_COARSE_CLOCK_STEP = 2_000_000_000
_SECOND = 1_000_000_000
_MISSING_FINGERPRINT: Fingerprint = (0, 0, 0, 0)
_PACKED_SIZE = 32  # bytes


class FileFingerprints:
    """The stamps of files: modification time and change time (nanoseconds), size (bytes), number.

    A file that is not there, or that changed too shortly before, has none and never counts as the same.
    """

    def __init__(self, fingerprints: Iterable[tuple[str, Fingerprint]]) -> None:
        self._by_path = dict(fingerprints)

    @classmethod
    def from_disk(cls, paths: Sequence[str]) -> FileFingerprints:
        """The stamps that files have now."""
        return cls(_read_fingerprints(paths, time.time_ns()))

    def get(self, path: str) -> Fingerprint | None:
        """The stamp of a file."""
        return self._by_path.get(path)

    def is_unchanged(self, path: str, old: object) -> bool:
        """Whether a file has the stamp that it had `old`, as JSON gives it back."""
        fingerprint = self._by_path.get(path)
        return fingerprint is not None and old == [*fingerprint]

    def is_same(self, path: str, other: FileFingerprints) -> bool:
        """Whether a file has the stamp that it has in others."""
        fingerprint = self._by_path.get(path)
        return fingerprint is not None and fingerprint == other.get(path)

    def digest(self, paths: Sequence[str]) -> str | None:
        """A digest of all stamps, in the order of `paths`; None where one of them is missing."""
        if len(self._by_path) < len(paths):
            return None
        return blake2b(self.pack(paths), digest_size=16, key=paths_digest(paths)).hexdigest()

    def pack(self, paths: Sequence[str]) -> bytes:
        """All stamps in the order of `paths`, 32 bytes each, zeros where one is missing."""
        values = array("q")
        for path in paths:
            values.extend(self._by_path.get(path, _MISSING_FINGERPRINT))
        return values.tobytes()


def changed_paths(paths: Sequence[str], old_packed: bytes, new_packed: bytes) -> list[str]:
    """Those of some files whose packed stamps are not what they were, or are missing."""
    missing = array("q", _MISSING_FINGERPRINT).tobytes()
    offsets = range(0, len(new_packed), _PACKED_SIZE)
    new_fingerprints = [new_packed[offset : offset + _PACKED_SIZE] for offset in offsets]
    old_fingerprints = [old_packed[offset : offset + _PACKED_SIZE] for offset in offsets]
    return [
        path
        for path, fingerprint, old_fingerprint in zip(paths, new_fingerprints, old_fingerprints)
        if fingerprint != old_fingerprint or fingerprint == missing
    ]


def paths_digest(paths: Sequence[str]) -> bytes:
    """A digest of the names of files, in their order."""
    return blake2b("\0".join(paths).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _read_fingerprints(paths: Sequence[str], now: int) -> Iterator[tuple[str, Fingerprint]]:
    fine_limit, coarse_limit = now - _CLOCK_TICK, now - _COARSE_CLOCK_STEP
    for path, status in zip(paths, _stat_all(paths)):
        if status is None:
            continue
        modified, status_changed = status.st_mtime_ns, status.st_ctime_ns
        if max(modified, status_changed) < (fine_limit if status_changed % _SECOND else coarse_limit):
            # The number of a file may be larger than what an array holds.
            yield path, (modified, status_changed, status.st_size, status.st_ino & 0x7FFFFFFFFFFFFFFF)


def _stat_all(paths: Sequence[str]) -> list[os.stat_result] | list[os.stat_result | None]:
    try:
        return list(map(os.stat, paths))
    except OSError:
        return list(map(_stat_or_none, paths))  # one of them is not there


def _stat_or_none(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except OSError:
        return None
