"""One benchmark from its tree to its report."""

from __future__ import annotations

import compileall
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import flake8_redis_ssot
from benchmarks.contestants import Contestant, gather_changed, gather_flake8, gather_ours
from benchmarks.host import build_hosts
from benchmarks.memory import is_measurable, weigh
from benchmarks.peers import Found, find_peers, missing_peers
from benchmarks.report import Report, describe_machine
from benchmarks.rivals import gather_rivals
from benchmarks.timing import Measure, race
from benchmarks.trees import Tree, make_up

WEIGHED = ("cold", "warm", "ruff")
SMALL, LARGE = 1000, 32000


@dataclass(frozen=True, slots=True)
class Plan:
    """How to measure: rounds, folders to look for peers in, contestants (empty: all), a scratch folder, a listener."""

    rounds: int
    peers: Sequence[str]
    only: Collection[str]
    scratch: Path
    tell: Callable[[str], None]

    def takes(self, name: str) -> bool:
        """Whether something takes part."""
        return not self.only or name in self.only


def compare(plan: Plan, tree: Tree) -> Report:
    """Time and weigh all contestants on one tree."""
    found = find_peers(plan.peers)
    # As an installation does it: a checkout may never have been compiled, nor be allowed to write it down.
    compileall.compile_dir(os.path.dirname(flake8_redis_ssot.__file__), quiet=2)
    before = _load()
    contestants = [each for each in _gather(plan, tree, found) if plan.takes(each.name)]
    measures = race(contestants, plan.rounds, plan.scratch, plan.tell)
    if is_measurable() and plan.takes("memory"):
        heavy = [each for each in _gather(plan, tree, found, whole=False) if each.name in WEIGHED]
        measures += weigh(heavy, min(plan.rounds, 3), plan.scratch, plan.tell)
    subject = f"{tree.files} files, {tree.lines / 1e6:.2f} million lines ({tree.name})"
    missing = tuple(missing_peers(found))
    loads = (before, _load())
    return Report(subject, plan.rounds, tuple(measures), _versions(found), missing, loads, tree.planted)


def scale(plan: Plan, share: float) -> Report:
    """Time our cold check on a small and on a large monorepo, and say what one file costs in each."""
    before = _load()
    contestants, sizes = [], (SMALL, LARGE)
    for files in sizes:
        plan.tell(f"writing {files} files")
        tree = make_up(files, share, plan.scratch / f"monorepo-{files}")
        cold = gather_ours(tree.root, tree.configuration)[0]
        contestants.append(Contestant(f"cold-{files}", cold.command, cold.folder, cold.finding, cold.path))
    measures = race(contestants, plan.rounds, plan.scratch, plan.tell)
    measures += [_per_file(measure, files) for measure, files in zip(measures, sizes)]
    subject = f"made-up monorepos of {SMALL} and {LARGE} files"
    return Report(subject, plan.rounds, tuple(measures), _versions({}), (), (before, _load()))


def _gather(plan: Plan, tree: Tree, found: Mapping[str, Found], *, whole: bool = True) -> list[Contestant]:
    contestants = gather_ours(tree.root, tree.configuration)
    contestants += gather_rivals(tree, found, plan.scratch)
    if whole:
        contestants += gather_changed(tree, plan.scratch)
        contestants += gather_flake8(tree, build_hosts(plan.scratch / "hosts"))
    return contestants


def _per_file(measure: Measure, files: int) -> Measure:
    return Measure(f"per-file-{files}", "µs", tuple(sample * 1000 / files for sample in measure.samples))


def _versions(found: Mapping[str, Found]) -> dict[str, str]:
    own = {"flake8-redis-ssot": flake8_redis_ssot.__version__, "python": str(describe_machine()["python"])}
    return {**own, **{name: peer.version for name, peer in found.items()}}


def _load() -> float:
    return os.getloadavg()[0]
