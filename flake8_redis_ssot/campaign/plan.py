"""The order of a campaign: phases, and in each of them batches of files, by risk, owner and package."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from flake8_redis_ssot.campaign.classify import Risk, WorkItem

PHASES = {1: "imports and references", 2: "construction", 3: "between services"}
BATCH_SIZE = 20  # files


class Batch(NamedTuple):
    """Files that are changed and validated together. `name` is `phase.number`."""

    name: str
    phase: int
    risk: Risk
    owner: str
    items: tuple[WorkItem, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """The paths of the files, in order, relative to the configuration's folder."""
        return tuple(dict.fromkeys(item.path for item in self.items))


class Plan(NamedTuple):
    """All batches, in order."""

    batches: tuple[Batch, ...]

    @property
    def items(self) -> tuple[WorkItem, ...]:
        """All findings, in the order of the batches."""
        return tuple(item for batch in self.batches for item in batch.items)

    def batches_in_phase(self, number: int) -> tuple[Batch, ...]:
        """The batches of one phase."""
        return tuple(batch for batch in self.batches if batch.phase == number)


def make_plan(items: Iterable[WorkItem], size: int = BATCH_SIZE) -> Plan:
    """The batches for findings; a batch has at most `size` files, all of one risk and one owner."""
    batches: list[Batch] = []
    for phase, phase_items in groupby(sorted(items, key=lambda each: each.phase), key=lambda each: each.phase):
        batch_items = [
            part for group in _group_by_risk_and_owner(list(phase_items)) for part in _split_into_batches(group, size)
        ]
        batches += [
            Batch(f"{phase}.{number}", phase, max(each.risk for each in part), part[0].owner, tuple(part))
            for number, part in enumerate(batch_items, 1)
        ]
    return Plan(tuple(batches))


def _group_by_risk_and_owner(items: Sequence[WorkItem]) -> Iterator[list[WorkItem]]:
    """Findings grouped by the highest risk in their file, and its owner; sorted by package and location."""
    risks: dict[str, Risk] = {}
    for each in items:
        risks[each.path] = max(each.risk, risks.get(each.path, Risk.LOW))

    def group_key(each: WorkItem) -> tuple[Risk, str]:
        return risks[each.path], each.owner

    ordered = sorted(items, key=lambda each: (*group_key(each), each.package, each.path, each.finding.span))
    yield from (list(group) for _, group in groupby(ordered, key=group_key))


def _split_into_batches(items: Sequence[WorkItem], size: int) -> Iterator[list[WorkItem]]:
    files = [list(group) for _, group in groupby(items, key=lambda each: each.path)]
    for start in range(0, len(files), size):
        yield [each for file in files[start : start + size] for each in file]


class DistributionRow(NamedTuple):
    """A row of a table: its name, its number of findings, and its number of files."""

    name: str
    findings: int
    files: int


DISTRIBUTION_KEYS: dict[str, Callable[[WorkItem], str]] = {
    "code": lambda work: work.finding.code,
    "test category": lambda work: work.category,
    "service": lambda work: work.service,
    "risk": lambda work: work.risk.name.lower(),
    "owner": lambda work: work.owner,
}


def compute_distribution(items: Iterable[WorkItem], key: Callable[[WorkItem], str]) -> list[DistributionRow]:
    """The number of findings and files for each value of `key`, largest first."""
    findings: Counter[str] = Counter()
    files: dict[str, set[str]] = {}
    for each in items:
        findings[key(each)] += 1
        files.setdefault(key(each), set()).add(each.path)
    rows = [DistributionRow(name, number, len(files[name])) for name, number in findings.items()]
    return sorted(rows, key=lambda row: (-row.findings, row.name))
