"""The progress of a campaign: findings at first and now, skipped files, and counts over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from flake8_redis_ssot.campaign.classify import WorkItem
from flake8_redis_ssot.campaign.journal import Journal, SkippedFile
from flake8_redis_ssot.campaign.plan import PHASES

PROGRESS_KEYS: dict[str, Callable[[WorkItem], str]] = {
    "code": lambda work: work.finding.code,
    "phase": lambda work: f"{work.phase} {PHASES[work.phase]}",
    "service": lambda work: work.service,
    "owner": lambda work: work.owner,
}
CountTables = Mapping[str, Mapping[str, int]]


class ProgressRow(NamedTuple):
    """A row of a table: how many findings there were, and how many are left."""

    name: str
    initial: int
    remaining: int

    @property
    def done_count(self) -> int:
        """How many findings are gone; 0 if there are more than at first."""
        return max(self.initial - self.remaining, 0)


class CountSample(NamedTuple):
    """The number of findings at a time (seconds since the epoch)."""

    time: float
    finding_count: int


class CampaignProgress(NamedTuple):
    """The state of a campaign.

    `remaining` is sorted by location, `samples` by time.
    """

    remaining: Sequence[WorkItem]
    initial: int
    tables: Mapping[str, Sequence[ProgressRow]]
    skipped: Sequence[SkippedFile]
    samples: Sequence[CountSample]

    @property
    def percent_done(self) -> int:
        """How many of a hundred findings are gone, rounded down: 100 only if none is left."""
        return 100 if not self.initial else self.done_count * 100 // self.initial

    @property
    def done_count(self) -> int:
        """How many findings are gone."""
        return max(self.initial - len(self.remaining), 0)


def count_by_table(items: Iterable[WorkItem]) -> dict[str, dict[str, int]]:
    """The number of findings, by table and name."""
    item_list = list(items)
    return {title: dict(Counter(map(key, item_list))) for title, key in PROGRESS_KEYS.items()}


def measure_progress(journal: Journal, remaining: Sequence[WorkItem], now: float) -> CampaignProgress:
    """The progress from the first snapshot until `now` (seconds since the epoch)."""
    present_counts = count_by_table(remaining)
    snapshots = [*journal.count_snapshots, (now, present_counts)]
    first_counts = snapshots[0][1]
    tables = {title: _build_rows(first_counts.get(title, {}), present_counts[title]) for title in PROGRESS_KEYS}
    paths = {item.path for item in remaining}
    skipped = {each.path: each for each in journal.skipped if each.path in paths}
    samples = _build_samples(journal, [(time, sum(counts.get("code", {}).values())) for time, counts in snapshots])
    return CampaignProgress(remaining, samples[0].finding_count, tables, tuple(skipped.values()), samples)


def _build_samples(journal: Journal, snapshots: Sequence[tuple[float, int]]) -> tuple[CountSample, ...]:
    """The counts of the snapshots, and between two of them those after each batch."""
    samples = [CountSample(*snapshots[0])]
    events = [(time, number, True) for time, number in snapshots[1:]]
    events += [(time, number, False) for time, number in journal.fixed_counts]
    for time, number, is_snapshot in sorted(events):
        if time >= samples[-1].time:
            samples.append(CountSample(time, number if is_snapshot else max(samples[-1].finding_count - number, 0)))
    return tuple(samples)


def _build_rows(initial: Mapping[str, int], remaining: Mapping[str, int]) -> list[ProgressRow]:
    rows = [ProgressRow(name, initial.get(name, 0), remaining.get(name, 0)) for name in {**initial, **remaining}]
    return sorted(rows, key=lambda row: (-row.initial, row.name))
