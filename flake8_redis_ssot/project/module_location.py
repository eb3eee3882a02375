"""How import statements can name a module, decided from the paths of files alone."""

from __future__ import annotations

import os
from typing import NamedTuple


class ModuleLocation(NamedTuple):
    """A module or package, which need not exist: its dotted `names` from all import roots, and its `paths`.

    The paths are absolute, without the suffix of a file or `__init__`. Without any, every name may name it.
    """

    names: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    def may_be(self, module: str, importer: str) -> bool:
        """Whether `module`, as an import statement of the file `importer` (absolute path) names it, may be this one."""
        if not self.paths:
            return True
        if module.startswith("."):
            return _relative_path(module, importer) in self.paths
        return module in self.names or any(_is_beside(path, module, importer) for path in self.paths)


def _relative_path(module: str, importer: str) -> str:
    """The path, without a suffix, of what a relative import names."""
    name = module.lstrip(".")
    folder = importer
    for _ in range(len(module) - len(name)):
        folder = os.path.dirname(folder)
    return os.path.join(folder, *name.split("."))


def _is_beside(path: str, module: str, importer: str) -> bool:
    """Whether a module is found from the folder of a script or test, or from one above it."""
    end = os.sep + module.replace(".", os.sep)
    return path.endswith(end) and importer.startswith(path[: -len(end)] + os.sep)
