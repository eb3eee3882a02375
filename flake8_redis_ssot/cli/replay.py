"""The report of an earlier check, printed again if nothing that it depends on has changed.

Reading one imports nothing but `os`, `sys` and `time`: that is why it knows no settings, only the paths of everything
that was read or listed, and their times, sizes and inode numbers.
"""

from __future__ import annotations

import os
import sys
import time

TYPE_CHECKING = False  # importing it from `typing` takes longer than reading a report
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_STARTED = time.time_ns()
_FORMAT = b"redis-ssot report 1\n"
_CACHE_FOLDER = ".redis_ssot_cache"
# As in `files/fingerprints`: a file that changed within this time (nanoseconds) may change again unnoticed.
_CLOCK_TICK, _COARSE_CLOCK_STEP, _SECOND = 100_000_000, 2_000_000_000, 1_000_000_000
_MISSING = "-"
_FILE = os.path.abspath(__file__)
_commands: list[list[str]] = []  # that of this process
# What the look of a report depends on, besides the arguments.
_VARIABLES = (
    *("CI", "COLORTERM", "DOMTERM", "FORCE_COLOR", "FORCE_HYPERLINK", "KONSOLE_VERSION", "NO_COLOR"),
    *("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "TERM", "TERM_PROGRAM", "VTE_VERSION", "WT_SESSION"),
    *("REDIS_SSOT_CACHE_DIR", "REDIS_SSOT_COLOR", "REDIS_SSOT_CONFIG", "REDIS_SSOT_JOBS", "REDIS_SSOT_NO_CACHE"),
    *("REDIS_SSOT_OUTPUT_FILE", "REDIS_SSOT_OUTPUT_FORMAT", "REDIS_SSOT_QUIET", "REDIS_SSOT_VERBOSE"),
)


def print_stored(arguments: Sequence[str]) -> int | None:
    """Print the stored report of a command; its exit code, or None if there is none or something has changed."""
    if not arguments or arguments[0] != "check":
        return None
    _commands[:] = [list(arguments)]
    try:
        cache = _find_cache(os.getcwd())
    except OSError:
        return None  # the working directory is gone, which the command reports
    stored = _read(os.path.join(cache, _name(_key(arguments)))) if cache else None
    parts = stored.split("\n", 4) if stored else []
    if cache is None or len(parts) != 5 or parts[0] != _key(arguments) or parts[3] not in ("0", "1"):
        return None
    paths = parts[1].split("\0")
    # Only who could read the times and the inode number of the folder can have written this.
    if paths[0] != os.path.dirname(cache) or _describe(paths) != parts[2]:
        return None
    sys.stdout.write(parts[4])
    return int(parts[3])


def store(folder: str, inputs: Iterable[str], text: str, status: int) -> None:
    """Store the report of this process's command in a project's `folder`, unless an input has just changed.

    `inputs` are the files and directories that it depends on, whether they exist or not.
    """
    if not _commands:
        return  # not from the command line
    from flake8_redis_ssot.files.cache_store import CacheStore  # late: a stored report needs none of it

    paths = list(dict.fromkeys((folder, *inputs, *_own_files())))
    described = _describe(paths)  # first: what changes from now on will differ from it
    if any("\n" in path for path in paths) or not all(map(_is_settled, paths)):
        return
    key = _key(_commands[0])
    content = "\n".join((key, "\0".join(paths), described, str(status), text))
    data = content.encode("utf-8", "surrogatepass")
    CacheStore(os.path.join(folder, _CACHE_FOLDER)).put_bytes(_name(key), _FORMAT + data)


def _key(arguments: Sequence[str]) -> str:
    """What the report depends on besides files, as one line."""
    variables = [os.environ.get(name) for name in _VARIABLES]
    return repr((list(arguments), os.getcwd(), variables, sys.stdout.isatty(), sys.version, _FILE))


def _name(key: str) -> str:
    from zlib import crc32  # written in C; the key itself is compared as well

    return f"report-{crc32(key.encode('utf-8', 'surrogatepass')):08x}.txt"


def _find_cache(folder: str) -> str | None:
    """The nearest cache in a directory or above it, unless it is a link."""
    while True:
        cache = os.path.join(folder, _CACHE_FOLDER)
        if os.path.isdir(cache):
            return None if os.path.islink(cache) else cache
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def _read(path: str) -> str | None:
    if os.path.islink(path):
        return None
    try:
        with open(path, "rb", buffering=0) as file:
            data = file.read()
        return data[len(_FORMAT) :].decode("utf-8", "surrogatepass") if data.startswith(_FORMAT) else None
    except (OSError, ValueError):
        return None


def _describe(paths: Sequence[str]) -> str:
    """The times, sizes and inode numbers of files and directories, in their order."""
    return ";".join(map(_describe_one, paths))


def _describe_one(path: str) -> str:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return _MISSING
    return f"{found.st_mtime_ns},{found.st_ctime_ns},{found.st_size},{found.st_ino}"


def _is_settled(path: str) -> bool:
    """Whether a path has not changed since shortly before this process started."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return True
    age = _CLOCK_TICK if found.st_ctime_ns % _SECOND else _COARSE_CLOCK_STEP
    return max(found.st_mtime_ns, found.st_ctime_ns) < _STARTED - age


def _own_files() -> list[str]:
    """The directories of this tool, and its modules: an update changes what is reported."""
    files: list[str] = []
    for folder, folders, names in os.walk(os.path.dirname(os.path.dirname(_FILE))):
        folders[:] = [name for name in folders if name != "__pycache__"]
        files += [folder, *(os.path.join(folder, name) for name in names if name.endswith(".py"))]
    return files
