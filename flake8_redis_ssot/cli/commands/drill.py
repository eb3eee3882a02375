"""`redis-ssot drill -- COMMAND`: run a program or its tests against a Redis server that fails."""

from __future__ import annotations

import os
from argparse import REMAINDER, ArgumentParser, Namespace

from flake8_redis_ssot.cli.errors import CommandError
from flake8_redis_ssot.cli.options import add_config_options, parse_seconds
from flake8_redis_ssot.cli.request import load_single_config, request_from_args

_TIMEOUT = 300.0  # seconds
_FAULT_NAMES = ("refuse", "delay", "cut", "restart")


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of `drill`."""
    add_config_options(parser)
    add = parser.add_argument
    add("--server", metavar="URL", help="the real server (default: what the variable holds)")
    add("--variable", metavar="NAME", default="REDIS_URL", help="the variable with the address (default: REDIS_URL)")
    add("--fault", choices=_FAULT_NAMES, action="append", default=[], help="only this fault (default: all)")
    add(
        "--timeout",
        type=parse_seconds,
        default=_TIMEOUT,
        metavar="S",
        help=f"seconds for a run, after which it hangs (default: {_TIMEOUT:g})",
    )
    add("command", nargs=REMAINDER, metavar="-- COMMAND", help="the program, such as `pytest tests`")
    parser.set_defaults(paths=[])


def main(arguments: Namespace) -> int:
    """Run the program once for each fault.

    Returns 1 if a run fails that passes without a fault, or hangs, or leaves connections; otherwise 0.
    """
    from flake8_redis_ssot.runtime.drill import Drill, render_drill_run
    from flake8_redis_ssot.runtime.fault_proxy import FAULTS, ServerAddress, ServerAddressError
    from flake8_redis_ssot.runtime.session import ObservationError, parse_program, require_wrapt

    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if not command:
        raise CommandError("which program? Write it behind `--`: redis-ssot drill -- pytest tests")
    url = arguments.server or os.environ.get(arguments.variable)
    if not url:
        raise CommandError(f"which server? Give its address by `--server` or by the variable {arguments.variable}")
    config = load_single_config(request_from_args(arguments))
    try:
        require_wrapt()
        drill = Drill(config, parse_program(command), ServerAddress.parse(url), arguments.variable, arguments.timeout)
        healthy, has_failed = None, False
        for run in drill.run_all([fault for fault in FAULTS if fault.name in (arguments.fault or _FAULT_NAMES)]):
            print("\n".join(render_drill_run(run, healthy)), flush=True)
            if healthy is None:
                if run.exit_code is None or not run.connections:
                    raise CommandError(_explain_no_drill(run.exit_code, arguments.variable))
                healthy = run
            has_failed |= run.has_hung or run.left > healthy.left or (run.exit_code != healthy.exit_code)
    except (ObservationError, ServerAddressError) as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"{command[0]}: {error.strerror or error}") from error
    return 1 if has_failed else 0


def _explain_no_drill(exit_code: int | None, variable: str) -> str:
    if exit_code is None:
        return "the program hangs without any fault; is the server there?"
    return (
        f"the program has not connected to the server that {variable} names, so that nothing was tested; "
        "name the variable that it reads by `--variable`"
    )
