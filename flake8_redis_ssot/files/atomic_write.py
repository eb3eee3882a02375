"""Reading files, and writing them atomically. No other module writes to disk."""

import errno
import os
import stat
from collections.abc import Sequence
from typing import NamedTuple

from flake8_redis_ssot.files.paths import to_display_path

# Hidden and without a Python suffix, so that file watchers do not take it for a module.
_TEMPORARY_AFFIXES = (".redis-ssot-", ".tmp")


class DiskError(Exception):
    """A file could not be replaced and is unchanged; `path` is the path as given."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{to_display_path(self.path)}: {self.reason}"


class NotWritableError(DiskError):
    """The file cannot be written, or not without changing its owner."""


class FileChangedError(DiskError):
    """The file does not hold the expected bytes."""

    def __init__(self, path: str, reason: str = "has changed since it was read") -> None:
        super().__init__(path, reason)


class Change(NamedTuple):
    """Replace the contents `before` of the file at `path` by `after`; None means that the file does not exist."""

    path: str
    before: bytes | None
    after: bytes | None


# Python source of this size takes minutes to parse; whatever is larger was not written by hand.
MAX_BYTES = 128 * 1024 * 1024
# A pipe or a device would be waited for; `O_NONBLOCK` makes opening one return at once.
_READ_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


def read(path: str) -> bytes:
    """Read a regular file of at most MAX_BYTES, following symbolic links. Raises OSError."""
    return _read(path, _READ_FLAGS)


def read_own(path: str) -> bytes:
    """Read a file of our own, which is never a symbolic link. Raises OSError."""
    return _read(path, _READ_FLAGS | _NO_FOLLOW)


def _read(path: str, flags: int) -> bytes:
    try:
        descriptor = os.open(path, flags)
    except ValueError:  # a NUL character, or a lone surrogate
        raise OSError(errno.EINVAL, "no file can have such a path", path) from None
    try:
        _check_is_readable(path, os.fstat(descriptor))
    except OSError:
        os.close(descriptor)
        raise
    # Unbuffered: a run reads thousands of files, and allocating a buffer costs more than the read.
    with open(descriptor, "rb", buffering=0) as file:
        return file.read()


def _check_is_readable(path: str, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a regular file", path)
    if status.st_size > MAX_BYTES:
        raise OSError(errno.EFBIG, f"larger than {MAX_BYTES // 1024 // 1024} MB", path)


def write(path: str, data: bytes) -> None:
    """Overwrite an output file, such as a report, or write to a pipe. Raises OSError.

    A symbolic link is followed only below `/dev`, where it names an output of this process.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
    is_device = os.path.dirname(os.path.abspath(path)).startswith("/dev")
    descriptor = os.open(path, flags if is_device else flags | _NO_FOLLOW, 0o666)
    with open(descriptor, "wb", buffering=0) as file:
        file.write(data)


def write_atomic(path: str, data: bytes) -> None:
    """Write an output file atomically; it may be lost in a crash. Raises OSError."""
    _replace_via_temporary(path, data, is_durable=False)


def write_durable(path: str, data: bytes) -> None:
    """Write an output file atomically and sync it to disk. Raises OSError."""
    _replace_via_temporary(path, data, is_durable=True)
    _sync_folder(path)


def _replace_via_temporary(path: str, data: bytes, *, is_durable: bool) -> None:
    temporary = _write_temporary(path, data, is_durable=is_durable)
    try:
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def append_durable(path: str, data: bytes) -> None:
    """Append to an output file and sync it to disk. Raises OSError."""
    is_new = not os.path.lexists(path)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _NO_FOLLOW | getattr(os, "O_BINARY", 0), 0o666)
    with open(descriptor, "ab") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        _sync_folder(path)


def rename_folder(source: str, target: str) -> None:
    """Rename a folder of our own, which appears under its new name as a whole. Raises OSError."""
    os.rename(source, target)
    _sync_folder(target)


def remove_temporary_files(folder: str) -> None:
    """Remove the temporary files that a killed process left in a directory. Raises OSError."""
    for name in os.listdir(folder):
        if name.startswith(_TEMPORARY_AFFIXES[0]) and name.endswith(_TEMPORARY_AFFIXES[1]):
            os.unlink(os.path.join(folder, name))


