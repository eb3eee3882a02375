"""Tries many recipes, in several processes."""

from __future__ import annotations

import gc
import os
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field, replace

from flake8_redis_ssot.files.processes import map_forked
from flake8_redis_ssot.model import Applicability

from .conditions import Recorder, may_refuse, switch_off, topics_of, topics_of_reason
from .recipe import Recipe, compose, find_smaller, find_traps
from .trial import Trial, Verdict, try_recipe

_CHUNK = 25


@dataclass
class Summary:
    """Counts by verdict, failures, and how often each trap was fixed and failed.

    `unexplained` are the changes by unsafe fixes whose reasons do not name the cause.
    """

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    failures: list[Trial] = field(default_factory=list)
    unexplained: list[Trial] = field(default_factory=list)
    tried_shapes: Counter[str] = field(default_factory=Counter)
    fixed_shapes: Counter[str] = field(default_factory=Counter)

    @property
    def problems(self) -> list[Trial]:
        """What must not be."""
        return self.failures + self.unexplained

    def add(self, other: Summary) -> None:
        """Add another summary."""
        self.verdicts += other.verdicts
        self.failures += other.failures
        self.unexplained += other.unexplained
        self.tried_shapes += other.tried_shapes
        self.fixed_shapes += other.fixed_shapes

    def add_trial(self, trial: Trial, *, is_explained: bool) -> None:
        """Add a trial."""
        self.verdicts[trial.verdict] += 1
        labels = [shape.label for shape, _ in trial.recipe.shapes]
        if trial.verdict is not Verdict.DISCARDED:
            self.tried_shapes.update(labels)
        if trial.fixed_files:
            self.fixed_shapes.update(labels)
        if trial.has_failed and not is_explained:
            self.failures.append(trial)


@dataclass(frozen=True)
class Search:
    """What to try: the recipes of a seed, the trust in fixes, and the condition (or objection) that is switched off."""

    seed: int
    is_unsafe: bool = False
    off: str = ""
    stop_at: float = float("inf")  # time.monotonic()
    stops_at_failure: bool = False

    @property
    def topics(self) -> frozenset[str]:
        """What the traps are mostly about; empty for anything."""
        return topics_of(self.off) if self.off else frozenset()

    def run(self, first: int, count: int, jobs: int = 1) -> Summary:
        """Try recipes by number in `jobs` processes."""
        chunks = [range(start, min(start + _CHUNK, first + count)) for start in range(first, first + count, _CHUNK)]
        summary = Summary()
        for part in map_forked(self._run_chunk, chunks, jobs) if jobs > 1 else map(self._run_chunk, chunks):
            summary.add(part)
            if self.stops_at_failure and summary.problems:
                break
        return summary

    def _run_chunk(self, indices: range) -> Summary:
        gc.enable()  # a forked process collects no garbage, and a large process takes long to fork
        summary, recorder = Summary(), Recorder()
        with recorder.record() if self.is_unsafe else nullcontext():
            for index in indices:
                if time.monotonic() > self.stop_at or (self.stops_at_failure and summary.problems):
                    break
                recorder.clear()
                self._add_trial(compose(self.seed, index, self.topics), summary, recorder)
        return summary

    def _add_trial(self, recipe: Recipe, summary: Summary, recorder: Recorder) -> None:
        trial = self.try_recipe(recipe)
        is_explained = self.is_unsafe and not self.off and trial.verdict is Verdict.CHANGED
        summary.add_trial(trial, is_explained=is_explained)
        if is_explained and not names_cause(trial, recorder.causes(trial.reasons)):
            summary.unexplained.append(trial)

    def try_recipe(self, recipe: Recipe) -> Trial:
        """Try a recipe; if a condition is off, it fails only where it does not fail with the condition."""
        applicability = Applicability.UNSAFE if self.is_unsafe else Applicability.SAFE
        with switch_off(self.off):
            trial = try_recipe(recipe, applicability)
        if self.off and trial.has_failed and (other := try_recipe(recipe, applicability)).has_failed:
            return replace(other, verdict=Verdict.DISCARDED)
        return trial

    def shrink(self, trial: Trial) -> Trial:
        """The plainest recipe that fails in the same way."""
        while smaller := next(self._find_failing(trial), None):
            trial = smaller
        return trial

    def _find_failing(self, trial: Trial) -> Iterator[Trial]:
        for recipe in find_smaller(trial.recipe):
            if recipe != trial.recipe:
                smaller = self.try_recipe(recipe)
                if smaller.verdict is trial.verdict:
                    yield smaller


def find_dependent(off: str) -> Trial | None:
    """The first trap that, by itself, shows what a condition (or objection) prevents; None if there is none.

    A safe fix changes what the program does, or an unsafe one does that would be refused otherwise.
    """
    for is_unsafe in (False, True) if may_refuse(off) else (False,):
        search = Search(0, is_unsafe, off, stops_at_failure=True)
        problems = search.run(0, len(find_traps(search.topics))).problems
        if problems:
            return problems[0]
    return None


def names_cause(trial: Trial, conditions: Collection[str]) -> bool:
    """Whether one of the conditions that objected, or another reason, is about one of the traps."""
    topics = {topic for condition in conditions for topic in topics_of(condition)}
    topics |= {topic for reason in trial.reasons for topic in topics_of_reason(reason)}
    return any(shape.topic in topics for shape in trial.recipe.traps)


def default_jobs() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0))
