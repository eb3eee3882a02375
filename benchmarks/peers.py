"""The tools beside us: where they are, which version they have, and how to get those that are missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "BENCHMARK_PEERS"


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool: its name, its executable, what `--version` must mention, and how to get it."""

    name: str
    executable: str
    mentions: str
    advice: str


PEERS = (
    Peer("ruff", "ruff", "ruff", "pip install ruff"),
    Peer("ast-grep", "ast-grep", "ast-grep", "pip install ast-grep-cli"),
    Peer("semgrep", "semgrep", "", "pip install semgrep (in an environment of its own)"),
    Peer("ripgrep", "rg", "ripgrep", "apt-get install ripgrep, or cargo install ripgrep"),
    Peer(
        "flake8-tidy-imports",
        "flake8",
        "flake8-tidy-imports",
        "pip install flake8 flake8-tidy-imports (in an environment of its own)",
    ),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A peer that is there: its executable and its version, as it says it."""

    executable: str
    version: str


def find_peers(folders: Sequence[str]) -> Mapping[str, Found]:
    """The peers that are there, by name.

    They are looked for in `folders`, in those of the environment variable BENCHMARK_PEERS, beside the Python that
    runs this, and on the PATH, in this order.
    """
    places = [*folders, *os.environ.get(VARIABLE, "").split(os.pathsep), str(Path(sys.executable).parent)]
    places += os.environ.get("PATH", "").split(os.pathsep)
    found = {}
    for peer in PEERS:
        match = next(_matches(peer, [place for place in places if place]), None)
        if match is not None:
            found[peer.name] = match
    return found


def missing_peers(found: Mapping[str, Found]) -> list[Peer]:
    """The peers that are not there."""
    return [peer for peer in PEERS if peer.name not in found]


def _matches(peer: Peer, places: Sequence[str]) -> Iterator[Found]:
    # One after the other: of two flake8s perhaps only the second has the plugin.
    for place in places:
        executable = shutil.which(peer.executable, path=place)
        version = executable and version_of(executable)
        if executable and version and peer.mentions in version:
            yield Found(os.path.abspath(executable), version)


def version_of(executable: str) -> str | None:
    """What `--version` says, on one line; None if it fails."""
    # Where there is no network, semgrep would wait for its answer about updates for minutes.
    environment = {**os.environ, "PYTHONPATH": "", "SEMGREP_ENABLE_VERSION_CHECK": "0"}
    try:
        done = subprocess.run(
            [executable, "--version"], capture_output=True, text=True, check=True, timeout=60, env=environment
        )
    except (OSError, subprocess.SubprocessError):
        return None
    # ripgrep goes on about its build; flake8 lists its plugins over several lines.
    return " ".join(done.stdout.split("\n\n")[0].split("\n-")[0].split())
