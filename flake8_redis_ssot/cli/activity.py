"""A line on the terminal that says what is being done while that takes long."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flake8_redis_ssot.linter.request import ignore_activity
from flake8_redis_ssot.terminal import is_running_in_ci, shorten_to_width

_PATIENCE = 1.0  # seconds before anything is shown
# ECMA-48, erase in line: from the cursor to the end.
_CLEAR = "\r\x1b[K"


@contextmanager
def show_activity(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """A function that shows what is being done on standard error; the line is erased in the end.

    Nothing is shown in the first second, without a terminal that can erase, in CI, or if `quiet`.
    """
    if quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb" or is_running_in_ci():
        yield ignore_activity
        return
    started = time.monotonic()

    def show(activity: str) -> None:
        seconds = time.monotonic() - started
        if seconds > _PATIENCE:
            text = shorten_to_width(f"{activity}, {seconds:.0f} s", shutil.get_terminal_size().columns - 1)
            print(f"{_CLEAR}{text}", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        if time.monotonic() - started > _PATIENCE:
            print(_CLEAR, end="", file=sys.stderr, flush=True)