def _read_umask() -> int:
    mask = os.umask(0o077)  # there is no way to read it without setting it
    os.umask(mask)
    return mask


def _sync_folder(path: str) -> None:
    """Sync the directory of `path`, so that a new entry survives a crash; not possible on Windows."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def replace_file(path: str, data: bytes, *, expected: bytes) -> None:
    """Replace the contents of a file atomically, also with respect to a crash.

    Mode and owner are kept; a symbolic link is followed and kept. Nothing is written if `data` equals `expected`.
    Raises FileChangedError if the file does not hold `expected`, NotWritableError if it cannot be replaced.
    """
    try:
        _check_contents(path, expected)
        if data == expected:
            return
        _replace_contents(path, data, expected)
    except OSError as error:
        raise NotWritableError(path, f"cannot be written: {error.strerror}") from error


def apply_change(change: Change) -> None:
    """Replace, create or remove a file. Raises FileChangedError or NotWritableError, as `replace_file` does."""
    if change.before is not None and change.after is not None:
        replace_file(change.path, change.after, expected=change.before)
        return
    try:
        _check_precondition(change)
        if change.after is not None:
            os.makedirs(os.path.dirname(change.path), exist_ok=True)
            write_durable(change.path, change.after)
            os.chmod(change.path, 0o666 & ~_read_umask())
        elif change.before is not None:
            os.unlink(change.path)
            _sync_folder(change.path)
    except OSError as error:
        raise NotWritableError(change.path, f"cannot be written: {error.strerror}") from error


def replace_all(changes: Sequence[Change]) -> None:
    """Apply all changes or none: if one fails, those already applied are reverted.

    Raises FileChangedError or NotWritableError, as `replace_file` does.
    """
    for change in changes:
        try:
            _check_precondition(change)
        except OSError as error:
            raise NotWritableError(change.path, f"cannot be read: {error.strerror}") from error
    applied_changes: list[Change] = []
    try:
        for change in changes:
            apply_change(change)
            applied_changes.append(change)
    except BaseException:
        for change in reversed(applied_changes):
            apply_change(Change(change.path, change.after, change.before))
        raise


def _replace_contents(path: str, data: bytes, expected: bytes) -> None:
    target = os.path.realpath(path)
    before = os.stat(target)
    if not os.access(target, os.W_OK):
        raise NotWritableError(path, "is read-only")
    temporary = _write_temporary(target, data)
    try:
        _copy_mode_and_owner(temporary, before)
        _check_contents(path, expected)  # again, as writing took time
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _check_precondition(change: Change) -> None:
    if change.before is not None:
        _check_contents(change.path, change.before)
    elif os.path.lexists(change.path):
        raise FileChangedError(change.path, "already exists")


def _check_contents(path: str, expected: bytes) -> None:
    try:
        present = read(path)
    except FileNotFoundError as error:
        raise FileChangedError(path, "is gone") from error
    if present != expected:
        raise FileChangedError(path)


def _write_temporary(target: str, data: bytes, *, is_durable: bool = True) -> str:
    """Write `data` to a new file in the directory of `target`, synced if `is_durable`; returns its path."""
    import tempfile  # late: most runs write nothing

    folder = os.path.dirname(target)
    descriptor, temporary = tempfile.mkstemp(prefix=_TEMPORARY_AFFIXES[0], suffix=_TEMPORARY_AFFIXES[1], dir=folder)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            if is_durable:
                file.flush()
                os.fsync(file.fileno())
    except BaseException:
        os.unlink(temporary)
        raise
    return temporary


def _copy_mode_and_owner(temporary: str, original: os.stat_result) -> None:
    own = os.stat(temporary)
    if (own.st_uid, own.st_gid) != (original.st_uid, original.st_gid):
        try:
            os.chown(temporary, original.st_uid, original.st_gid)
        except OSError as error:
            raise OSError(error.errno, "its owner could not be preserved") from error
    os.chmod(temporary, stat.S_IMODE(original.st_mode))  # after chown, which clears set-user-ID bits
