"""The result of a benchmark, and its JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.peers import Peer
from benchmarks.targets import evaluate
from benchmarks.timing import Measure

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Report:
    """The measures on one tree, which `subject` describes, and the conditions under which they were taken.

    `loads` are the load averages before and after; `missing` are the peers that are not installed; `planted` is the
    number of findings that our tool must report, if known.
    """

    subject: str
    rounds: int
    measures: tuple[Measure, ...]
    versions: Mapping[str, str]
    missing: tuple[Peer, ...]
    loads: tuple[float, float]
    planted: int | None = None

    def as_json(self) -> str:
        """The report as JSON with all samples, without the name of the machine or paths on it."""
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
    """The properties of the machine that matter for a benchmark."""
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
            "label": result.target.label,
            "value": round(result.value, 4),
            "processor": result.processor and round(result.processor, 4),
            "limit": result.target.limit,
            "holds": result.holds,
        }
        for result in evaluate(measures)
    ]


def _processor() -> str:
    """The model of the processor, on Linux from /proc."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
