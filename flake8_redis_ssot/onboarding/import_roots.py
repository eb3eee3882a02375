"""Import roots that are not configured: folders whose packages the code imports by their bare names."""

from __future__ import annotations

import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from flake8_redis_ssot.config.catalogue import PRESETS
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.files.test_paths import is_test_path

# `re` searches fast for a line break. Prose can begin a line with `from` as well.
_IMPORTED_MODULE = re.compile(rb"\n[ \t]*(?:from[ \t]+([\w.]+)[ \t\\\r\n]*import\b|import[ \t]+([\w.]+))")
# Fewer modules that happen to have the names of third-party packages do not make a folder an import root.
_MIN_NAMES = 3
_MIN_MODULES_IN_PACKAGE = 10  # its own modules have common names as well, which it imports from itself
_LIBRARIES = frozenset(
    name.partition(".")[0] for preset in PRESETS for known in preset.constructors for name in known.names
)


def find_imported_modules(data: bytes) -> set[str]:
    """The modules from which a file imports, as they are written: `os.path`, `.home`."""
    found = _IMPORTED_MODULE.findall(b"\n" + data)
    return {(source or module).decode(errors="replace") for source, module in found}


def find_import_roots(root: str, known_roots: Sequence[str], files: Iterable[str], modules: set[str]) -> list[str]:
    """Folders below `root`, relative to it, that must be import roots for `modules` (dotted) to be importable.

    A package counts if it is imported by its bare name, is in none of the `known_roots` (absolute), and is in only one
    folder: `libs` if `libs/shopkit/__init__.py` exists and `shopkit` is imported. So does the folder in which several
    imported modules are, if no other one has as many of them. Tests are left out.
    """
    paths = [path for path in files if path.startswith(os.path.join(root, ""))]
    known = {name for folder in known_roots for name in _importable_names(folder, paths)}
    known |= sys.stdlib_module_names | _LIBRARIES
    missing = {module for module in modules if _first_part(module) not in {"", *known}}
    nested = {pair for module in modules for pair in pairwise(module.split("."))}
    packages = _folders_of_packages(paths, {_first_part(module) for module in missing}, nested)
    folders = {*packages}
    folders |= _folders_of_modules(root, paths, missing)
    relative = (to_relative_path(root, folder) for folder in folders)
    return sorted(folder for folder in relative if not is_test_path(f"{folder}/"))


def _first_part(module: str) -> str:
    return module.partition(".")[0]


def _folders_of_packages(files: Iterable[str], names: set[str], nested: set[tuple[str, str]]) -> Iterator[str]:
    """The only folders of the packages with these names, except those that are imported from their own folder.

    `nested` are the names of packages with those of what is imported from them: `context` and `search`.
    """
    parents = defaultdict(set)
    for folder in _top_level_packages(files):
        parent, name = os.path.split(folder)
        if (os.path.basename(parent), name) not in nested:
            parents[name].add(parent)
    return (next(iter(found)) for name, found in parents.items() if len(found) == 1 and name in names)


def _folders_of_modules(root: str, files: Iterable[str], modules: set[str]) -> set[str]:
    """The folder below `root`, outside tests, with most of the modules; none if another one has as many."""
    paths = {path.removesuffix(".py") for path in files}
    counts = {
        folder: len(found)
        for folder, found in _modules_by_folder(root, paths, modules).items()
        if len({_first_part(module) for module in found}) >= _MIN_NAMES
        and (len(found) >= _MIN_MODULES_IN_PACKAGE or os.path.join(folder, "__init__") not in paths)
        and not is_test_path(f"{to_relative_path(root, folder)}/")  # they are often like the tree that they test
    }
    most = max(counts.values(), default=0)
    best = {folder for folder, count in counts.items() if count == most}
    return best if len(best) == 1 else set()


def _modules_by_folder(root: str, paths: Iterable[str], modules: set[str]) -> dict[str, set[str]]:
    """Folders below `root` with the modules that can be imported from them; `paths` have no suffix."""
    found: dict[str, set[str]] = defaultdict(set)
    endings = {os.sep + module.replace(".", os.sep): module for module in modules}
    longest = max((ending.count(os.sep) for ending in endings), default=0)
    for path in {path.removesuffix(f"{os.sep}__init__") for path in paths}:
        folder, ending = path, ""
        for _ in range(longest):
            folder, name = os.path.split(folder)
            ending = os.sep + name + ending
            if ending in endings and len(folder) > len(root):
                found[folder].add(endings[ending])
    return found


def _top_level_packages(files: Iterable[str]) -> set[str]:
    """The folders of packages that are in no other package."""
    package_folders = {os.path.dirname(path) for path in files if os.path.basename(path) == "__init__.py"}
    return {folder for folder in package_folders if os.path.dirname(folder) not in package_folders}


def _importable_names(root: str, files: Iterable[str]) -> set[str]:
    """The modules and folders directly in a root."""
    prefix = os.path.join(root, "")
    return {re.split(r"[/\\.]", path[len(prefix) :], maxsplit=1)[0] for path in files if path.startswith(prefix)}
