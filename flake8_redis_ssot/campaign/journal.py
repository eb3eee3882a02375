"""What a campaign has done, and is about to do: lines that are only ever added, each on the disk before what it tells.

A line is a record in JSON with a `do`. What a batch will change stands there before the first file is touched, so that
whatever a kill leaves behind can be completed or undone.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from flake8_redis_ssot.campaign.storage import Store
from flake8_redis_ssot.files.atomic_write import append_safely, read

_FILE = "journal.jsonl"


class Turn(NamedTuple):
    """A file (path from the root, with `/`) that has the content `before` and gets `after`; `mode` are its bits.

    Contents are told by their digests, no file at all by an empty one.
    """

    path: str
    before: str
    after: str
    mode: int


class Done(NamedTuple):
    """A batch that was begun. `state` is open, kept or undone."""

    run: str
    batch: str
    phase: int
    turns: tuple[Turn, ...]
    state: str


class Held(NamedTuple):
    """A file that was put back, as the gate, or the disk, did not let it pass: why, and what the gate said."""

    run: str
    phase: int
    path: str
    reason: str
    output: str


class Asked(NamedTuple):
    """What a gate (a command) said, and when (seconds since the epoch).

    `batch` (run/batch) is what it was asked about, empty where nothing had changed yet; `code` is its exit code (of a
    signal the number, negative), and `seconds` are what it took.
    """

    at: float
    command: str
    batch: str
    passed: bool
    reason: str
    code: int | None
    seconds: float


class Undoing(NamedTuple):
    """A roll-back that was begun and came to no end; `undone` are the changes (run, batch, path) that it takes back."""

    name: str
    turns: tuple[Turn, ...]
    undone: tuple[tuple[str, str, str], ...]


class Run(NamedTuple):
    """One `remediate`: its options, when it began (seconds since the epoch), and whether it came to its end.

    Or one `integrate`, whose options have a `service`: it is one batch, so there is nothing to go on with.
    """

    name: str
    phase: int
    options: dict[str, Any]
    began: float
    ended: bool


class JournalError(ValueError):
    """A journal that can't be gone by; as text: where, why, and what to do."""


class Journal:
    """The journal in a campaign's folder. Raises OSError for the disk."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.runs: dict[str, Run] = {}
        self.done: list[Done] = []
        self.held: list[Held] = []
        self.asked: list[Asked] = []
        self.undoing: list[Undoing] = []
        self.mended: list[tuple[float, int]] = []  # time and number of findings, batch by batch
        self.seen: list[tuple[float, dict[str, dict[str, int]]]] = []  # time and counts, by table and name
        for record in self._records():
            try:
                self._take(record)
            except (KeyError, IndexError, TypeError, ValueError) as error:
                where, what = os.path.join(store.folder, _FILE), json.dumps(record)[:80]
                raise JournalError(
                    f"{where}: the record {what}… can't be understood ({error!r}); another version of this tool has "
                    "written it, or somebody else: take the folder away to begin anew"
                ) from None

    def _records(self) -> Iterator[dict[str, Any]]:
        try:
            data = read(os.path.join(self.store.folder, _FILE))
        except FileNotFoundError:
            return
        for line in data.split(b"\n"):
            try:
                record = json.loads(line)
            except ValueError:
                continue  # what a kill has cut off never happened
            if isinstance(record, dict):
                yield record

    def add(self, do: str, **fields: Any) -> None:
        """Add a record; it is on the disk when this returns."""
        record = {"do": do, "at": time.time(), **fields}
        # The first break ends whatever a kill has cut off.
        line = b"\n" + json.dumps(record, ensure_ascii=True).encode() + b"\n"
        append_safely(self.store.path(_FILE), line)
        self._take(json.loads(line))

    def _take(self, record: dict[str, Any]) -> None:
        do = record.get("do")
        if do == "start":
            name = record["run"]
            self.runs[name] = Run(name, record["phase"], record["options"], record["at"], False)
        elif do == "end":
            self.runs[record["run"]] = self.runs[record["run"]]._replace(ended=True)
        elif do == "batch":
            turns = _turns(record["files"])
            self.done.append(Done(record["run"], record["batch"], record["phase"], turns, "open"))
        elif do == "kept":
            self._keep(record)
        elif do == "gate":
            self.asked.append(Asked(*(record[name] for name in Asked._fields)))
        elif do == "undone":
            self.done[-1] = self.done[-1]._replace(state=do)
        elif do == "held":
            run = self.runs[record["run"]]
            self.held.append(Held(run.name, run.phase, record["path"], record["reason"], record["output"]))
        elif do == "seen":
            self.seen.append((record["at"], record["counts"]))
        else:
            self._take_undoing(do, record)

    def _take_undoing(self, do: object, record: dict[str, Any]) -> None:
        """A roll-back begins or ends; what nobody here knows is passed over."""
        if do == "rollback":
            undone = tuple((run, batch, path) for run, batch, path in record["undone"])
            self.undoing.append(Undoing(record["name"], _turns(record["files"]), undone))
        elif do == "rolled":
            self._roll(record["name"], record["failed"])

    def _keep(self, record: dict[str, Any]) -> None:
        """The present batch stays, or what could be written of it."""
        batch = self.done[-1]
        turns = tuple(turn for turn in batch.turns if turn.path in record["files"])
        self.done[-1] = batch._replace(turns=turns, state="kept" if turns else "undone")
        self.mended.append((record["at"], record["mended"]))
        # Earlier versions told of a gate only that it had taken its time and let the batch pass.
        name, command = f"{batch.run}/{batch.batch}", self.runs[batch.run].options.get("validate")
        is_told = bool(self.asked) and self.asked[-1].batch == name
        if command and record.get("seconds") and not is_told:
            self.asked.append(Asked(record["at"], command, name, True, "", 0, record["seconds"]))

    def _roll(self, name: str, failed: Sequence[str]) -> None:
        """A roll-back came to its end: but for files that `failed`, the changes that it has undone are no more."""
        gone = {
            key for undoing in self.undoing if undoing.name == name for key in undoing.undone if key[2] not in failed
        }
        self.undoing = [undoing for undoing in self.undoing if undoing.name != name]
        for place, batch in enumerate(self.done):
            left = tuple(turn for turn in batch.turns if (batch.run, batch.batch, turn.path) not in gone)
            if batch.state == "kept" and left != batch.turns:
                self.done[place] = batch._replace(turns=left, state="kept" if left else "undone")

    def kept(self) -> list[Done]:
        """The batches whose changes stand, in order of time."""
        return [batch for batch in self.done if batch.state == "kept"]

    def open_batch(self) -> Done | None:
        """The batch that was begun and came to no end."""
        return self.done[-1] if self.done and self.done[-1].state == "open" else None

    def unfinished(self) -> Run | None:
        """The last run of `remediate`, if it came to no end."""
        last = next(reversed(self.runs.values()), None)
        return last if last is not None and not last.ended and "service" not in last.options else None


def _turns(rows: Iterable[Iterable[Any]]) -> tuple[Turn, ...]:
    return tuple(Turn(*row) for row in rows)
