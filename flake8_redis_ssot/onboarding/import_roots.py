"""Import roots that nobody has told us: folders whose packages the code imports by their bare names."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from flake8_redis_ssot.files.paths import relative_to

_IMPORTED = re.compile(rb"^[ \t]*(?:from|import)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)


def imported_names(data: bytes) -> set[str]:
    """The first parts of the names that a file imports, but for relative imports."""
    return {name.decode() for name in _IMPORTED.findall(data)}


def further_roots(root: str, known: Sequence[str], files: Iterable[str], imported: set[str]) -> list[str]:
    """Folders below `root`, relative to it, that must be import roots for what is `imported` to be found.

    A package counts that is imported by its bare name, that none of the `known` roots (absolute) holds, and that only
    one folder does: `libs` where `libs/shopkit/__init__.py` is there and `import shopkit` somewhere.
    """
    parents = defaultdict(set)
    for folder in _packages(files):
        parents[os.path.basename(folder)].add(os.path.dirname(folder))
    within = os.path.join(root, "")
    taken = {name for folder in known for name in _names_in(folder, files)}
    single = [next(iter(found)) for name, found in parents.items() if len(found) == 1 and name in imported - taken]
    return sorted({relative_to(root, folder) for folder in single if folder.startswith(within)})


def _packages(files: Iterable[str]) -> set[str]:
    """The folders of packages that lie in no other package."""
    every = {os.path.dirname(path) for path in files if os.path.basename(path) == "__init__.py"}
    return {folder for folder in every if os.path.dirname(folder) not in every}


def _names_in(root: str, files: Iterable[str]) -> set[str]:
    """What can be imported by its bare name from a root: the modules and folders right in it."""
    start = os.path.join(root, "")
    return {re.split(r"[/\\.]", path[len(start) :], maxsplit=1)[0] for path in files if path.startswith(start)}
