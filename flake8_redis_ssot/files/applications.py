"""Applications of one repository: folders with requirements and a main program of their own, deployed by themselves."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress

from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.toml_files import PYPROJECT

_REQUIREMENTS = re.compile(r"requirements[\w.-]*\.(?:txt|in)|Pipfile")
_MAIN_PROGRAMS = frozenset({"Dockerfile", "__main__.py", "app.py", "asgi.py", "main.py", "manage.py", "wsgi.py"})


class Applications:
    """The applications below the folder `root` (absolute), which is none of them itself."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._by_folder: dict[str, str | None] = {root: None}

    def application_of(self, path: str) -> str | None:
        """The innermost folder of an application that contains a file (absolute path); None if there is none."""
        return self._find(os.path.dirname(path))

    def _find(self, folder: str) -> str | None:
        if folder not in self._by_folder:
            parent = os.path.dirname(folder)
            is_outside = parent == folder or not folder.startswith(self._root)
            outer = None if is_outside else self._find(parent)
            self._by_folder[folder] = folder if not is_outside and _is_application(folder) else outer
        return self._by_folder[folder]

    def find_separate(self, importer: str, imported: str) -> tuple[str, str] | None:
        """The folders of the applications of two files (absolute paths) if they are deployed separately.

        None if they may be deployed together: one contains the other, or the requirements of the first name the second.
        """
        own, other = self.application_of(importer), self.application_of(imported)
        if own is None or other is None or f"{own}{os.sep}".startswith(f"{other}{os.sep}"):
            return None
        is_inside = other.startswith(own + os.sep)
        return None if is_inside or _requires(own, os.path.basename(other)) else (own, other)


def _is_application(folder: str) -> bool:
    """Whether a folder has requirements and a main program; what a `pyproject.toml` builds is a distribution."""
    names = _list_names(folder)
    has_requirements = any(map(_REQUIREMENTS.fullmatch, names))
    return has_requirements and not _MAIN_PROGRAMS.isdisjoint(names) and PYPROJECT not in names


def _list_names(folder: str) -> list[str]:
    """The names in a folder, in order; none if it can't be read."""
    with suppress(OSError):
        return sorted(os.listdir(folder))
    return []


def _requires(folder: str, name: str) -> bool:
    """Whether a file of requirements in a folder names another folder."""
    word = re.compile(rb"(?<![\w.-])" + re.escape(name.encode()) + rb"(?![\w.-])")
    return any(word.search(text) is not None for text in _read_requirements(folder))


def _read_requirements(folder: str) -> Iterator[bytes]:
    for name in _list_names(folder):
        if _REQUIREMENTS.fullmatch(name):
            with suppress(OSError):
                yield read(os.path.join(folder, name))
