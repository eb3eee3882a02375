"""Who takes part: commands, where they run, and what happens around each run."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import flake8_redis_ssot
from benchmarks.host import Host
from benchmarks.trees import Tree, copy_code

OWN_CODE = str(Path(flake8_redis_ssot.__file__).parent.parent)


@dataclass(frozen=True, slots=True)
class Contestant:
    """One command to time.

    `finding` is a regular expression for a line of its output that counts as found; `path` is its PYTHONPATH.
    `changes` is a file that is given another comment before each run and put back after it, untimed.
    """

    name: str
    command: tuple[str, ...]
    folder: Path
    finding: str = ""
    path: str = ""
    changes: Path | None = None

    def environment(self, scratch: Path) -> Mapping[str, str]:
        """The environment of a run. Whatever it keeps between runs goes into `scratch`."""
        own = {
            "PYTHONPATH": self.path,
            "XDG_CACHE_HOME": str(scratch / "cache"),
            "NO_COLOR": "1",
            "SEMGREP_SETTINGS_FILE": str(scratch / "semgrep.yml"),
            "SEMGREP_LOG_FILE": str(scratch / "semgrep.log"),
        }
        return {**os.environ, **own}


def gather_ours(tree: Path, configuration: Path) -> list[Contestant]:
    """Our command: cold, warm, warm with one changed file, and its start; `python -c pass` is the floor of that."""
    script = shutil.which("redis-ssot", path=str(Path(sys.executable).parent))
    ours = (script,) if script else (sys.executable, "-m", "flake8_redis_ssot")
    check = (*ours, "check", "--output-format", "concise", "--config", str(configuration))
    finding = r": RSS\d+ "
    return [
        Contestant("cold", (*check, "--no-cache"), tree, finding, OWN_CODE),
        Contestant("warm", check, tree, finding, OWN_CODE),
        Contestant("version", (*ours, "--version"), tree, path=OWN_CODE),
        Contestant("python", (sys.executable, "-c", "pass"), tree, path=OWN_CODE),
    ]


def gather_changed(tree: Tree, folder: Path) -> list[Contestant]:
    """Our warm check after one file has changed: one that mentions the resource, and one that does not.

    They work on copies of the tree below `folder`: in its own the others would have to read that file again.
    """
    found = []
    for name, file in (("changed", tree.file), ("changed-other", tree.other)):
        copy = folder / name
        copy_code(tree.root, copy)
        warm = next(each for each in gather_ours(copy, tree.configuration) if each.name == "warm")
        found.append(Contestant(name, warm.command, copy, warm.finding, warm.path, changes=copy / file))
    return found


def gather_flake8(tree: Tree, hosts: tuple[Host, Host]) -> list[Contestant]:
    """flake8 over a service and over one file, alone and with our plugin."""
    found = []
    for place, target in (("service", tree.service), ("file", tree.file)):
        for host, who in zip(hosts, ("alone", "ours")):
            ours = ("--rss-config", str(tree.configuration)) if who == "ours" else ()
            command = (*host.command, "--isolated", "--select", "E9,F,RSS", *ours, target)
            found.append(Contestant(f"flake8-{place}-{who}", command, tree.root, r": RSS\d+ ", host.path))
    return found
