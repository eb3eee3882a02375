"""The journal of a campaign: records that are only appended, each on the disk before the change that it announces.

A line is a JSON record; `do` is its kind. What a batch will change is recorded before the first file is written, so
that an interrupted batch can be completed or undone.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from flake8_redis_ssot.campaign.journal_key import authenticate, ensure_key, is_authentic, load_key
from flake8_redis_ssot.campaign.journal_records import check_record
from flake8_redis_ssot.campaign.storage import CampaignStore
from flake8_redis_ssot.files.atomic_write import append_durable, read_own, write_durable
from flake8_redis_ssot.files.paths import to_display_path

_FILE = "journal.jsonl"


class FileChange(NamedTuple):
    """A change of a file: its path (relative to the root, with `/`), digests of its contents, and its mode bits.

    An empty digest means no file.
    """

    path: str
    before: str
    after: str
    mode: int


class BatchRecord(NamedTuple):
    """A batch that was started. `state` is open, kept or undone."""

    run_name: str
    batch: str
    phase: int
    changes: tuple[FileChange, ...]
    state: str


class SkippedFile(NamedTuple):
    """A file that failed validation or could not be written, and why; `output` is the validation command's."""

    run_name: str
    phase: int
    path: str
    reason: str
    output: str


class ValidationRun(NamedTuple):
    """A run of the validation command, `at` a time in seconds since the epoch.

    `batch` (run/batch) is empty if nothing had changed yet; `code` is the exit code, negative for a signal; `seconds`
    is the duration.
    """

    at: float
    command: str
    batch: str
    passed: bool
    reason: str
    code: int | None
    seconds: float


class PendingRollback(NamedTuple):
    """A rollback that was started and not finished.

    `undone_changes` are the changes (run, batch, path) that it undoes.
    """

    name: str
    changes: tuple[FileChange, ...]
    undone_changes: tuple[tuple[str, str, str], ...]


class RunRecord(NamedTuple):
    """A run of `remediate`: its options, its start (seconds since the epoch), and whether it finished.

    Or a run of `integrate`, whose options have a `service`: it is a single batch, which can't be resumed.
    """

    name: str
    phase: int
    options: dict[str, Any]
    started_at: float
    is_finished: bool


class JournalError(ValueError):
    """A journal that can't be used; the text says where, why, and what to do."""


