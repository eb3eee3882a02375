"""Times side by side: every round runs each contestant once, so that what slows the machine slows all of them."""

from __future__ import annotations

import os
import re
import resource
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from benchmarks.contestants import Contestant

PATIENCE = 1800  # seconds


@dataclass(frozen=True, slots=True)
class Measure:
    """What was measured: samples in `unit` ("ms" of wall time, "MB" or "µs"); of times also those of the processors.

    `found` counts what the last run reported.
    """

    name: str
    unit: str
    samples: tuple[float, ...]
    cpu: tuple[float, ...] = ()
    found: int | None = None

    @property
    def median(self) -> float:
        """The median of the samples."""
        return statistics.median(self.samples)


class RunFailedError(Exception):
    """A command that could not do its work: how it ended, and the end of what it said."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: wall time and processor time of it and its children in ms, and what it wrote."""

    wall: float
    cpu: float
    output: str


def race(contestants: Sequence[Contestant], rounds: int, scratch: Path, tell: Callable[[str], None]) -> list[Measure]:
    """Run all contestants `rounds` times, in an order that rotates; `tell` hears about the progress.

    Each runs once before, untimed: this fills caches (also those of the disk) and shows whether it works at all.
    """
    runs: dict[str, list[Run]] = {contestant.name: [] for contestant in contestants}
    for contestant in contestants:
        tell(f"first run of {contestant.name}")
        run_once(contestant, scratch)
    for number in range(rounds):
        turn = number % max(1, len(contestants))
        for contestant in (*contestants[turn:], *contestants[:turn]):
            tell(f"round {number + 1} of {rounds}: {contestant.name}")
            with _changed(contestant, number, scratch):
                runs[contestant.name].append(run_once(contestant, scratch))
    return [_measure(contestant, runs[contestant.name]) for contestant in contestants]


def run_once(contestant: Contestant, scratch: Path) -> Run:
    """Run a contestant to its end. Raises RunFailedError if it went wrong: an exit code above 1, or a traceback."""
    with tempfile.TemporaryFile(dir=scratch) as output:
        before, started = _processor_time(), time.perf_counter()
        status = _wait(contestant, scratch, output)
        wall, cpu = time.perf_counter() - started, _processor_time() - before
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    if status not in (0, 1) or text.lstrip().startswith("Traceback (most recent call last)"):
        raise RunFailedError(f"{contestant.name} ended with {status}: {text[-500:]}")
    return Run(wall * 1000, cpu * 1000, text)


def _wait(contestant: Contestant, scratch: Path, output: IO[bytes]) -> int:
    """Start a contestant, wait for its end, and give its exit code."""
    process = subprocess.Popen(
        contestant.command,
        cwd=contestant.folder,
        env=contestant.environment(scratch),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
    )
    # Not wait(timeout=…): that looks only every 50 ms whether the process has ended.
    timer = threading.Timer(PATIENCE, process.kill)
    timer.start()
    try:
        return process.wait()
    finally:
        timer.cancel()


def count_findings(contestant: Contestant, output: str) -> int | None:
    """How many lines of an output are findings; None for a contestant that looks for none."""
    if not contestant.finding:
        return None
    return sum(bool(re.search(contestant.finding, line)) for line in output.splitlines())


@contextmanager
def _changed(contestant: Contestant, number: int, scratch: Path) -> Iterator[None]:
    """For the length of a run, a file that its caches do not know; they know the old one again afterwards."""
    if contestant.changes is None:
        yield
        return
    original, times = contestant.changes.read_bytes(), contestant.changes.stat()
    contestant.changes.write_bytes(original + f"# Changed for round {number}.\n".encode())
    try:
        yield
    finally:
        contestant.changes.write_bytes(original)
        # ruff goes by this time, and so takes the file for unchanged.
        os.utime(contestant.changes, ns=(times.st_atime_ns, times.st_mtime_ns))
        time.sleep(0.2)  # nobody trusts a file that has changed this very moment
        run_once(contestant, scratch)


def _measure(contestant: Contestant, runs: Sequence[Run]) -> Measure:
    walls, cpus = tuple(run.wall for run in runs), tuple(run.cpu for run in runs)
    return Measure(contestant.name, "ms", walls, cpus, count_findings(contestant, runs[-1].output))


def _processor_time() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
