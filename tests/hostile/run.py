"""Running a command in a hostile repository, with limits on time and memory."""

from __future__ import annotations

import io
import os
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from flake8_redis_ssot.cli.main import run

from .repositories import Build

_CPU_SECONDS = 20
_WALL_SECONDS = 120.0  # on a machine that has other work
_MEMORY = 3 * 1024**3  # bytes of address space, of which what the tests have loaded is a part


class Outcome(NamedTuple):
    """What a command has left: its exit code (negative for a signal), and what it has printed."""

    exit_code: int
    out: str
    err: str


class Surroundings(NamedTuple):
    """A folder with the repository, and files beside it that no command may touch."""

    folder: Path

    @property
    def repository(self) -> Path:
        """The hostile repository."""
        return self.folder / "repository"

    @classmethod
    def create(cls, folder: Path, build: Build) -> Surroundings:
        """Make the repository, and a file outside of it that has a finding."""
        outside = folder / "outside"
        outside.mkdir()
        (outside / "user.py").write_text("from app.old.redis_manager import RedisManager\n\nRedisManager()\n")
        (outside / "journal.jsonl").write_text("mine\n")
        surroundings = cls(folder)
        surroundings.repository.mkdir()
        build(str(surroundings.repository))
        return surroundings

    def snapshot(self) -> dict[str, tuple[int, bytes]]:
        """Mode and bytes of every file outside of the repository, by its relative path."""
        paths = [path for path in self.folder.rglob("*") if self.repository not in (path, *path.parents)]
        return {
            str(path.relative_to(self.folder)): (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"")
            for path in paths
        }


def run_command(surroundings: Surroundings, words: Sequence[str]) -> Outcome:
    """Run `redis-ssot` in a fork, as its entry point does; one that exceeds a limit has a negative exit code."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            try:
                _become_command(surroundings, words, out.fileno(), err.fileno())
            finally:
                os._exit(99)
        exit_code = _wait(child)
        return Outcome(exit_code, _read(out.fileno()), _read(err.fileno()))


def _become_command(surroundings: Surroundings, words: Sequence[str], out: int, err: int) -> None:
    """In the child: set limits, redirect the streams, and run."""
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    os.setsid()
    os.chdir(surroundings.repository)
    for variable in ("REDIS_SSOT_CACHE_DIR", "COVERAGE_PROCESS_START"):
        os.environ.pop(variable, None)
    os.environ["REDIS_SSOT_STATE_DIR"] = str(surroundings.repository.parent / "state" / "redis-ssot")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False), encoding="utf-8")
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(io.FileIO(number, "w", closefd=False), encoding="utf-8") for number in (1, 2)
    )
    sys.argv = ["redis-ssot", *words]
    try:
        run()
    except SystemExit as exit_:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(exit_.code if isinstance(exit_.code, int) else 98)


def _wait(child: int) -> int:
    deadline = time.monotonic() + _WALL_SECONDS
    while time.monotonic() < deadline:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return -9


def _read(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.read(descriptor, 64 * 1024 * 1024).decode("utf-8")
