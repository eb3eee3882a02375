"""Import roots that are not configured: folders whose packages the code imports by their bare names."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from flake8_redis_ssot.files.paths import to_relative_path

_IMPORTED_NAME = re.compile(rb"\n[ \t]*(?:from|import)[ \t]+([A-Za-z_]\w*)")  # `re` searches fast for a line break


def find_imported_names(data: bytes) -> set[str]:
    """The first parts of the names that a file imports, without relative imports."""
    return {name.decode() for name in _IMPORTED_NAME.findall(b"\n" + data)}


def find_import_roots(root: str, known_roots: Sequence[str], files: Iterable[str], names: set[str]) -> list[str]:
    """Folders below `root`, relative to it, that must be import roots for `names` to be importable.

    A package counts if it is imported by its bare name, is in none of the `known_roots` (absolute), and is in only one
    folder: `libs` if `libs/shopkit/__init__.py` exists and `shopkit` is imported.
    """
    parents = defaultdict(set)
    for folder in _top_level_packages(files):
        parents[os.path.basename(folder)].add(os.path.dirname(folder))
    root_prefix = os.path.join(root, "")
    known_names = {name for folder in known_roots for name in _importable_names(folder, files)}
    unambiguous = [
        next(iter(found)) for name, found in parents.items() if len(found) == 1 and name in names - known_names
    ]
    return sorted({to_relative_path(root, folder) for folder in unambiguous if folder.startswith(root_prefix)})


def _top_level_packages(files: Iterable[str]) -> set[str]:
    """The folders of packages that are in no other package."""
    package_folders = {os.path.dirname(path) for path in files if os.path.basename(path) == "__init__.py"}
    return {folder for folder in package_folders if os.path.dirname(folder) not in package_folders}


def _importable_names(root: str, files: Iterable[str]) -> set[str]:
    """The modules and folders directly in a root."""
    prefix = os.path.join(root, "")
    return {re.split(r"[/\\.]", path[len(prefix) :], maxsplit=1)[0] for path in files if path.startswith(prefix)}
