"""The command line as a whole: a run needs no more of it than its own command."""

from __future__ import annotations

from argparse import ArgumentParser
from importlib import import_module

from flake8_redis_ssot import __version__
from flake8_redis_ssot.commands import COMMANDS


def general(*, whole: bool = False) -> ArgumentParser:
    """The parser of `redis-ssot` with the names of all commands; with `whole`, also with all their flags."""
    parser = ArgumentParser(
        prog="redis-ssot", description="Keeps code to the single source of truth of its shared resources."
    )
    parser.add_argument("-V", "--version", action="version", version=f"redis-ssot {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name, description in COMMANDS.items():
        command = commands.add_parser(name, help=description)
        if whole:
            import_module(f"flake8_redis_ssot.commands.{name.replace('-', '_')}").add_arguments(command)
    return parser