class Journal:
    """The journal in a campaign's folder. Raises JournalError if a record can't be understood, OSError for the disk."""

    def __init__(self, store: CampaignStore) -> None:
        self.store = store
        self.runs: dict[str, RunRecord] = {}
        self.batches: list[BatchRecord] = []
        self.skipped: list[SkippedFile] = []
        self.validation_runs: list[ValidationRun] = []
        self.pending_rollbacks: list[PendingRollback] = []
        self.fixed_counts: list[tuple[float, int]] = []  # time and number of findings, by batch
        self.baselines: dict[str, str] = {}  # the digest of the baseline at the start of each run
        self.count_snapshots: list[tuple[float, dict[str, dict[str, int]]]] = []  # time and counts, by table and name
        self._data = b""  # all that was read or written
        for record in self._read_records():
            try:
                check_record(record)
                self._apply_record(record)
            except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
                where, what = to_display_path(os.path.join(store.folder, _FILE)), json.dumps(record)[:80]
                raise JournalError(
                    f"{where}: the record {what}… could not be read ({error!r}); it was written by another version of "
                    "this tool, or by another program: delete the folder to start over"
                ) from None

    def _read_records(self) -> Iterator[dict[str, Any]]:
        try:
            data = read_own(os.path.join(self.store.folder, _FILE))
        except FileNotFoundError:
            return
        self._data = data
        key = load_key()
        for line in data.split(b"\n"):
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                continue  # an incomplete record, cut off by a kill
            if isinstance(record, dict):
                self._check_code(record, key)
                yield record

    def _check_code(self, record: dict[str, Any], key: bytes | None) -> None:
        """Raise JournalError unless this user has written a record, for this project."""
        code = record.pop("mac", None)
        try:
            text = _to_json(record)
        except RecursionError:  # nothing that was written here is nested this deeply
            text, code = "", None
        if not is_authentic(key, self.store.root, text, code):
            file, root = to_display_path(os.path.join(self.store.folder, _FILE)), to_display_path(self.store.root)
            raise JournalError(
                f"{file} was not written by you on this machine for the project at {root}, or by an earlier version: "
                "it is ignored; delete it to start over"
            )

    def append(self, kind: str, **fields: Any) -> None:
        """Append a record; it is on the disk when this returns."""
        record = json.loads(_to_json({"do": kind, "at": time.time(), **fields}))
        code = authenticate(ensure_key(), self.store.root, _to_json(record))
        # The first line break ends a record that a kill has cut off.
        self._write(f"\n{_to_json({**record, 'mac': code})}\n".encode())
        self._apply_record(record)

    def _write(self, line: bytes) -> None:
        """Append a line; a journal that a validation command has removed is written again."""
        path, written = self.store.path(_FILE), self._data
        self._data += line
        if written and not os.path.lexists(path):
            write_durable(path, self._data)
        else:
            append_durable(path, line)

    def _apply_record(self, record: dict[str, Any]) -> None:
        kind = record.get("do")
        if kind == "start":
            name = record["run"]
            self.runs[name] = RunRecord(name, record["phase"], record["options"], record["at"], False)
        elif kind == "end":
            self.runs[record["run"]] = self.runs[record["run"]]._replace(is_finished=True)
        elif kind == "batch":
            changes = _parse_changes(record["files"])
            self.batches.append(BatchRecord(record["run"], record["batch"], record["phase"], changes, "open"))
        elif kind == "kept":
            self._apply_kept_record(record)
        elif kind == "validation":
            self.validation_runs.append(ValidationRun(*(record[name] for name in ValidationRun._fields)))
        elif kind == "undone":
            self.batches[-1] = self.batches[-1]._replace(state=kind)
        elif kind == "held":
            run = self.runs[record["run"]]
            self.skipped.append(SkippedFile(run.name, run.phase, record["path"], record["reason"], record["output"]))
        elif kind == "baseline":
            self.baselines[record["run"]] = record["digest"]
        elif kind == "seen":
            self.count_snapshots.append((record["at"], record["counts"]))
        else:
            self._apply_rollback_record(kind, record)

    def _apply_rollback_record(self, kind: object, record: dict[str, Any]) -> None:
        """Start or finish a rollback; unknown kinds are ignored."""
        if kind == "rollback":
            undone_changes = tuple((run, batch, path) for run, batch, path in record["undone"])
            rollback = PendingRollback(record["name"], _parse_changes(record["files"]), undone_changes)
            self.pending_rollbacks.append(rollback)
        elif kind == "rolled":
            self._finish_rollback(record["name"], record["failed"])

    def _apply_kept_record(self, record: dict[str, Any]) -> None:
        """Keep the current batch, or what could be written of it."""
        batch = self.batches[-1]
        changes = tuple(change for change in batch.changes if change.path in record["files"])
        self.batches[-1] = batch._replace(changes=changes, state="kept" if changes else "undone")
        self.fixed_counts.append((record["at"], record["fixed"]))
        # Earlier versions recorded only the duration of a validation that passed.
        batch_id, command = f"{batch.run_name}/{batch.batch}", self.runs[batch.run_name].options.get("validate")
        is_recorded = bool(self.validation_runs) and self.validation_runs[-1].batch == batch_id
        if command and record.get("seconds") and not is_recorded:
            self.validation_runs.append(ValidationRun(record["at"], command, batch_id, True, "", 0, record["seconds"]))

    def _finish_rollback(self, name: str, failed: Sequence[str]) -> None:
        """Finish a rollback: drop the changes that it has undone, except in files that `failed`."""
        undone_changes = {
            key
            for rollback in self.pending_rollbacks
            if rollback.name == name
            for key in rollback.undone_changes
            if key[2] not in failed
        }
        self.pending_rollbacks = [rollback for rollback in self.pending_rollbacks if rollback.name != name]
        for index, batch in enumerate(self.batches):
            batch_key = batch.run_name, batch.batch
            remaining = tuple(each for each in batch.changes if (*batch_key, each.path) not in undone_changes)
            if batch.state == "kept" and remaining != batch.changes:
                self.batches[index] = batch._replace(changes=remaining, state="kept" if remaining else "undone")

    def kept_batches(self) -> list[BatchRecord]:
        """The batches whose changes are kept, in order of time."""
        return [batch for batch in self.batches if batch.state == "kept"]

    def open_batch(self) -> BatchRecord | None:
        """The batch that was started and not finished."""
        return self.batches[-1] if self.batches and self.batches[-1].state == "open" else None

    def unfinished_run(self) -> RunRecord | None:
        """The last run of `remediate`, if it was not finished."""
        last = next(reversed(self.runs.values()), None)
        return last if last is not None and not last.is_finished and "service" not in last.options else None


def _to_json(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=True)


def _parse_changes(rows: Iterable[Iterable[Any]]) -> tuple[FileChange, ...]:
    return tuple(FileChange(*row) for row in rows)
