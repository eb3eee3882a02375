"""Fingerprints that tell whether a file has changed: its times, size and inode number, as in git's index."""

from __future__ import annotations

import os
import time
from array import array
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

Fingerprint = tuple[int, int, int, int]
# A file that was modified within one clock tick before a run may be modified again without a change of its times.
# Some file systems count in steps of two seconds; their times have no fraction of a second. All in nanoseconds.
_CLOCK_TICK = 100_000_000
_COARSE_CLOCK_STEP = 2_000_000_000
_SECOND = 1_000_000_000
_MAX_TIME = 2**63
_MISSING_FINGERPRINT: Fingerprint = (0, 0, 0, 0)
_PACKED_SIZE = 32  # bytes


class FileFingerprints:
    """The fingerprints of files: modification and status change time (nanoseconds), size (bytes), inode number.

    A file that is missing or was modified just now has none, and never counts as unchanged.
    """

    def __init__(self, fingerprints: Iterable[tuple[str, Fingerprint]]) -> None:
        self._by_path = dict(fingerprints)

    @classmethod
    def from_disk(cls, paths: Sequence[str]) -> FileFingerprints:
        """The fingerprints that files have now."""
        return cls(_read_fingerprints(paths, time.time_ns()))

    def get(self, path: str) -> Fingerprint | None:
        """The fingerprint of a file, or None."""
        return self._by_path.get(path)

    def is_unchanged(self, path: str, old: object) -> bool:
        """Whether a file has the fingerprint `old`, as decoded from JSON."""
        fingerprint = self._by_path.get(path)
        return fingerprint is not None and old == [*fingerprint]

    def is_same(self, path: str, other: FileFingerprints) -> bool:
        """Whether a file has the same fingerprint in `other`."""
        fingerprint = self._by_path.get(path)
        return fingerprint is not None and fingerprint == other.get(path)

    def digest(self, paths: Sequence[str]) -> str | None:
        """A digest of all fingerprints, in the order of `paths`; None if one is missing."""
        if len(self._by_path) < len(paths):
            return None
        return blake2b(self.pack(paths), digest_size=16, key=paths_digest(paths)).hexdigest()

    def pack(self, paths: Sequence[str]) -> bytes:
        """All fingerprints in the order of `paths`, 32 bytes each; zeros for a missing one."""
        values = array("q")
        for path in paths:
            values.extend(self._by_path.get(path, _MISSING_FINGERPRINT))
        return values.tobytes()


def changed_paths(paths: Sequence[str], old_packed: bytes, new_packed: bytes) -> list[str]:
    """The files whose packed fingerprint differs from the old one, or is missing."""
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
    """A digest of paths, in their order."""
    return blake2b("\0".join(paths).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _read_fingerprints(paths: Sequence[str], now: int) -> Iterator[tuple[str, Fingerprint]]:
    fine_limit, coarse_limit = now - _CLOCK_TICK, now - _COARSE_CLOCK_STEP
    for path, status in zip(paths, _stat_all(paths)):
        if status is None:
            continue
        modified, status_changed = status.st_mtime_ns, status.st_ctime_ns
        # Times outside of the years 1678 to 2262 do not fit into what `pack` writes: such a file is always read.
        if abs(modified) >= _MAX_TIME:
            continue
        if max(modified, status_changed) < (fine_limit if status_changed % _SECOND else coarse_limit):
            # An inode number may exceed a signed 64-bit integer, which is what `pack` writes.
            yield path, (modified, status_changed, status.st_size, status.st_ino & 0x7FFFFFFFFFFFFFFF)


def _stat_all(paths: Sequence[str]) -> list[os.stat_result] | list[os.stat_result | None]:
    try:
        return list(map(os.stat, paths))
    except OSError:
        return list(map(_stat_or_none, paths))  # at least one is missing


def _stat_or_none(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except OSError:
        return None
