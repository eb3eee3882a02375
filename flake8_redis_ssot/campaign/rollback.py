"""Rollback: restore the exact bytes of every file, unless it was edited since."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

from flake8_redis_ssot.campaign.journal import BatchRecord, FileChange, Journal, PendingRollback
from flake8_redis_ssot.campaign.storage import FOLDER
from flake8_redis_ssot.files.atomic_write import Change, DiskError, apply_change, read, remove_temporary_files
from flake8_redis_ssot.files.git import GitError, complete_git
from flake8_redis_ssot.files.paths import is_possible_path

ChangeFilter = Callable[[BatchRecord, str], bool]


class RollbackResult(NamedTuple):
    """The restored files, the merged ones (with the number of conflicts), and the refused ones (with the reason)."""

    restored_files: tuple[str, ...]
    merge_conflicts: dict[str, int]
    refusals: dict[str, str]


class _NotRestorableError(Exception):
    """A file that is left as it is; the text says why."""


def roll_back(root: str, journal: Journal, is_selected: ChangeFilter, *, merge: bool = False) -> RollbackResult:
    """Undo the changes for which `is_selected` (of a batch and a path) is true.

    Raises OSError if the journal can't be written.
    """
    changes_by_file: dict[str, list[tuple[BatchRecord, FileChange]]] = {}
    for batch in journal.kept_batches():
        for change in batch.changes:
            changes_by_file.setdefault(change.path, []).append((batch, change))
    changes, undone_changes, merge_conflicts, refusals = [], [], {}, {}
    for path, file_changes in sorted(changes_by_file.items()):
        selected = [(batch, change) for batch, change in file_changes if is_selected(batch, path)]
        if not selected:
            continue
        try:
            change, conflicts = _plan_restoration(root, journal, file_changes, selected, merge=merge)
        except _NotRestorableError as error:
            refusals[path] = str(error)
            continue
        changes.append(change)
        undone_changes += [(batch.run_name, batch.batch, path) for batch, _ in selected]
        if conflicts is not None:
            merge_conflicts[path] = conflicts
    rollback = PendingRollback(_new_rollback_name(journal), tuple(changes), tuple(undone_changes))
    return _execute_rollback(root, journal, rollback, merge_conflicts, refusals)


def _execute_rollback(
    root: str, journal: Journal, rollback: PendingRollback, merge_conflicts: dict[str, int], refusals: dict[str, str]
) -> RollbackResult:
    if not rollback.changes:
        return RollbackResult((), {}, refusals)
    journal.append("rollback", name=rollback.name, files=rollback.changes, undone=rollback.undone_changes)
    failed = dict(problem.split(": ", 1) for problem in apply_rollback(root, rollback, journal))
    written = [change.path for change in rollback.changes if change.path not in failed]
    restored_files = tuple(path for path in written if path not in merge_conflicts)
    conflicts = {path: number for path, number in merge_conflicts.items() if path not in failed}
    return RollbackResult(restored_files, conflicts, {**refusals, **failed})


def _plan_restoration(
    root: str,
    journal: Journal,
    file_changes: list[tuple[BatchRecord, FileChange]],
    selected: list[tuple[BatchRecord, FileChange]],
    *,
    merge: bool,
) -> tuple[FileChange, int | None]:
    """The change that restores a file, and the number of conflicts if it has to be merged.

    Raises _NotRestorableError.
    """
    first, last = selected[0][1], file_changes[-1][1]
    later_changes = file_changes[file_changes.index(selected[0]) :]
    kept = next((batch for batch, change in later_changes if (batch, change) not in selected), None)
    if kept is not None:
        raise _NotRestorableError(f"was changed again by batch {kept.run_name}/{kept.batch}, which is not rolled back")
    combined = last._replace(after=first.before, before=last.after, mode=first.mode)
    try:
        current = read_if_exists(locate_inside(root, last.path))
    except OSError as error:
        raise _NotRestorableError(f"can't be read: {error.strerror}") from None
    before, after = journal.store.get(combined.before), journal.store.get(combined.after)
    if current in (before, after):
        return combined, None
    if current is None:
        raise _NotRestorableError("is gone")
    if before is None or after is None:
        raise _NotRestorableError(f"{EDITED_REASON}, and the campaign has {'removed' if before is None else 'made'} it")
    if not merge:
        raise _NotRestorableError(f"{EDITED_REASON}; `--merge` keeps both, with conflict markers where they overlap")
    result, conflicts = _merge_three_way(current, before, after)
    store = journal.store
    return combined._replace(before=store.put(current), after=store.put(result)), conflicts


def _merge_three_way(current: bytes, base: bytes, original: bytes) -> tuple[bytes, int]:
    """Merge the later edits (`current`) into the original text with git; the result, and its number of conflicts."""
    with tempfile.TemporaryDirectory() as folder:
        names = [os.path.join(folder, name) for name in ("edited", "campaign", "before")]
        for name, data in zip(names, (current, base, original)):
            with open(name, "wb") as file:
                file.write(data)
        labels = ("-L", "edited since", "-L", "campaign", "-L", "before the campaign")
        try:
            process = complete_git(folder, "merge-file", "-p", *labels, *names)
        except GitError:
            raise _NotRestorableError(f"{EDITED_REASON}, and there is no git to merge it with") from None
    if not 0 <= process.returncode < 128:
        raise _NotRestorableError(f"{EDITED_REASON}, and git can't merge it")
    return process.stdout, process.returncode


def _new_rollback_name(journal: Journal) -> str:
    return f"rollback-{len(journal.batches)}-{len(journal.pending_rollbacks)}-{os.getpid()}"


EDITED_REASON = "has been edited since"
_CLOSED_FOLDERS = (".git", FOLDER)


def apply_file_change(root: str, change: FileChange, journal: Journal) -> str:
    """Write the content `after` to a file that has the content `before`; empty, or why it was left as it is."""
    before, after = journal.store.get(change.before), journal.store.get(change.after)
    try:
        path = locate_inside(root, change.path)
        current = read_if_exists(path)
        if current not in (before, after):
            return EDITED_REASON if current is not None else "is gone"
        if current != after:
            apply_change(Change(path, current, after))
        if after is not None and os.stat(path).st_mode != change.mode:
            os.chmod(path, change.mode & 0o7777)
    except DiskError as error:
        return error.reason
    except OSError as error:
        return f"can't be restored: {error.strerror}"
    return ""


def locate_inside(root: str, path: str) -> str:
    """The absolute path of a file of the project (relative to `root`, with `/`).

    Raises OSError if it leads out of the project, through links as well, or into its git folder.
    """
    if not is_possible_path(path):
        raise OSError(errno.EPERM, "is not in the project", root)
    parts = path.split("/")
    located = os.path.join(root, *parts)
    real_root, folder = os.path.realpath(root), os.path.realpath(os.path.dirname(located))
    is_inside = folder == real_root or folder.startswith(os.path.join(real_root, ""))
    if not is_inside or any(part in ("", "..") or part.casefold() in _CLOSED_FOLDERS for part in parts):
        raise OSError(errno.EPERM, "is not in the project", located)
    return located


def read_if_exists(path: str) -> bytes | None:
    """The bytes of a file; None if it does not exist. Raises OSError."""
    try:
        return read(path)
    except FileNotFoundError:
        return None


def apply_rollback(root: str, rollback: PendingRollback, journal: Journal) -> list[str]:
    """Carry out a rollback that is in the journal; the problems, as `path: reason`."""
    failed = {
        change.path: reason for change in rollback.changes if (reason := apply_file_change(root, change, journal))
    }
    journal.append("rolled", name=rollback.name, failed=sorted(failed))
    return [f"{path}: {reason}" for path, reason in failed.items()]


def reverse_change(change: FileChange) -> FileChange:
    """The change that undoes another one."""
    return change._replace(before=change.after, after=change.before)


def recover_interrupted(root: str, journal: Journal) -> list[str]:
    """Finish interrupted rollbacks, and undo an interrupted batch; the problems, as `path: reason`."""
    problems: list[str] = []
    for rollback in list(journal.pending_rollbacks):
        _remove_temporary_files(root, rollback.changes)
        problems += apply_rollback(root, rollback, journal)
    batch = journal.open_batch()
    if batch is not None:
        _remove_temporary_files(root, batch.changes)
        problems += [
            f"{change.path}: {reason}"
            for change in batch.changes
            if (reason := apply_file_change(root, reverse_change(change), journal))
        ]
        journal.append("undone", reason="interrupted")
    return problems


def _remove_temporary_files(root: str, changes: Iterable[FileChange]) -> None:
    for change in changes:
        with suppress(OSError):
            remove_temporary_files(os.path.dirname(locate_inside(root, change.path)))
