"""`redis-ssot observe -- COMMAND`: run a Python program, and report its instances, connections and latency."""

from __future__ import annotations

import sys
from argparse import REMAINDER, ArgumentParser, Namespace

from flake8_redis_ssot.cli.errors import CommandError, print_messages
from flake8_redis_ssot.cli.options import add_config_options
from flake8_redis_ssot.cli.request import load_single_config, request_from_args


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of `observe`."""
    add_config_options(parser)
    add = parser.add_argument
    add("--record", metavar="FILE", help="write the run to a file, for `check --runtime` and `verify --runtime`")
    add("command", nargs=REMAINDER, metavar="-- COMMAND", help="the program, such as `python -m app`")
    parser.set_defaults(paths=[])


def main(arguments: Namespace) -> int:
    """Run the program and print the report to standard error.

    Returns the exit code of the program, or 1 if it succeeds and a budget is broken.
    """
    from flake8_redis_ssot.runtime.budgets import broken, check_budgets
    from flake8_redis_ssot.runtime.records import RecordError, append_record
    from flake8_redis_ssot.runtime.render import render_report
    from flake8_redis_ssot.runtime.session import ObservationError, observe_command

    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if not command:
        raise CommandError("which program? Write it behind `--`: redis-ssot observe -- python -m app")
    config = load_single_config(request_from_args(arguments))
    try:
        status, record = observe_command(config, command)
        if arguments.record:
            append_record(arguments.record, record)
    except (ObservationError, RecordError) as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"{error.filename or command[0]}: {error.strerror or error}") from error
    if not arguments.quiet:
        print(render_report(config, record), file=sys.stderr)
    failures = broken(check_budgets(config, record))
    if arguments.quiet:
        print_messages([f"{result.title}: {result.summary}" for result in failures])
    return status or (1 if failures else 0)
