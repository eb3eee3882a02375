"""Kill a campaign before each operation on the disk, or at random moments.

`python tests/crash_testing.py --moments 200` kills `remediate` and `rollback` processes at random moments and checks
that `rollback` restores the original tree and `--resume` completes the fixed one.
"""

from __future__ import annotations

import argparse
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

from tree_snapshot import TOOL_DIRECTORIES, snapshot_tree

DISK_OPERATIONS = ("replace", "fsync", "unlink", "chmod", "makedirs")


def run_and_kill_before(step: int, work: Callable[[], Any]) -> bool:
    """Call `work` in a fork that is killed before its disk operation `step` (0-based); whether it was killed."""
    child = os.fork()
    if child == 0:
        _kill_at_operation(step)
        with open(os.devnull, "w", encoding="utf-8") as null_file:
            sys.stdout = sys.stderr = null_file
            try:
                work()
            finally:
                os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _kill_at_operation(step: int) -> None:
    """Patch `os` to kill this process before the disk operation `step`."""
    remaining = [step]

    def wrap_operation(operation: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **keywords: Any) -> Any:
            if remaining[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            remaining[0] -= 1
            return operation(*arguments, **keywords)

        return counted

    for name in DISK_OPERATIONS:
        setattr(os, name, wrap_operation(getattr(os, name)))


COMMAND = (sys.executable, "-m", "flake8_redis_ssot")


def kill_after(seconds: float, tree: Path, args: Sequence[str]) -> None:
    """Start a command in a tree, and kill it with its child processes after some seconds."""
    process = subprocess.Popen(
        [*COMMAND, *args], cwd=tree, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def run_command(tree: Path, args: Sequence[str]) -> int:
    """The exit code of a command in a tree."""
    return subprocess.run([*COMMAND, *args], cwd=tree, capture_output=True, check=False).returncode


def kill_at_random(source: Path, moments: int, args: Sequence[str]) -> int:
    """Kill a campaign on copies of a tree at random moments; the number of wrong trees afterwards."""
    rng, failures = random.Random(0), 0
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        _copy_tree(source, tree)
        before = snapshot_tree(tree)
        started = time.monotonic()
        run_command(tree, args)
        duration, finished = time.monotonic() - started, snapshot_tree(tree)
        for moment in range(moments):
            _copy_tree(source, tree)
            kill_after(rng.uniform(0.1, duration), tree, args)
            if moment % 2:
                if run_command(tree, ["remediate", "--resume"]) == 2:
                    run_command(tree, args)  # killed before the run started or after it ended
                expected = finished
            else:
                kill_after(rng.uniform(0.05, duration / 3), tree, ["rollback"])
                run_command(tree, ["rollback"])
                expected = before
            if snapshot_tree(tree) != expected:
                failures += 1
                print(f"moment {moment}: wrong", flush=True)
    return failures


def _copy_tree(source: Path, tree: Path) -> None:
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(source, tree, ignore=shutil.ignore_patterns(*TOOL_DIRECTORIES))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--tree", type=Path, default=Path(__file__).parent.parent / "examples" / "shop")
    flags = parser.parse_args()
    validation = "python -m compileall -q {files}"
    work = ["remediate", "--phase", "2", "--unsafe-fixes", "--batch-size", "2", "--validate", validation]
    failed = kill_at_random(flags.tree, flags.moments, work)
    print(f"{flags.moments} kills, {failed} wrong trees")
    raise SystemExit(1 if failed else 0)
