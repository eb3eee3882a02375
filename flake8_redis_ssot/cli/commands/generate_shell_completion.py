"""`redis-ssot generate-shell-completion`: a script for a shell, made from the flags that there are."""

from __future__ import annotations

from argparse import Action, ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Iterator

from flake8_redis_ssot.cli.errors import RefusedError
from flake8_redis_ssot.cli.main import general

SHELLS = ("bash", "fish", "tcsh", "zsh")
_FILES = frozenset({"FILE", "FILE|KEY=VALUE", "PATH"})
_FOLDERS = frozenset({"FOLDER"})


def add_arguments(parser: ArgumentParser) -> None:
    """The argument of `generate-shell-completion`."""
    parser.add_argument("shell", choices=SHELLS, help="for which one")


def main(arguments: Namespace) -> int:
    """Print the script: 0."""
    try:
        import shtab
    except ImportError as error:
        raise RefusedError(f"{error}; pip install 'flake8-redis-ssot[completion]'") from error
    parser = general(whole=True)
    for action in _actions(parser):
        if action.metavar in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.metavar in _FOLDERS:
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    print(shtab.complete(parser, arguments.shell))
    return 0


def _actions(parser: ArgumentParser) -> Iterator[Action]:
    """The arguments of a parser and of all commands in it."""
    for action in parser._actions:
        yield action
        if isinstance(action, _SubParsersAction):
            for command in action.choices.values():
                yield from _actions(command)
