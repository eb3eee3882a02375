"""A command that can not be carried out, and how it says so."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from flake8_redis_ssot.terminal import Style


def print_messages(messages: Iterable[str], kind: str = "error") -> None:
    """Print messages on the error stream."""
    style = Style.for_stream(sys.stderr)
    for message in messages:
        print(f"{style({'error': 'red', 'warning': 'yellow'}[kind], kind)}: {message}", file=sys.stderr)


class CommandError(Exception):
    """A command that can't be carried out; its arguments are the reasons, one message each."""
