"""Running a benchmark on a tree."""

from __future__ import annotations

import compileall
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import flake8_redis_ssot
from benchmarks.contestants import Contestant, gather_changed, gather_flake8, gather_ours
from benchmarks.host import build_hosts
from benchmarks.memory import is_measurable, measure_memory
from benchmarks.peers import Found, find_peers, missing_peers
from benchmarks.report import Report, describe_machine
from benchmarks.repositories import find_repositories, gather_repository
from benchmarks.rivals import gather_rivals
from benchmarks.timing import Measure, ProgressReporter, time_all
from benchmarks.trees import Tree, generate
from benchmarks.wide import WIDE_CASES, gather_pair, generate_case

WEIGHED = ("cold", "warm", "ruff")
SMALL, LARGE = 1000, 32000


@dataclass(frozen=True, slots=True)
class Plan:
    """How to measure: rounds, directories of peers, names of contestants (empty for all), and a scratch directory."""

    rounds: int
    peers: Sequence[str]
    only: Collection[str]
    scratch: Path
    report_progress: ProgressReporter

    def includes(self, name: str) -> bool:
        """Whether a contestant or measure is selected."""
        return not self.only or name in self.only


def compare(plan: Plan, tree: Tree) -> Report:
    """Measure time and memory of all contestants on one tree."""
    found = find_peers(plan.peers)
    # As an installation does; a checkout may not have been compiled, or not be writable.
    compileall.compile_dir(os.path.dirname(flake8_redis_ssot.__file__), quiet=2)
    before = _load()
    contestants = [each for each in _gather(plan, tree, found) if plan.includes(each.name)]
    measures = time_all(contestants, plan.rounds, plan.scratch, plan.report_progress)
    if is_measurable() and plan.includes("memory"):
        heavy = [each for each in _gather(plan, tree, found, whole=False) if each.name in WEIGHED]
        measures += measure_memory(heavy, min(plan.rounds, 3), plan.scratch, plan.report_progress)
    subject = f"{tree.files} files, {tree.lines / 1e6:.2f} million lines ({tree.name})"
    missing = tuple(missing_peers(found))
    loads = (before, _load())
    return Report(subject, plan.rounds, tuple(measures), _versions(found), missing, loads, tree.planted)


def scale(plan: Plan, share: float) -> Report:
    """Time our cold check on a small and a large monorepo, and the time per file in each."""
    before = _load()
    contestants, sizes = [], (SMALL, LARGE)
    for files in sizes:
        plan.report_progress(f"writing {files} files")
        tree = generate(files, share, plan.scratch / f"monorepo-{files}")
        cold = gather_ours(tree.root, tree.configuration)[0]
        contestants.append(Contestant(f"cold-{files}", cold.command, cold.folder, cold.finding, cold.path))
    measures = time_all(contestants, plan.rounds, plan.scratch, plan.report_progress)
    measures += [_per_file(measure, files) for measure, files in zip(measures, sizes)]
    subject = f"made-up monorepos of {SMALL} and {LARGE} files"
    return Report(subject, plan.rounds, tuple(measures), _versions({}), (), (before, _load()))


def widen(plan: Plan) -> Report:
    """Time our cold check and ruff's on the wide cases."""
    found = {name: peer for name, peer in find_peers(plan.peers).items() if name == "ruff"}
    before, contestants = _load(), []
    for case in WIDE_CASES:
        plan.report_progress(f"writing {case.name}")
        tree = generate_case(case, plan.scratch / case.name)
        contestants += gather_pair(case, tree, found, plan.scratch / f"{case.name}-bans")
    measures = time_all(contestants, plan.rounds, plan.scratch, plan.report_progress)
    missing = tuple(peer for peer in missing_peers(found) if peer.name == "ruff")
    subject = f"{len(WIDE_CASES)} made-up monorepos"
    return Report(subject, plan.rounds, tuple(measures), _versions(found), missing, (before, _load()))


def compare_repositories(plan: Plan, folder: Path) -> Report:
    """Time our check without fixes and ruff's on the checkouts in a folder that have a configuration."""
    found = {name: peer for name, peer in find_peers(plan.peers).items() if name == "ruff"}
    before = _load()
    compileall.compile_dir(os.path.dirname(flake8_redis_ssot.__file__), quiet=2)
    repositories = list(find_repositories(folder))
    contestants = [each for pair in repositories for each in gather_repository(*pair, found, plan.scratch)]
    measures = time_all(contestants, plan.rounds, plan.scratch, plan.report_progress)
    missing = tuple(peer for peer in missing_peers(found) if peer.name == "ruff")
    subject = f"{len(repositories)} repositories"
    return Report(subject, plan.rounds, tuple(measures), _versions(found), missing, (before, _load()))


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
