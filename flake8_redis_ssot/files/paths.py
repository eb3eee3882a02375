"""Conversions of paths: relative to the repository, the working directory or the configuration."""

from __future__ import annotations

import os
import re
from functools import cache

from flake8_redis_ssot.terminal import escape_unprintable

# A part that is empty, or begins with a dot, so that it may be `.` or `..`.
_UNUSUAL_PART = re.compile(r"(?<![^\\/])(?:[.\\/]|\Z)")


def repository_path(path: str) -> str:
    """`path` relative to the repository of the working directory (without one, to that directory), with `/`."""
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
    """A path as messages show it: relative if it is below the working directory, and without control characters.

    A file name of the analysed tree can hold line breaks and commands of terminals and CI servers: no other way leads
    from a path to a text for people.
    """
    return escape_unprintable(shorten_path(path))


def shorten_path(path: str) -> str:
    """A path relative to the working directory if it is below it, otherwise unchanged; it still names the file."""
    if not os.path.isabs(path):
        return path
    working_directory = os.path.join(os.getcwd(), "")
    return path[len(working_directory) :] if path.startswith(working_directory) else path


def to_relative_path(root: str, path: str) -> str:
    """A path as patterns match it: relative to `root`, the configuration's directory, with `/`."""
    prefix = os.path.join(root, "")
    if path.startswith(prefix) and not _UNUSUAL_PART.search(path, len(prefix)):
        return path[len(prefix) :].replace(os.sep, "/")  # what `relpath` returns, which takes long
    return os.path.relpath(path, root).replace(os.sep, "/")


def is_possible_path(path: str) -> bool:
    """Whether a file can have a path; otherwise, functions of the system raise ValueError.

    Texts of JSON and of URIs can hold NUL characters and lone surrogates.
    """
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


def find_link_target_outside(path: str, root: str) -> str | None:
    """The real path of a file below `root`, if a symbolic link leads out of the root; else None.

    Both paths are absolute; the root itself may be reached by links.
    """
    if not path.startswith(os.path.join(root, "")):
        return None
    target = os.path.realpath(path)
    return None if target.startswith(os.path.join(os.path.realpath(root), "")) else target
