"""The order of the campaign: phases, and in each of them batches of files, by risk, owner and package."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from flake8_redis_ssot.campaign.classify import Risk, Work

PHASES = {1: "imports and references", 2: "construction", 3: "between services"}
BATCH_SIZE = 20  # files


class Batch(NamedTuple):
    """Files that are changed together and judged by one run of the gate. `name` is `phase.number`."""

    name: str
    phase: int
    risk: Risk
    owner: str
    work: tuple[Work, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """The paths of the files, in order, from the configuration's folder."""
        return tuple(dict.fromkeys(work.path for work in self.work))


class Plan(NamedTuple):
    """All batches, in order."""

    batches: tuple[Batch, ...]

    @property
    def work(self) -> tuple[Work, ...]:
        """All findings, in the order of the batches."""
        return tuple(work for batch in self.batches for work in batch.work)

    def phase(self, number: int) -> tuple[Batch, ...]:
        """The batches of one phase."""
        return tuple(batch for batch in self.batches if batch.phase == number)


def make_plan(work: Iterable[Work], size: int = BATCH_SIZE) -> Plan:
    """Put findings in order; a batch has at most `size` files, all of one risk and one owner."""
    batches: list[Batch] = []
    for phase, in_phase in groupby(sorted(work, key=lambda each: each.phase), key=lambda each: each.phase):
        parts = [part for group in _groups(list(in_phase)) for part in _sliced(group, size)]
        batches += [
            Batch(f"{phase}.{number}", phase, max(each.risk for each in part), part[0].owner, tuple(part))
            for number, part in enumerate(parts, 1)
        ]
    return Plan(tuple(batches))


def _groups(work: Sequence[Work]) -> Iterator[list[Work]]:
    """Findings by the risk of their file (its greatest) and its owner; within, by package and place."""
    risks: dict[str, Risk] = {}
    for each in work:
        risks[each.path] = max(each.risk, risks.get(each.path, Risk.LOW))

    def key(each: Work) -> tuple[Risk, str]:
        return risks[each.path], each.owner

    ordered = sorted(work, key=lambda each: (*key(each), each.package, each.path, each.finding.span))
    yield from (list(group) for _, group in groupby(ordered, key=key))


def _sliced(work: Sequence[Work], size: int) -> Iterator[list[Work]]:
    files = [list(group) for _, group in groupby(work, key=lambda each: each.path)]
    for start in range(0, len(files), size):
        yield [each for file in files[start : start + size] for each in file]


class Share(NamedTuple):
    """One row of a table: what is counted, how many findings it has, and in how many files."""

    name: str
    findings: int
    files: int


TABLES: dict[str, Callable[[Work], str]] = {
    "code": lambda work: work.finding.code,
    "test category": lambda work: work.category,
    "service": lambda work: work.service,
    "risk": lambda work: work.risk.name.lower(),
    "owner": lambda work: work.owner,
}


def distribution(work: Iterable[Work], key: Callable[[Work], str]) -> list[Share]:
    """How findings are spread, the largest share first."""
    findings: Counter[str] = Counter()
    files: dict[str, set[str]] = {}
    for each in work:
        findings[key(each)] += 1
        files.setdefault(key(each), set()).add(each.path)
    return [Share(name, number, len(files[name])) for name, number in sorted(findings.items(), key=_largest_first)]


def _largest_first(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]
