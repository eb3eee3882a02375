"""Paths as servers want them: from the top of the repository, with `/`."""

from __future__ import annotations

import os
from functools import cache


def repository_path(path: str) -> str:
    """A path from the top of the repository that the working directory lies in, or from that directory itself."""
    real = os.path.realpath(path)
    return os.path.relpath(real, _repository_root(os.getcwd())).replace(os.sep, "/")


@cache
def _repository_root(folder: str) -> str:
    start = current = os.path.realpath(folder)
    while not os.path.exists(os.path.join(current, ".git")):
        parent = os.path.dirname(current)
        if parent == current:
            return start
        current = parent
    return current


def to_display_path(path: str) -> str:
    """A path as messages show it: relative to the working directory where it lies below it."""
    working_directory = os.path.join(os.getcwd(), "")
    return path[len(working_directory) :] if path.startswith(working_directory) else path


def to_relative_path(root: str, path: str) -> str:
    """A path as patterns see it: relative to the configuration's folder, with forward slashes."""
    return os.path.relpath(path, root).replace(os.sep, "/")
