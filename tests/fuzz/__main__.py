"""Tries random input until the time is over, in one process with a low priority.

    python -m tests.fuzz [--minutes N] [--seed S] [--first I] [--target NAME] [--sources FOLDER] [--keep FOLDER]

Input number I of a seed is always the same: `--first I --inputs 1` repeats it. `--keep` writes the inputs that fail to
a folder. `--sources` has real Python files, whose random changes are tried (default: the standard library).
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path
from types import FrameType

# The tests import their modules from their own folder as well.
sys.path.insert(0, str(Path(__file__).parent.parent))

from .targets import TARGETS, clear

_SECONDS = 60  # for one input: a hang is a fault
_REPORT_SECONDS = 60.0
_MAX_SOURCE = 20_000  # bytes


class HangError(Exception):
    """An input has taken too long."""


def _stop(number: int, frame: FrameType | None) -> None:
    raise HangError(f"more than {_SECONDS} seconds")


def main() -> int:
    """Try inputs; returns 1 if any has failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--first", type=int, default=0, help="the number of the first input")
    parser.add_argument("--inputs", type=int, default=sys.maxsize, help="at most so many")
    parser.add_argument("--target", choices=tuple(TARGETS), action="append", help="only these (default: all)")
    parser.add_argument("--sources", type=Path, default=Path(os.__file__).parent)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write failing inputs there")
    arguments = parser.parse_args()
    os.nice(10)
    warnings.simplefilter("ignore")  # of the sources
    signal.signal(signal.SIGALRM, _stop)
    print(f"seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="redis-ssot-fuzz-") as folder:
        os.environ["REDIS_SSOT_STATE_DIR"] = os.path.join(folder, "state")
        failures = _try_inputs(arguments, Path(folder))
    return 1 if failures else 0


def _try_inputs(arguments: argparse.Namespace, folder: Path) -> int:
    sources, tried, failed = _read_sources(arguments.sources), Counter[str](), Counter[str]()
    names = arguments.target or list(TARGETS)
    started = reported = time.monotonic()
    for number in range(arguments.first, arguments.first + arguments.inputs):
        if time.monotonic() - started >= 60 * arguments.minutes:
            break
        name = names[number % len(names)]
        failed[name] += _is_failing(name, number, arguments, folder / "tree", sources)
        tried[name] += 1
        if time.monotonic() - reported >= _REPORT_SECONDS:
            reported = time.monotonic()
            _print_counts(tried, failed, reported - started)
    _print_counts(tried, failed, time.monotonic() - started)
    return failed.total()


def _is_failing(name: str, number: int, arguments: argparse.Namespace, tree: Path, sources: list[bytes]) -> bool:
    """Try one input, in a clean folder; a fault is printed."""
    rng = random.Random(f"{arguments.seed} {number}")
    clear(tree)
    os.chdir(tree)
    signal.alarm(_SECONDS)
    try:
        TARGETS[name](rng, tree, sources)
    except (Exception, SystemExit):
        text = traceback.format_exc()
        print(f"===== {name}: --seed {arguments.seed} --first {number} --inputs 1", text[-3000:], sep="\n", flush=True)
        if arguments.keep:
            _keep(tree, arguments.keep / f"{arguments.seed}-{number}", text)
        return True
    finally:
        signal.alarm(0)
        os.chdir(tree.parent)
    return False


def _keep(tree: Path, folder: Path, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path in tree.rglob("*"):
        if path.is_file():
            target = folder / path.relative_to(tree)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    (folder / "failure.txt").write_text(text, encoding="utf-8", errors="backslashreplace")


def _read_sources(folder: Path) -> list[bytes]:
    paths = (path for path in sorted(folder.glob("*.py")) if path.stat().st_size <= _MAX_SOURCE)
    return [path.read_bytes() for path in paths]


def _print_counts(tried: Counter[str], failed: Counter[str], seconds: float) -> None:
    counts = ", ".join(f"{name} {number}" for name, number in tried.items())
    print(f"{seconds / 60:6.1f} min: {tried.total()} inputs ({counts}), {failed.total()} failed", flush=True)


if __name__ == "__main__":
    sys.exit(main())
