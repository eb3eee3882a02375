"""Whether runs have become slower: a confidence interval, so that noise does not fail a build.

The statistic is the ratio of the times after and before, over all tests (or of the whole run, if no test was recorded).
Its interval is that of a hierarchical bootstrap with percentiles: runs are resampled, then the tests in them, as
proposed by Kalibera and Jones, "Rigorous Benchmarking in Reasonable Time" (ISMM 2013), after Efron (1979). Runs of both
states should alternate, since a machine's speed drifts.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.runtime.budgets import BudgetResult, library_of, render_budget, resource_leaks
from flake8_redis_ssot.runtime.exemptions import Exemptions
from flake8_redis_ssot.runtime.records import RunRecord

_SAMPLES = 2000
_CONFIDENCE = 0.95
_SEED = 1  # the same runs have the same interval


class Slowdown(NamedTuple):
    """The time after as a part of the time before, minus one: 0.05 is 5 % slower; and the limits of its interval."""

    estimate: float
    low: float
    high: float


def measure_slowdown(before: Sequence[RunRecord], after: Sequence[RunRecord]) -> Slowdown | None:
    """The slow-down between runs; None if one side has none, or they have no test in common."""
    times_before, times_after = [*map(_times, before)], [*map(_times, after)]
    tests = sorted(_common_tests(times_before) & _common_tests(times_after))
    if not tests:
        return None
    generator = random.Random(_SEED)
    estimate = _ratio(times_before, times_after, tests)
    ratios = sorted(
        _ratio(
            generator.choices(times_before, k=len(times_before)),
            generator.choices(times_after, k=len(times_after)),
            generator.choices(tests, k=len(tests)),
        )
        for _ in range(_SAMPLES)
    )
    tail = round((1 - _CONFIDENCE) / 2 * _SAMPLES)
    return Slowdown(estimate - 1, ratios[tail] - 1, ratios[-tail - 1] - 1)


def check_slowdown(config: Config, before: Sequence[RunRecord], after: Sequence[RunRecord]) -> Iterator[BudgetResult]:
    """Check the budget `slowdown` of each resource: it is broken only if the whole interval is above it.

    Nothing is checked if there are no runs before.
    """
    if not before:
        return
    slowdown = measure_slowdown(before, after)
    for resource in config.resources:
        limit = resource.runtime.slowdown if resource.runtime is not None else None
        if limit is None:
            continue
        if slowdown is None:
            yield BudgetResult(resource.name, "slowdown", limit, None, None, "the runs have no test in common")
        else:
            summary = f"{format_slowdown(slowdown)}, {limit:.0%} allowed"
            yield BudgetResult(resource.name, "slowdown", limit, slowdown.estimate, slowdown.low <= limit, summary)


def format_slowdown(slowdown: Slowdown) -> str:
    """`3.1 % slower (95 % confidence: -0.4 % to 6.0 %)`."""
    word = "slower" if slowdown.estimate >= 0 else "faster"
    limits = f"{slowdown.low * 100:.1f} % to {slowdown.high * 100:.1f} %"
    return f"{abs(slowdown.estimate) * 100:.1f} % {word} ({_CONFIDENCE * 100:.0f} % confidence: {limits})"


def render_comparison(config: Config, before: Sequence[RunRecord], after: Sequence[RunRecord]) -> str:
    """Both states side by side: means of the runs."""
    lines = [f"compared with {plural(len(before), 'run')} before, {plural(len(after), 'run')} after"]
    rows = {**_rows(config, before)}
    for name, value in _rows(config, after).items():
        lines.append(f"  {name:40} {rows.get(name, 0):10.1f} → {value:.1f}")
    slowdown = measure_slowdown(before, after)
    lines.append(f"  time: {'the runs have no test in common' if slowdown is None else format_slowdown(slowdown)}")
    for result in check_slowdown(config, before, after):
        lines += render_budget(result)
    return "\n".join(lines)


def _rows(config: Config, records: Sequence[RunRecord]) -> dict[str, float]:
    exemptions, rows = Exemptions(config), {}
    for resource in config.resources:
        library = library_of(resource)
        sites = [[s for s in run.sites() if s.resource == resource.name and not s.is_part] for run in records]
        libraries = [[each for each in run.libraries() if each.name == library] for run in records]
        rows[f"{resource.name}: instances"] = fmean(sum(s.constructed for s in run) for run in sites)
        rows[f"{resource.name}: connections opened"] = fmean(sum(each.opened for each in run) for run in libraries)
        rows[f"{resource.name}: connections open at once"] = fmean(
            max((each.peak for each in run), default=0) for run in libraries
        )
        rows[f"{resource.name}: connections left"] = fmean(
            sum(leak.connections for leak in resource_leaks(resource, run, exemptions)) for run in records
        )
    return rows


def _times(record: RunRecord) -> Mapping[str, float]:
    return record.test_seconds() or {"": record.seconds}


def _common_tests(runs: Sequence[Mapping[str, float]]) -> set[str]:
    common = [set(run) for run in runs]
    return set.intersection(*common) if common else set()


def _ratio(before: Sequence[Mapping[str, float]], after: Sequence[Mapping[str, float]], tests: Sequence[str]) -> float:
    total_before = fmean(sum(run[test] for test in tests) for run in before)
    total_after = fmean(sum(run[test] for test in tests) for run in after)
    return total_after / total_before if total_before else 1.0
