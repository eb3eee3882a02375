"""The cache directory: named JSON entries with a checksum, least recently used ones evicted."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from hashlib import blake2b

from flake8_redis_ssot.files.atomic_write import read_own, write_atomic

CACHE_FOLDER = ".redis_ssot_cache"
# A monorepo has a few configurations, each checked with a few sets of options; its facts take some megabytes.
_MAX_ENTRIES = 48
_MAX_ENTRY_BYTES = 64 * 1024 * 1024
_CACHEDIR_TAG = (
    b"Signature: 8a477f597d28d172789f06886806bc55\n"
    b"# The cache of flake8-redis-ssot, which may be deleted (https://bford.info/cachedir/).\n"
)
_ENTRY_NAME = re.compile(
    r"(?:(?:facts|listing|texts|(?:dependencies-)?result)-[0-9a-f]{32}\.json|report-[0-9a-f]{8}\.txt)\Z"
)


class CacheStore:
    """The entries in a directory, which is created by the first write. I/O errors are ignored.

    A directory that exists and is not a cache of ours may hold somebody's data: the cache is a folder in it then.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder if _may_hold_cache(folder) else os.path.join(folder, CACHE_FOLDER)

    def get(self, name: str) -> object:
        """The value of an entry; None if it is missing or corrupt."""
        try:
            data = read_own(self._path(name))
            if data[: data.index(b"\n")] != _checksum(data[data.index(b"\n") + 1 :]):
                return None
            with suppress(OSError):
                os.utime(self._path(name))  # marks it as recently used
            value: object = json.loads(data[data.index(b"\n") + 1 :])
        except (OSError, ValueError, RecursionError):
            return None
        return value

    def put(self, name: str, value: object) -> None:
        """Write an entry; `value` must be serialisable as JSON."""
        data = json.dumps(value, separators=(",", ":"), check_circular=False).encode()
        self.put_bytes(f"{name}.json", _checksum(data) + b"\n" + data)

    def put_bytes(self, file_name: str, data: bytes) -> None:
        """Write an entry as it is, unless it is too large."""
        if len(data) > _MAX_ENTRY_BYTES:
            return
        with suppress(OSError):  # such as a read-only or full disk: the next run does without this entry
            self._make_folder()
            write_atomic(os.path.join(self._folder, file_name), data)
            self._evict_oldest()

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, f"{name}.json")

    def _make_folder(self) -> None:
        if is_own_cache(self._folder):
            return
        os.makedirs(self._folder, exist_ok=True)
        for name, data in ((".gitignore", b"*\n"), ("CACHEDIR.TAG", _CACHEDIR_TAG)):
            write_atomic(os.path.join(self._folder, name), data)

    def _evict_oldest(self) -> None:
        with os.scandir(self._folder) as entries:
            by_last_use = sorted(
                (each.stat(follow_symlinks=False).st_mtime_ns, each.path)
                for each in entries
                if _ENTRY_NAME.match(each.name)
            )
        for _, path in by_last_use[:-_MAX_ENTRIES]:
            with suppress(OSError):
                os.unlink(path)


def _may_hold_cache(folder: str) -> bool:
    """Whether a directory is a cache of ours, is empty, or does not exist."""
    try:
        return os.path.basename(folder) == CACHE_FOLDER or not os.listdir(folder) or is_own_cache(folder)
    except FileNotFoundError:
        return True
    except OSError:
        return False


def is_own_cache(folder: str) -> bool:
    """Whether a directory has been made as a cache by this tool."""
    try:
        return read_own(os.path.join(folder, "CACHEDIR.TAG")) == _CACHEDIR_TAG
    except OSError:
        return False


def _checksum(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).hexdigest().encode()


def cache_key(*parts: object) -> str:
    """The name of the entry for some values: a digest of their `repr`."""
    return blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
