"""Paths as servers want them: from the top of the repository, with `/`."""

from __future__ import annotations

import os
from functools import cache


def from_top(path: str) -> str:
    """A path from the top of the repository that the working directory lies in, or from that directory itself."""
    real = os.path.realpath(path)
    return os.path.relpath(real, _top(os.getcwd())).replace(os.sep, "/")


@cache
def _top(folder: str) -> str:
    start = here = os.path.realpath(folder)
    while not os.path.exists(os.path.join(here, ".git")):
        above = os.path.dirname(here)
        if above == here:
            return start
        here = above
    return here
