"""Peak memory of a command with all its processes.

Every few milliseconds the *proportional set size* (PSS) of all processes of its group is added up: a page that
n processes share counts 1/n for each, so what forked workers have in common counts once. A peak between two
samples can be missed; a run is slower for being watched, so none of these is timed. Linux only.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.contestants import Contestant
from benchmarks.timing import Measure, RunFailedError

INTERVAL = 0.003  # seconds
PROCESSES = Path("/proc")


def is_measurable() -> bool:
    """Whether this system tells the PSS of a process."""
    return (PROCESSES / "self" / "smaps_rollup").exists()


def weigh(contestants: Sequence[Contestant], rounds: int, scratch: Path, tell: Callable[[str], None]) -> list[Measure]:
    """The peaks of `rounds` runs of each contestant, in MB (of 10^6 bytes)."""
    measures = []
    for contestant in contestants:
        tell(f"memory of {contestant.name}")
        peaks = tuple(_peak(contestant, scratch) for _ in range(rounds))
        measures.append(Measure(f"memory-{contestant.name}", "MB", peaks))
    return measures


def _peak(contestant: Contestant, scratch: Path) -> float:
    peak = 0
    process = subprocess.Popen(
        contestant.command,
        cwd=contestant.folder,
        env=contestant.environment(scratch),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # a group of its own, by which its children are known
    )
    while process.poll() is None:
        peak = max(peak, sum(map(_proportional_size, _members(process.pid))))
        time.sleep(INTERVAL)
    if process.returncode not in (0, 1):
        raise RunFailedError(f"{contestant.name} ended with {process.returncode}")
    return peak / 1e6


def _members(group: int) -> Iterator[str]:
    """The processes of a group."""
    for entry in os.listdir(PROCESSES):
        if entry.isdigit():
            try:
                if os.getpgid(int(entry)) == group:
                    yield entry
            except ProcessLookupError:  # ended meanwhile
                continue


def _proportional_size(process: str) -> int:
    """The PSS of a process in bytes; 0 if it has just ended."""
    try:
        text = (PROCESSES / process / "smaps_rollup").read_bytes()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith(b"Pss:")), 0)
