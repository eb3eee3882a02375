"""Reasons why a fix is not safe, and which of them decide."""

from __future__ import annotations

from collections.abc import Iterable
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
    lowest = min((doubt.applicability for doubt in doubts), default=Applicability.SAFE)
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
    lines = f"line{'s' * (len(unique_rows) > 1)} {', '.join(map(str, unique_rows))}: "
    return f"{lines}{reason}" if unique_rows else reason
