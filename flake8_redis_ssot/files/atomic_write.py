"""The only module that writes: a file is read whole, and replaced whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from typing import NamedTuple

# Neither a Python ending nor a visible name, so that nobody who watches a folder takes it for a module.
_TEMPORARY_AFFIXES = (".redis-ssot-", ".tmp")


class DiskError(Exception):
    """A file that could not be replaced, with nothing of it changed: its path as given, and why."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class NotWritableError(DiskError):
    """The file may not be written, or not without changing more of it than its bytes."""


class FileChangedError(DiskError):
    """The bytes of the file are not, or no longer, the ones expected: somebody else was there."""

    def __init__(self, path: str, reason: str = "has changed since it was read") -> None:
        super().__init__(path, reason)


class Change(NamedTuple):
    """A file (`path`) that holds the bytes `before` and is to hold `after`; None: there is none, or is to be none."""

    path: str
    before: bytes | None
    after: bytes | None


def read(path: str) -> bytes:
    """The bytes of a file, through any links. Raises OSError."""
    # Unbuffered: a run reads thousands of files, and a buffer costs more than the reading.
    with open(path, "rb", buffering=0) as file:
        return file.read()


def write(path: str, data: bytes) -> None:
    """Write a file of our own, such as a report; what was in it before is gone. Raises OSError."""
    with open(path, "wb", buffering=0) as file:
        file.write(data)


def write_atomic(path: str, data: bytes) -> None:
    """Write a file of our own in one step: nobody reads half of it. It may be lost in a crash. Raises OSError."""
    _replace_via_temporary(path, data, is_durable=False)


def write_durable(path: str, data: bytes) -> None:
    """Write a file of our own in one step; it is on the disk when this returns. Raises OSError."""
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
    """Add to a file of our own; it is on the disk when this returns. Raises OSError."""
    is_new = not os.path.exists(path)
    with open(path, "ab") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        _sync_folder(path)


def remove_temporary_files(folder: str) -> None:
    """Remove what a killed process has left half-written in a folder. Raises OSError."""
    for name in os.listdir(folder):
        if name.startswith(_TEMPORARY_AFFIXES[0]) and name.endswith(_TEMPORARY_AFFIXES[1]):
            os.unlink(os.path.join(folder, name))


def _read_umask() -> int:
    """The bits that a new file does not get; to ask for them is to set them."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _sync_folder(path: str) -> None:
    """Make sure that a new name in a folder survives a crash, where folders can be opened."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def replace_file(path: str, data: bytes, *, expected: bytes) -> None:
    """Give a file that holds the bytes `expected` the bytes `data` instead, in one step.

    A reader sees the old bytes or the new ones, also after a crash. Mode and owner stay; of a link, the
    file it leads to is replaced and the link stays. With `data` equal to `expected` nothing is written.
    Raises Changed when other bytes are there, Unwritable when the file may not or cannot be replaced.
    """
    try:
        _check_contents(path, expected)
        if data == expected:
            return
        _replace_contents(path, data, expected)
    except OSError as error:
        raise NotWritableError(path, f"cannot be written: {error.strerror}") from error


def apply_change(change: Change) -> None:
    """Replace a file, make it, or remove it. Raises Changed or Unwritable, as `replace_file` does."""
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
    """Replace several files, all or none: what was written is put back should a later one fail.

    Raises Changed or Unwritable, as `replace_file` does.
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
        _check_contents(path, expected)  # once more: writing took its time
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _check_precondition(change: Change) -> None:
    if change.before is not None:
        _check_contents(change.path, change.before)
    elif os.path.lexists(change.path):
        raise FileChangedError(change.path, "is there already")


def _check_contents(path: str, expected: bytes) -> None:
    try:
        present = read(path)
    except FileNotFoundError as error:
        raise FileChangedError(path, "is gone") from error
    if present != expected:
        raise FileChangedError(path)


def _write_temporary(target: str, data: bytes, *, is_durable: bool = True) -> str:
    """Write `data`, `is_durable` to the disk itself, in a new file in the folder of `target`; its path."""
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
            raise OSError(error.errno, "its owner could not be kept") from error
    os.chmod(temporary, stat.S_IMODE(original.st_mode))  # after chown, which takes set-user-id bits away
