"""The entry point of the `redis-ssot` command. Exit codes: 0 clean, 1 findings, 2 error."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

from flake8_redis_ssot import __version__
from flake8_redis_ssot.cli.commands import COMMANDS
from flake8_redis_ssot.cli.replay import print_stored

TYPE_CHECKING = False  # importing it from `typing` would take a fifth of the time of `--version`
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from typing import NoReturn


def run() -> None:
    """Entry point of the installed command."""
    import gc

    # The process ends before its garbage matters; searching syntax trees for cycles takes half the time.
    gc.disable()
    # A character that the stream cannot encode must not end a report in the middle.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    raise SystemExit(_run_and_report())


def _run_and_report() -> int:
    """The exit code of the process; an internal error is a message, as the text of a traceback helps no user."""
    try:
        status = print_stored(sys.argv[1:])
        return main() if status is None else status
    except BrokenPipeError:
        return _leave_broken_pipe()
    except Exception as error:
        from flake8_redis_ssot.cli.errors import print_messages
        from flake8_redis_ssot.model import describe_internal_error

        print_messages([describe_internal_error(error)])
        return 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; `argv` are the arguments, by default those of the process."""
    args = list(sys.argv[1:] if argv is None else argv)
    if args in (["--version"], ["-V"]):
        print(f"redis-ssot {__version__}")
        return 0
    from importlib import import_module

    from flake8_redis_ssot.cli.errors import CommandError, print_messages

    if not args:
        build_parser().print_help(sys.stderr)
        return 2
    if args[0] not in COMMANDS:
        _reject_command(args)
    command = import_module(f"flake8_redis_ssot.cli.commands.{args[0].replace('-', '_')}")
    try:
        _check_working_directory()
        status: int = command.main(_parse_arguments(command, args))
    except BrokenPipeError:
        return _leave_broken_pipe()
    except KeyboardInterrupt:
        return 130
    except CommandError as error:
        print_messages(error.args)
        return 2
    except ChildProcessError as error:
        print(f"redis-ssot: {error}", file=sys.stderr)
        return 2
    return status


def _reject_command(args: Sequence[str]) -> NoReturn:
    """Print the help that the arguments ask for, or an error for a word that is no command, and exit."""
    from flake8_redis_ssot.config.validators import find_nearest

    parser, nearest = build_parser(), find_nearest(args[0], COMMANDS)
    if nearest is not None and not args[0].startswith("-"):
        parser.error(f"`{args[0]}` is not a command; did you mean `{nearest}`?")
    parser.parse_args(args)
    raise SystemExit(2)


def _check_working_directory() -> None:
    """Raise CommandError if it is gone: each path in a message is relative to it."""
    import os

    from flake8_redis_ssot.cli.errors import CommandError

    try:
        os.getcwd()
    except OSError as error:
        raise CommandError(f"the working directory can't be used: {error.strerror}; change to another one") from None


def _leave_broken_pipe() -> int:
    """The reader has closed the pipe (`| head`): no traceback, and none at interpreter exit either."""
    sys.stdout = None
    return 1


def _parse_arguments(command: object, args: Sequence[str]) -> Namespace:
    """Parse the arguments of a command; paths may follow options, which argparse does not support."""
    import os
    from argparse import ArgumentParser

    from flake8_redis_ssot.cli.environment import words_from_environment
    from flake8_redis_ssot.terminal import choose_color

    parser = ArgumentParser(prog=f"redis-ssot {args[0]}", description=f"{COMMANDS[args[0]].capitalize()}.")
    command.add_arguments(parser)  # type: ignore[attr-defined]
    # As in ruff, a reason has to be given with `=`: the next argument is a path.
    args = ["--add-noqa=" if word == "--add-noqa" else word for word in args[1:]]
    variables = words_from_environment(parser, os.environ)
    args = [*variables.values(), *args]
    try:
        arguments, extra = parser.parse_known_args(args)
    except SystemExit as end:
        if end.code and variables:
            print(f"note: options are also taken from {', '.join(variables)}", file=sys.stderr)
        raise
    choose_color(getattr(arguments, "color", "auto"))
    if not hasattr(arguments, "paths") or any(word.startswith("-") and word != "-" for word in extra):
        parser.parse_args(args)  # reports unknown options, and exits
    else:
        arguments.paths += extra
    return arguments


def build_parser(*, with_options: bool = False) -> ArgumentParser:
    """The parser of `redis-ssot` with all commands and, `with_options`, their options."""
    from argparse import ArgumentParser
    from importlib import import_module

    parser = ArgumentParser(
        prog="redis-ssot", description="Find and fix code that bypasses the canonical module of a shared resource."
    )
    parser.add_argument("-V", "--version", action="version", version=f"redis-ssot {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name, description in COMMANDS.items():
        command = commands.add_parser(name, help=description)
        if with_options:
            import_module(f"flake8_redis_ssot.cli.commands.{name.replace('-', '_')}").add_arguments(command)
    return parser


if __name__ == "__main__":
    run()
