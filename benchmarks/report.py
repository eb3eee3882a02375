"""What a benchmark has found, as a value and as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.peers import Peer
from benchmarks.targets import judge
from benchmarks.timing import Measure

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was measured on one tree (in words: `subject`), and what is needed to understand it.

    `loads` are the machine's load averages before and after; `missing` are the peers that are not installed, and
    `planted` is the number of findings that ours must have, where that is known.
    """

    subject: str
    rounds: int
    measures: tuple[Measure, ...]
    versions: Mapping[str, str]
    missing: tuple[Peer, ...]
    loads: tuple[float, float]
    planted: int | None = None

    def as_json(self) -> str:
        """As JSON, with all samples. No name of the machine and no path on it is in it."""
        document = {
            "format": FORMAT,
            "machine": describe_machine(),
            "load": self.loads,
            "subject": self.subject,
            "rounds": self.rounds,
            "versions": dict(self.versions),
            "missing": [peer.name for peer in self.missing],
            "planted": self.planted,
            "measures": [{**asdict(measure), "median": measure.median} for measure in self.measures],
            "targets": _targets(self.measures),
        }
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def describe_machine() -> Mapping[str, str | int | None]:
    """What is worth knowing about the machine."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_mb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 10**6,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def _targets(measures: Sequence[Measure]) -> list[Mapping[str, object]]:
    return [
        {
            "label": verdict.target.label,
            "value": round(verdict.value, 4),
            "processor": verdict.processor and round(verdict.processor, 4),
            "limit": verdict.target.limit,
            "holds": verdict.holds,
        }
        for verdict in judge(measures)
    ]


def _processor() -> str:
    """The model of the processor; Linux tells it in a file, others by themselves."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
