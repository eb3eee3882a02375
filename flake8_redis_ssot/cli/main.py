"""The `redis-ssot` command: arguments in, text and an exit code out (0 clean, 1 findings, 2 we or the user failed)."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from flake8_redis_ssot import __version__
from flake8_redis_ssot.cli.commands import COMMANDS

TYPE_CHECKING = False  # to import `typing` for it would take a fifth of the time of `--version`
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def run() -> None:
    """Entry point of the installed command."""
    import gc

    # The process is over before its garbage matters; looking for cycles in syntax trees takes half the time.
    gc.disable()
    raise SystemExit(main())


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. `argv` are the words after the command's name, by default those of the process."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words in (["--version"], ["-V"]):
        print(f"redis-ssot {__version__}")
        return 0
    from importlib import import_module

    from flake8_redis_ssot.cli.errors import RefusedError

    if not words or words[0] not in COMMANDS:
        general().parse_args(words)  # which helps, or says what is wrong, and exits
    command = import_module(f"flake8_redis_ssot.cli.commands.{words[0].replace('-', '_')}")
    try:
        status: int = command.main(_parsed(command, words))
    except BrokenPipeError:
        # Whoever read our output has had enough (`| head`): no traceback, and none at interpreter exit either.
        sys.stdout = None
        return 1
    except KeyboardInterrupt:
        return 130
    except RefusedError as error:
        from flake8_redis_ssot.cli.errors import complain

        complain(error.args)
        return 2
    except ChildProcessError as error:
        print(f"redis-ssot: {error}", file=sys.stderr)
        return 2
    return status


def _parsed(command: object, words: Sequence[str]) -> Namespace:
    """The arguments; paths may stand among the flags, which argparse itself does not allow."""
    from argparse import ArgumentParser

    parser = ArgumentParser(prog=f"redis-ssot {words[0]}", description=f"{COMMANDS[words[0]].capitalize()}.")
    command.add_arguments(parser)  # type: ignore[attr-defined]
    # As in ruff, a reason stands behind `=` only: the next word is a path.
    words = ["--add-noqa=" if word == "--add-noqa" else word for word in words[1:]]
    arguments, rest = parser.parse_known_args(words)
    if not hasattr(arguments, "paths") or any(word.startswith("-") and word != "-" for word in rest):
        parser.parse_args(words)  # which says what is wrong, or nothing
    else:
        arguments.paths += rest
    return arguments


if __name__ == "__main__":
    run()


def general(*, whole: bool = False) -> ArgumentParser:
    """The parser of `redis-ssot` with the names of all commands; with `whole`, also with all their flags."""
    from argparse import ArgumentParser
    from importlib import import_module

    parser = ArgumentParser(
        prog="redis-ssot", description="Keeps code to the single source of truth of its shared resources."
    )
    parser.add_argument("-V", "--version", action="version", version=f"redis-ssot {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name, description in COMMANDS.items():
        command = commands.add_parser(name, help=description)
        if whole:
            import_module(f"flake8_redis_ssot.cli.commands.{name.replace('-', '_')}").add_arguments(command)
    return parser
