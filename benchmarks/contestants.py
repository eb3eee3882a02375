"""The commands to time: ours, and flake8 with and without our plugin."""

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
    """A command to time, run in `folder` with the PYTHONPATH `path`.

    `finding` is a regular expression for the output lines that are findings. `changes` is a file that is modified
    before each run and restored after it, untimed.
    """

    name: str
    command: tuple[str, ...]
    folder: Path
    finding: str = ""
    path: str = ""
    changes: Path | None = None

    def environment(self, scratch: Path) -> Mapping[str, str]:
        """The environment variables of a run; caches are in `scratch`."""
        own = {
            "PYTHONPATH": self.path,
            "XDG_CACHE_HOME": str(scratch / "cache"),
            "NO_COLOR": "1",
            "SEMGREP_SETTINGS_FILE": str(scratch / "semgrep.yml"),
            "SEMGREP_LOG_FILE": str(scratch / "semgrep.log"),
        }
        return {**os.environ, **own}


def gather_ours(tree: Path, configuration: Path) -> list[Contestant]:
    """Our command with a cold and a warm cache, and its start-up time compared with `python -c pass`."""
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
    """Our warm check after a change of one file: one that mentions the resource, and one that does not.

    They use copies of the tree in `folder`, since in the tree itself the change would invalidate the others' caches.
    """
    contestants = []
    for name, file in (("changed", tree.file), ("changed-other", tree.other)):
        copy = folder / name
        copy_code(tree.root, copy)
        warm = next(each for each in gather_ours(copy, tree.configuration) if each.name == "warm")
        contestants.append(Contestant(name, warm.command, copy, warm.finding, warm.path, changes=copy / file))
    return contestants


def gather_flake8(tree: Tree, hosts: tuple[Host, Host]) -> list[Contestant]:
    """flake8 on a service and on one file, without and with our plugin."""
    contestants = []
    for scope, target in (("service", tree.service), ("file", tree.file)):
        for host, variant in zip(hosts, ("alone", "ours")):
            ours = ("--rss-config", str(tree.configuration)) if variant == "ours" else ()
            command = (*host.command, "--isolated", "--select", "E9,F,RSS", *ours, target)
            contestants.append(Contestant(f"flake8-{scope}-{variant}", command, tree.root, r": RSS\d+ ", host.path))
    return contestants
