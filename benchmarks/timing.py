"""Interleaved timing: each round runs every contestant once, so that load on the machine affects all alike."""

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

TIMEOUT = 1800  # seconds
ProgressReporter = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure: samples in `unit` ("ms" of wall time, "MB" or "µs"), and for times, `cpu` (processor time in ms).

    `found` is the number of findings in the last run.
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
    """A command has failed; the text has its exit code and the end of its output."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run: wall time and processor time, including child processes, in ms, and its output."""

    wall: float
    cpu: float
    output: str


def time_all(
    contestants: Sequence[Contestant], rounds: int, scratch: Path, report_progress: ProgressReporter
) -> list[Measure]:
    """Run all contestants `rounds` times, in an order that rotates. Raises RunFailedError.

    Each is run once before, untimed, which fills its caches and those of the disk.
    """
    runs: dict[str, list[Run]] = {contestant.name: [] for contestant in contestants}
    for contestant in contestants:
        report_progress(f"first run of {contestant.name}")
        run_once(contestant, scratch)
    for number in range(rounds):
        turn = number % max(1, len(contestants))
        for contestant in (*contestants[turn:], *contestants[:turn]):
            report_progress(f"round {number + 1} of {rounds}: {contestant.name}")
            with _modify_file(contestant, number, scratch):
                runs[contestant.name].append(run_once(contestant, scratch))
    return [_measure(contestant, runs[contestant.name]) for contestant in contestants]


def run_once(contestant: Contestant, scratch: Path) -> Run:
    """Run a contestant. Raises RunFailedError for an exit code above 1, or a traceback."""
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
    """Start a contestant, wait for its end, and return its exit code."""
    process = subprocess.Popen(
        contestant.command,
        cwd=contestant.folder,
        env=contestant.environment(scratch),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
    )
    # Not wait(timeout=…), which polls only every 50 ms.
    timer = threading.Timer(TIMEOUT, process.kill)
    timer.start()
    try:
        return process.wait()
    finally:
        timer.cancel()


def count_findings(contestant: Contestant, output: str) -> int | None:
    """The number of output lines that are findings; None for a contestant without findings."""
    if not contestant.finding:
        return None
    return sum(bool(re.search(contestant.finding, line)) for line in output.splitlines())


@contextmanager
def _modify_file(contestant: Contestant, number: int, scratch: Path) -> Iterator[None]:
    """Modify the contestant's file for the length of a run, then restore the file and the caches."""
    if contestant.changes is None:
        yield
        return
    original, times = contestant.changes.read_bytes(), contestant.changes.stat()
    contestant.changes.write_bytes(original + f"# Changed for round {number}.\n".encode())
    try:
        yield
    finally:
        contestant.changes.write_bytes(original)
        # ruff compares this time, and so treats the file as unchanged.
        os.utime(contestant.changes, ns=(times.st_atime_ns, times.st_mtime_ns))
        time.sleep(0.2)  # a file that was modified just now is not cached
        run_once(contestant, scratch)


def _measure(contestant: Contestant, runs: Sequence[Run]) -> Measure:
    walls, cpus = tuple(run.wall for run in runs), tuple(run.cpu for run in runs)
    return Measure(contestant.name, "ms", walls, cpus, count_findings(contestant, runs[-1].output))


def _processor_time() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
