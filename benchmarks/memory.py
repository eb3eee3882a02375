"""Peak memory of a command with all its processes, on Linux.

The *proportional set sizes* (PSS) of all processes in the command's group are added up every few milliseconds. A page
that n processes share counts 1/n for each, so the memory that forked workers share counts once. A peak between two
samples can be missed. Sampling slows a run down, so these runs are not timed.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.contestants import Contestant
from benchmarks.timing import Measure, ProgressReporter, RunFailedError

INTERVAL = 0.003  # seconds
PROCESSES = Path("/proc")


def is_measurable() -> bool:
    """Whether this system provides the PSS of a process."""
    return (PROCESSES / "self" / "smaps_rollup").exists()


def measure_memory(
    contestants: Sequence[Contestant], rounds: int, scratch: Path, report_progress: ProgressReporter
) -> list[Measure]:
    """The peaks of `rounds` runs of each contestant, in MB (10^6 bytes). Raises RunFailedError."""
    measures = []
    for contestant in contestants:
        report_progress(f"memory of {contestant.name}")
        peaks = tuple(_measure_peak(contestant, scratch) for _ in range(rounds))
        measures.append(Measure(f"memory-{contestant.name}", "MB", peaks))
    return measures


def _measure_peak(contestant: Contestant, scratch: Path) -> float:
    peak = 0
    process = subprocess.Popen(
        contestant.command,
        cwd=contestant.folder,
        env=contestant.environment(scratch),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # a process group of its own, which its children belong to
    )
    while process.poll() is None:
        peak = max(peak, sum(map(_proportional_size, _group_members(process.pid))))
        time.sleep(INTERVAL)
    if process.returncode not in (0, 1):
        raise RunFailedError(f"{contestant.name} ended with {process.returncode}")
    return peak / 1e6


def _group_members(group: int) -> Iterator[str]:
    """The ids of the processes in a group."""
    for entry in os.listdir(PROCESSES):
        if entry.isdigit():
            try:
                if os.getpgid(int(entry)) == group:
                    yield entry
            except ProcessLookupError:  # it has ended
                continue


def _proportional_size(process: str) -> int:
    """The PSS of a process in bytes; 0 if it has just ended."""
    try:
        text = (PROCESSES / process / "smaps_rollup").read_bytes()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith(b"Pss:")), 0)
