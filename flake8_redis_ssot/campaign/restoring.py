"""Putting files back as they were, and finding a whole state after a kill."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress

from flake8_redis_ssot.campaign.journal import Journal, Turn, Undoing
from flake8_redis_ssot.disk import Change, DiskError, carry_out, read, sweep

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
