"""`redis-ssot generate-shell-completion`: print a completion script, generated from the parser."""

from __future__ import annotations

from argparse import Action, ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Iterator

from flake8_redis_ssot.cli.errors import CommandError
from flake8_redis_ssot.cli.main import build_parser

SHELLS = ("bash", "fish", "tcsh", "zsh")
_FILE_METAVARS = frozenset({"FILE", "FILE|KEY=VALUE", "PATH"})
_DIRECTORY_METAVARS = frozenset({"FOLDER"})


def add_arguments(parser: ArgumentParser) -> None:
    """Add the argument of `generate-shell-completion`."""
    parser.add_argument("shell", choices=SHELLS, help="for which one")


def main(arguments: Namespace) -> int:
    """Print the script; returns 0."""
    try:
        import shtab
    except ImportError as error:
        raise CommandError(f"{error}; pip install 'flake8-redis-ssot[completion]'") from error
    parser = build_parser(with_options=True)
    for action in _iter_actions(parser):
        if action.metavar in _FILE_METAVARS:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.metavar in _DIRECTORY_METAVARS:
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    print(shtab.complete(parser, arguments.shell))
    return 0


def _iter_actions(parser: ArgumentParser) -> Iterator[Action]:
    """The arguments of a parser and of all its commands."""
    for action in parser._actions:
        yield action
        if isinstance(action, _SubParsersAction):
            for command in action.choices.values():
                yield from _iter_actions(command)
