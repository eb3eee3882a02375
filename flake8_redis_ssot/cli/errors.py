"""Errors of commands, and printing them."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from flake8_redis_ssot.terminal import Style, escape_unprintable


def print_messages(messages: Iterable[str], kind: str = "error") -> None:
    """Print messages to the error stream; `kind` is "error" or "warning"."""
    style = Style.for_stream(sys.stderr)
    for message in messages:
        # What a message quotes may come from the analysed tree.
        text = "\n".join(map(escape_unprintable, message.split("\n")))
        print(f"{style({'error': 'red', 'warning': 'yellow'}[kind], kind)}: {text}", file=sys.stderr)


class CommandError(Exception):
    """A command cannot be carried out; each argument is a message to print."""
