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


def shown_path(path: str) -> str:
    """A path as messages show it: relative to the working directory where it lies below it."""
    here = os.path.join(os.getcwd(), "")
    return path[len(here) :] if path.startswith(here) else path


def relative_to(root: str, path: str) -> str:
    """A path as patterns see it: relative to the configuration's folder, with forward slashes."""
    return os.path.relpath(path, root).replace(os.sep, "/")
