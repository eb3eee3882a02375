"""Runs random projects before and after their fixes.

    python -m tests.behaviour [--projects N] [--seed S] [--first I] [--minutes M] [--jobs J]
                              [--unsafe] [--off CONDITION | --conditions] [--keep FOLDER] [--table]

`--unsafe` applies unsafe fixes too, and counts changes that no reason explains. `--off` switches a condition off, or a
function by which it objects (`patches-follow.find_doubts`): then differences are expected. `--conditions` does so with
each of these functions, and counts the differences. `--keep` writes failing projects to a folder, `--table` counts each
shape.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from .conditions import UNOBSERVABLE, all_objections, may_refuse
from .search import Search, Summary, default_jobs
from .trial import Trial, Verdict, write_project

_SHOWN = 5


def main() -> int:
    """Try projects; returns 1 if a fix changed what one does."""
    parser = argparse.ArgumentParser(prog="python -m tests.behaviour")
    parser.add_argument("--projects", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first project")
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--jobs", type=int, default=default_jobs())
    parser.add_argument("--unsafe", action="store_true", help="apply unsafe fixes as well")
    parser.add_argument("--off", default="", metavar="CONDITION", help="switch a condition off")
    parser.add_argument("--conditions", action="store_true", help="count differences without each condition")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write failing projects there")
    parser.add_argument("--table", action="store_true", help="count projects by shape")
    parser.add_argument("--show", type=int, default=_SHOWN, metavar="N", help=f"print N failures (default: {_SHOWN})")
    arguments = parser.parse_args()
    if arguments.conditions:
        return print_conditions(arguments.seed, arguments.projects, arguments.jobs)
    start = time.monotonic()
    search = Search(arguments.seed, arguments.unsafe, arguments.off, start + 60 * arguments.minutes)
    summary = search.run(arguments.first, arguments.projects, arguments.jobs)
    for trial in summary.problems[: arguments.show]:
        print(describe(search.shrink(trial)))
    if arguments.keep:
        for number, trial in enumerate(summary.problems):
            keep(search.shrink(trial), arguments.keep / str(number))
    if arguments.table:
        print_table(summary)
    print_summary(summary, arguments.unsafe, time.monotonic() - start)
    return 1 if summary.problems else 0


def describe(trial: Trial) -> str:
    """A failure with its recipe, its files before and after, and what differs."""
    after = "\n".join(f"--- {path} after the fix\n{text}" for path, text in trial.fixed_files)
    reasons = "\n".join(trial.reasons)
    head = f"===== {trial.verdict.value}\n{trial.recipe}\n{reasons}"
    return f"{head}\n{trial.project}\n{after}\n--- difference\n{trial.detail}"


def keep(trial: Trial, folder: Path) -> None:
    """Write a failing project and its description."""
    folder.mkdir(parents=True, exist_ok=True)
    write_project(trial.project, folder)
    (folder / "failure.txt").write_text(describe(trial), encoding="utf-8")


def print_table(summary: Summary) -> None:
    """Print how often each shape was tried, fixed, and part of a failure."""
    failed = [shape.label for trial in summary.problems for shape in trial.recipe.traps]
    print(f"{'tried':>6} {'fixed':>6} {'failed':>6}  shape")
    for label, count in sorted(summary.tried_shapes.items()):
        print(f"{count:6} {summary.fixed_shapes[label]:6} {failed.count(label):6}  {label}")


def print_conditions(seed: int, count: int, jobs: int) -> int:
    """Print in how many projects fixes are wrong without each objection; returns 1 if there is one without any."""
    is_missing = False
    print(f"{'safe':>6} {'unsafe':>6}  of {count} projects without")
    for objection in all_objections():
        searches = [Search(seed, is_unsafe, objection) for is_unsafe in (False, True)]
        safe, unsafe = (len(search.run(0, count, jobs).failures) for search in searches)
        print(f"{safe:6} {unsafe:6}  {objection}", flush=True)
        is_missing |= not safe and not (unsafe and may_refuse(objection)) and objection not in UNOBSERVABLE
    return int(is_missing)


def print_summary(summary: Summary, is_unsafe: bool, seconds: float) -> None:
    """Print the counts."""
    count = sum(summary.verdicts.values())
    for verdict in Verdict:
        print(f"{summary.verdicts[verdict]:7} {verdict.value}")
    if is_unsafe:
        print(f"{len(summary.unexplained):7} of the changed ones have no reason that names the cause")
    print(f"{count:7} projects, {count / seconds:.1f} a second")


if __name__ == "__main__":
    sys.exit(main())
