"""Reasons why a fix is not safe, and which of them decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from flake8_redis_ssot.model import Applicability


@dataclass(frozen=True)
class Doubt:
    """A reason why a fix is not safe, and the applicability that it allows.

    `rows` (1-based) are the lines of the fixed file that `reason` is a statement about, if it names none itself. If not
    `is_tracked`, the value cannot be followed further. Where one `is_decisive`, no other matters.
    """

    reason: str
    applicability: Applicability = Applicability.UNSAFE
    is_tracked: bool = True
    rows: tuple[int, ...] = ()
    is_decisive: bool = False


def find_deciding(doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
    """The doubts that allow the least, in order: a single decisive one, or else all, each statement once.

    The statements name their lines: `lines 6, 7: it is passed to …`.
    """
    doubts = tuple(doubts)
    if not doubts:  # most calls
        return ()
    lowest = min(doubt.applicability for doubt in doubts)
    deciding = [doubt for doubt in doubts if doubt.applicability is lowest]
    deciding = next(([doubt] for doubt in deciding if doubt.is_decisive), deciding)
    rows: dict[str, list[int]] = {}
    for doubt in deciding:
        rows.setdefault(doubt.reason, []).extend(doubt.rows)
    unique_doubts = {doubt.reason: doubt for doubt in reversed(deciding)}
    return tuple(
        replace(unique_doubts[reason], reason=name_lines(reason, lines), rows=()) for reason, lines in rows.items()
    )


def name_lines(reason: str, rows: Iterable[int]) -> str:
    """A reason with the lines (1-based) that it is about in front of it, if there are any."""
    unique_rows = sorted(set(rows))
    lines = f"line{'s' * (len(unique_rows) > 1)} {list_rows(unique_rows)}: "
    return f"{lines}{reason}" if unique_rows else reason


_MAX_ROWS = 10


def list_rows(rows: Sequence[int]) -> str:
    """Rows for a reason: `3, 5, 9`; of many, only the first ones and how many more there are."""
    shown = ", ".join(map(str, rows[:_MAX_ROWS]))
    return f"{shown} and {len(rows) - _MAX_ROWS} more" if len(rows) > _MAX_ROWS else shown
