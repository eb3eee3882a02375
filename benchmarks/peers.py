"""Finding the tools that we compare ourselves with, and their versions."""

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
    """A tool: its name, its executable, a word in the output of `--version`, and how to install it."""

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
    """An installed peer: the path of its executable, and the output of `--version`."""

    executable: str
    version: str


def find_peers(folders: Sequence[str]) -> Mapping[str, Found]:
    """The installed peers by name.

    Searches `folders`, those of the environment variable BENCHMARK_PEERS, the directory of the running Python, and
    the PATH, in this order.
    """
    search_path = [*folders, *os.environ.get(VARIABLE, "").split(os.pathsep), str(Path(sys.executable).parent)]
    search_path += os.environ.get("PATH", "").split(os.pathsep)
    found = {peer.name: next(_matches(peer, list(filter(None, search_path))), None) for peer in PEERS}
    return {name: match for name, match in found.items() if match is not None}


def missing_peers(found: Mapping[str, Found]) -> list[Peer]:
    """The peers that are not installed."""
    return [peer for peer in PEERS if peer.name not in found]


def _matches(peer: Peer, folders: Sequence[str]) -> Iterator[Found]:
    # Each directory by itself, since the first flake8 on the path may lack the plugin.
    for folder in folders:
        executable = shutil.which(peer.executable, path=folder)
        version = executable and version_of(executable)
        if executable and version and peer.mentions in version:
            yield Found(os.path.abspath(executable), version)


def version_of(executable: str) -> str | None:
    """The output of `--version` as one line; None if it fails."""
    # Without a network, semgrep's check for updates would take minutes to time out.
    environment = {**os.environ, "PYTHONPATH": "", "SEMGREP_ENABLE_VERSION_CHECK": "0"}
    try:
        done = subprocess.run(
            [executable, "--version"], capture_output=True, text=True, check=True, timeout=60, env=environment
        )
    except (OSError, subprocess.SubprocessError):
        return None
    # ripgrep adds paragraphs about its build; flake8 lists its plugins on several lines.
    return " ".join(done.stdout.split("\n\n")[0].split("\n-")[0].split())
