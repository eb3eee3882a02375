"""The comparisons of a benchmark, and their targets."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.timing import Measure


@dataclass(frozen=True, slots=True)
class Target:
    """A comparison: the measure `ours` divided by the measure `peer`, or `ours` itself if `peer` is empty.

    It should be at most `limit`, if there is one.
    """

    label: str
    ours: str
    peer: str = ""
    limit: float | None = None


TARGETS = (
    Target("cold ÷ ruff --no-cache", "cold", "ruff", 0.5),
    Target("warm ÷ ruff warm", "warm", "ruff-warm", 0.8),
    Target("cold ÷ rg", "cold", "rg", 8),
    Target("cold ÷ ast-grep", "cold", "ast-grep", 0.05),
    Target("cold ÷ semgrep", "cold", "semgrep"),
    Target("one changed file that mentions the resource ÷ nothing changed, warm", "changed", "warm", 1.2),
    Target("one changed file of the others ÷ nothing changed, warm", "changed-other", "warm", 1.2),
    Target("flake8 with plugin ÷ without, a service, warm", "flake8-service-ours", "flake8-service-alone", 1.02),
    Target("flake8 with plugin ÷ without, one file, warm", "flake8-file-ours", "flake8-file-alone", 1.25),
    Target("flake8 with plugin ÷ with tidy-imports, a service", "flake8-service-ours", "flake8-service-tidy"),
    Target("--version ÷ python -c pass", "version", "python", 2),
    Target("time per file, 32000 files ÷ 1000", "per-file-32000", "per-file-1000", 1.1),
    Target("300 files, cold ÷ ruff --no-cache", "cold-small", "ruff-small", 2),
    Target("1500 files with a common word, cold ÷ ruff --no-cache", "cold-common-word", "ruff-common-word", 2),
    Target("1500 files, 465 findings, cold ÷ ruff --no-cache", "cold-many-findings", "ruff-many-findings"),
    Target("1000 files, 200 deprecated, cold ÷ ruff --no-cache", "cold-many-deprecated", "ruff-many-deprecated"),
    *(
        Target(f"{name} without fixes ÷ ruff --no-cache", f"find-{name}", f"ruff-{name}", limit)
        for name, limit in (
            *(("tracecat", 3), ("saleor", 3), ("indico", 8), ("mealie", 8)),
            *(("agno", None), ("prefect", 2), ("redash", 2)),
        )
    ),
    Target("peak memory, cold", "memory-cold", limit=200),
    Target("peak memory, warm", "memory-warm", limit=200),
    Target("peak memory, cold ÷ ruff --no-cache", "memory-cold", "memory-ruff"),
)


@dataclass(frozen=True, slots=True)
class TargetResult:
    """A target with its measures."""

    target: Target
    ours: Measure
    peer: Measure | None

    @property
    def value(self) -> float:
        """The ratio of the medians, or without a peer, the median in its unit."""
        return self.ours.median / self.peer.median if self.peer else self.ours.median

    @property
    def processor(self) -> float | None:
        """The ratio of processor times, which is more reliable on a busy machine; None if they were not measured."""
        if self.peer is None or not self.peer.cpu or not self.ours.cpu:
            return None
        return statistics.median(self.ours.cpu) / statistics.median(self.peer.cpu)

    @property
    def holds(self) -> bool | None:
        """Whether the target is met; None if there is no limit."""
        return None if self.target.limit is None else self.value <= self.target.limit


def evaluate(measures: Iterable[Measure]) -> list[TargetResult]:
    """The results of all targets whose measures exist."""
    known = {measure.name: measure for measure in measures}
    results = []
    for target in TARGETS:
        peer = known.get(target.peer)
        if target.ours in known and (peer or not target.peer):
            results.append(TargetResult(target, known[target.ours], peer))
    return results
