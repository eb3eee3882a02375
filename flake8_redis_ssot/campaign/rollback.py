"""Undoing: every file back to the very bytes that it had, unless somebody has edited it since."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

from flake8_redis_ssot.campaign.journal import Done, Journal, Turn, Undoing
from flake8_redis_ssot.files.atomic_write import Change, DiskError, carry_out, read, sweep

Wanted = Callable[[Done, str], bool]


class Rollback(NamedTuple):
    """What came of it: files that are back, those that were merged (with the number of conflicts), and refused ones."""

    restored: tuple[str, ...]
    merged: dict[str, int]
    refused: dict[str, str]


class _RefusedError(Exception):
    """A file that is left alone; as text: why."""


def roll_back(root: str, journal: Journal, wanted: Wanted, *, merge: bool = False) -> Rollback:
    """Undo the changes that are `wanted` (a batch and a path). Raises OSError where the journal can't be written."""
    chains: dict[str, list[tuple[Done, Turn]]] = {}
    for batch in journal.kept():
        for turn in batch.turns:
            chains.setdefault(turn.path, []).append((batch, turn))
    turns, undone, merged, refused = [], [], {}, {}
    for path, chain in sorted(chains.items()):
        chosen = [(batch, turn) for batch, turn in chain if wanted(batch, path)]
        if not chosen:
            continue
        try:
            turn, conflicts = _turn(root, journal, chain, chosen, merge=merge)
        except _RefusedError as error:
            refused[path] = str(error)
            continue
        turns.append(turn)
        undone += [(batch.run, batch.batch, path) for batch, _ in chosen]
        if conflicts is not None:
            merged[path] = conflicts
    return _carried_out(root, journal, Undoing(_name(journal), tuple(turns), tuple(undone)), merged, refused)


def _carried_out(
    root: str, journal: Journal, undoing: Undoing, merged: dict[str, int], refused: dict[str, str]
) -> Rollback:
    if not undoing.turns:
        return Rollback((), {}, refused)
    journal.add("rollback", name=undoing.name, files=undoing.turns, undone=undoing.undone)
    failed = dict(trouble.split(": ", 1) for trouble in put_all(root, undoing, journal))
    back = tuple(turn.path for turn in undoing.turns if turn.path not in failed and turn.path not in merged)
    kept = {path: conflicts for path, conflicts in merged.items() if path not in failed}
    return Rollback(back, kept, {**refused, **failed})


def _turn(
    root: str, journal: Journal, chain: list[tuple[Done, Turn]], chosen: list[tuple[Done, Turn]], *, merge: bool
) -> tuple[Turn, int | None]:
    """What to do to a file, and the number of conflicts where it has to be merged. Raises _RefusedError."""
    last = chain[-1][1]
    later = next((batch for batch, turn in chain[chain.index(chosen[0]) :] if (batch, turn) not in chosen), None)
    if later is not None:
        raise _RefusedError(f"was changed again by batch {later.run}/{later.batch}, which is to stay")
    whole = last._replace(after=chosen[0][1].before, before=last.after, mode=chosen[0][1].mode)
    try:
        present = present_at(os.path.join(root, *last.path.split("/")))
    except OSError as error:
        raise _RefusedError(f"can't be read: {error.strerror}") from None
    before, after = journal.store.get(whole.before), journal.store.get(whole.after)
    if present in (before, after):
        return whole, None
    if present is None:
        raise _RefusedError("is gone")
    if before is None or after is None:
        raise _RefusedError(f"{EDITED}, and the campaign has {'removed' if before is None else 'made'} it")
    if not merge:
        raise _RefusedError(f"{EDITED}; `--merge` keeps both, with marks where they conflict")
    result, conflicts = _merged(present, before, after)
    store = journal.store
    return whole._replace(before=store.put(present), after=store.put(result)), conflicts


def _merged(present: bytes, base: bytes, back: bytes) -> tuple[bytes, int]:
    """Three-way merge by git: what was edited since, over what the campaign takes back; and the number of conflicts."""
    with tempfile.TemporaryDirectory() as folder:
        names = [os.path.join(folder, name) for name in ("edited", "campaign", "before")]
        for name, data in zip(names, (present, base, back)):
            with open(name, "wb") as file:
                file.write(data)
        labels = ("-L", "edited since", "-L", "campaign", "-L", "before the campaign")
        try:
            done = subprocess.run(["git", "merge-file", "-p", *labels, *names], capture_output=True, check=False)
        except OSError:
            raise _RefusedError(f"{EDITED}, and there is no git to merge it with") from None
    if not 0 <= done.returncode < 128:
        raise _RefusedError(f"{EDITED}, and git can't merge it")
    return done.stdout, done.returncode


def _name(journal: Journal) -> str:
    return f"rollback-{len(journal.done)}-{len(journal.undoing)}-{os.getpid()}"


EDITED = "has been edited since"


def put(root: str, turn: Turn, journal: Journal) -> str:
    """Give a file the content `after` of a turn if it has the content `before`; empty, or why it was left alone."""
    path = os.path.join(root, *turn.path.split("/"))
    before, after = journal.store.get(turn.before), journal.store.get(turn.after)
    try:
        present = present_at(path)
        if present not in (before, after):
            return EDITED if present is not None else "is gone"
        if present != after:
            carry_out(Change(path, present, after))
        if after is not None and os.stat(path).st_mode != turn.mode:
            os.chmod(path, turn.mode & 0o7777)
    except DiskError as error:
        return error.reason
    except OSError as error:
        return f"can't be put back: {error.strerror}"
    return ""


def present_at(path: str) -> bytes | None:
    """The bytes of a file; None where there is none. Raises OSError."""
    try:
        return read(path)
    except FileNotFoundError:
        return None


def put_all(root: str, undoing: Undoing, journal: Journal) -> list[str]:
    """Carry out a roll-back that stands in the journal; what could not be, by file."""
    failed = {turn.path: why for turn in undoing.turns if (why := put(root, turn, journal))}
    journal.add("rolled", name=undoing.name, failed=sorted(failed))
    return [f"{path}: {why}" for path, why in failed.items()]


def backwards(turn: Turn) -> Turn:
    """The turn that undoes another one."""
    return turn._replace(before=turn.after, after=turn.before)


def recover(root: str, journal: Journal) -> list[str]:
    """Complete what a kill has interrupted: a roll-back goes on, a batch goes back. What could not be, by file."""
    troubles: list[str] = []
    for undoing in list(journal.undoing):
        _sweep(root, undoing.turns)
        troubles += put_all(root, undoing, journal)
    batch = journal.open_batch()
    if batch is not None:
        _sweep(root, batch.turns)
        troubles += [f"{turn.path}: {why}" for turn in batch.turns if (why := put(root, backwards(turn), journal))]
        journal.add("undone", reason="interrupted")
    return troubles


def _sweep(root: str, turns: Iterable[Turn]) -> None:
    for folder in {os.path.dirname(os.path.join(root, *turn.path.split("/"))) for turn in turns}:
        with suppress(OSError):
            sweep(folder)
