"""Killing a campaign while it works, at every single step of the disk or at random moments.

`python tests/killing.py --moments 200` kills `remediate` and `rollback` as processes, at random moments, and looks
whether `rollback` gives the tree that was and `--resume` the tree that is finished.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

OWN = (".redis-ssot", ".redis_ssot_cache", "__pycache__", ".git")
STEPS = ("replace", "fsync", "unlink", "chmod", "makedirs")


def state(tree: Path) -> dict[str, tuple[int, str]]:
    """Mode and digest of every file of a tree, but for what the tool keeps for itself."""
    found = {}
    for path in sorted(tree.rglob("*")):
        relative = path.relative_to(tree)
        if path.is_file() and not set(OWN).intersection(relative.parts):
            found[str(relative)] = (path.stat().st_mode, hashlib.sha256(path.read_bytes()).hexdigest())
    return found


def killed_before(step: int, work: Callable[[], Any]) -> bool:
    """Do some work in a fork that is killed before its `step`-th (0-based) operation on the disk; whether it was."""
    child = os.fork()
    if child == 0:
        _trap(step)
        with open(os.devnull, "w", encoding="utf-8") as nowhere:
            sys.stdout = sys.stderr = nowhere
            try:
                work()
            finally:
                os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _trap(step: int) -> None:
    """Count operations on the disk, and die before one of them."""
    left = [step]

    def counting(operation: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **keywords: Any) -> Any:
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return operation(*arguments, **keywords)

        return counted

    for name in STEPS:
        setattr(os, name, counting(getattr(os, name)))


COMMAND = (sys.executable, "-m", "flake8_redis_ssot")


def killed_after(seconds: float, tree: Path, words: Sequence[str]) -> None:
    """Start a command in a tree, and kill it and all that it has started after a time."""
    process = subprocess.Popen(
        [*COMMAND, *words], cwd=tree, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def done(tree: Path, words: Sequence[str]) -> int:
    """The exit code of a command in a tree."""
    return subprocess.run([*COMMAND, *words], cwd=tree, capture_output=True, check=False).returncode


def kill_at_random(source: Path, moments: int, words: Sequence[str]) -> int:
    """Kill a campaign on copies of a tree at random moments; how many times the tree was not what it had to be."""
    rng, wrong = random.Random(0), 0
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        _copy(source, tree)
        before = state(tree)
        started = time.monotonic()
        done(tree, words)
        length, finished = time.monotonic() - started, state(tree)
        for moment in range(moments):
            _copy(source, tree)
            killed_after(rng.uniform(0.1, length), tree, words)
            if moment % 2:
                if done(tree, ["remediate", "--resume"]) == 2:
                    done(tree, words)  # it was killed before anything had begun, or after everything was done
                wanted = finished
            else:
                killed_after(rng.uniform(0.05, length / 3), tree, ["rollback"])
                done(tree, ["rollback"])
                wanted = before
            if state(tree) != wanted:
                wrong += 1
                print(f"moment {moment}: wrong", flush=True)
    return wrong


def _copy(source: Path, tree: Path) -> None:
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(source, tree, ignore=shutil.ignore_patterns(*OWN))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--tree", type=Path, default=Path(__file__).parent.parent / "examples" / "shop")
    flags = parser.parse_args()
    gate = "python -m compileall -q {files}"
    work = ["remediate", "--phase", "2", "--unsafe-fixes", "--batch-size", "2", "--validate", gate]
    failed = kill_at_random(flags.tree, flags.moments, work)
    print(f"{flags.moments} kills, {failed} trees that are not what they had to be")
    raise SystemExit(1 if failed else 0)
