"""How far the campaign is: what there was, what is left, what is held back, and the way down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from flake8_redis_ssot.campaign.classify import Work
from flake8_redis_ssot.campaign.journal import Held, Journal
from flake8_redis_ssot.campaign.plan import PHASES

TABLES: dict[str, Callable[[Work], str]] = {
    "code": lambda work: work.finding.code,
    "phase": lambda work: f"{work.phase} {PHASES[work.phase]}",
    "service": lambda work: work.service,
    "owner": lambda work: work.owner,
}
Counts = Mapping[str, Mapping[str, int]]


class Row(NamedTuple):
    """One line of a table: how many there were, and how many are left."""

    name: str
    start: int
    left: int

    @property
    def done(self) -> int:
        """How many are gone; none where there are more than there were."""
        return max(self.start - self.left, 0)


class Moment(NamedTuple):
    """How many findings there were at a time (seconds since the epoch)."""

    time: float
    findings: int


class Progress(NamedTuple):
    """The state of a campaign: `left` in order of place, the rows of each table, and the `moments` in order of time."""

    left: Sequence[Work]
    start: int
    tables: Mapping[str, Sequence[Row]]
    held: Sequence[Held]
    moments: Sequence[Moment]

    @property
    def done(self) -> int:
        """How many findings are gone."""
        return max(self.start - len(self.left), 0)


def counts_of(work: Iterable[Work]) -> dict[str, dict[str, int]]:
    """How many findings there are, by table and name."""
    several = list(work)
    return {title: dict(Counter(map(key, several))) for title, key in TABLES.items()}


def measure(journal: Journal, left: Sequence[Work], now: float) -> Progress:
    """The progress from the first time that anybody looked until `now`."""
    present = counts_of(left)
    seen = [*journal.seen, (now, present)]
    first = seen[0][1]
    tables = {title: _rows(first.get(title, {}), present[title]) for title in TABLES}
    paths = {work.path for work in left}
    held = {each.path: each for each in journal.held if each.path in paths}
    moments = _moments(journal, [(time, sum(counts.get("code", {}).values())) for time, counts in seen])
    return Progress(left, moments[0].findings, tables, tuple(held.values()), moments)


def _moments(journal: Journal, seen: Sequence[tuple[float, int]]) -> tuple[Moment, ...]:
    """What was seen, and between two looks what each batch has mended."""
    moments = [Moment(*seen[0])]
    looks = [(time, number, True) for time, number in seen[1:]]
    for time, number, is_seen in sorted([*looks, *((time, number, False) for time, number in journal.mended)]):
        if time >= moments[-1].time:
            moments.append(Moment(time, number if is_seen else max(moments[-1].findings - number, 0)))
    return tuple(moments)


def _rows(start: Mapping[str, int], left: Mapping[str, int]) -> list[Row]:
    rows = [Row(name, start.get(name, 0), left.get(name, 0)) for name in {**start, **left}]
    return sorted(rows, key=lambda row: (-row.start, row.name))
