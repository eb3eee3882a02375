"""`redis-ssot compare BEFORE AFTER -- COMMAND`: run a program alternately on two states, and say which is slower."""

from __future__ import annotations

import os
import sys
from argparse import REMAINDER, ArgumentParser, Namespace
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from flake8_redis_ssot.cli.errors import CommandError
from flake8_redis_ssot.cli.options import parse_count, parse_seconds
from flake8_redis_ssot.model import RunError

if TYPE_CHECKING:
    from flake8_redis_ssot.runtime.alternation import State

_PAIRS = 10
_TIMEOUT = 600.0  # seconds


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of `compare`."""
    add = parser.add_argument
    add("--runs", type=parse_count, default=_PAIRS, metavar="N", help=f"runs of each state (default: {_PAIRS})")
    add(
        "--timeout",
        type=parse_seconds,
        default=_TIMEOUT,
        metavar="S",
        help=f"seconds for a run, after which it is killed (default: {_TIMEOUT:g})",
    )
    add("before", metavar="BEFORE", help="a folder, or a commit of the repository")
    add("after", metavar="AFTER", help="a folder, or a commit of the repository")
    add("command", nargs=REMAINDER, metavar="-- COMMAND", help="the program, such as `python -m pytest`")


def main(arguments: Namespace) -> int:
    """Run the program and print the comparison.

    Returns 1 if a `slowdown` budget is exceeded: if the whole confidence interval is above it.
    """
    from flake8_redis_ssot.runtime.alternation import alternate
    from flake8_redis_ssot.runtime.budgets import broken
    from flake8_redis_ssot.runtime.compare_runs import (
        check_slowdown,
        format_slowdown,
        measure_slowdown,
        render_comparison,
    )
    from flake8_redis_ssot.runtime.session import ObservationError, require_wrapt

    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if not command:
        raise CommandError("which program? Write it behind `--`: redis-ssot compare main HEAD -- python -m pytest")
    try:
        require_wrapt()
        with ExitStack() as stack:
            before, after = (_enter_state(name, stack) for name in (arguments.before, arguments.after))
            for runs in alternate(before, after, arguments.runs, command, arguments.timeout):
                slowdown = measure_slowdown(runs.before, runs.after)
                text = "no test in common" if slowdown is None else format_slowdown(slowdown)
                print(f"{len(runs.after)} of {arguments.runs}: {text}", file=sys.stderr, flush=True)
            print(render_comparison(after.config, runs.before, runs.after))
            return 1 if broken([*check_slowdown(after.config, runs.before, runs.after)]) else 0
    except (ObservationError, RunError) as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"{error.filename or command[0]}: {error.strerror or error}") from error


def _enter_state(name: str, stack: ExitStack) -> State:
    from flake8_redis_ssot.config.loading import find_config, load_config
    from flake8_redis_ssot.config.model import ConfigError
    from flake8_redis_ssot.runtime.alternation import State, state_folder

    folder = stack.enter_context(state_folder(name, os.getcwd()))
    file = find_config(Path(folder))
    if file is None:
        raise CommandError(f"{name}: the folder and those above it have no configuration")
    try:
        return State(name, folder, load_config(file))
    except ConfigError as error:
        raise CommandError(*map(str, error.problems)) from error
