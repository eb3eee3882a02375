"""Maps modules to files by import roots, packages and namespace packages, from a list of files alone."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import cache, cached_property, lru_cache

from flake8_redis_ssot.project.module_location import ModuleLocation
from flake8_redis_ssot.syntax.notebooks import NOTEBOOK_SUFFIX
from flake8_redis_ssot.terminal import escape_unprintable

# A notebook has a name like a module, but not one that can be imported.
_NOTEBOOK_SUFFIX = NOTEBOOK_SUFFIX.replace(".", "-")
# A stub is used only if no root has the module's code.
_SUFFIXES = ((os.sep + "__init__.py", ".py"), (os.sep + "__init__.pyi", ".pyi"))


class ModuleMap:
    """Maps dotted module names to files and back.

    `roots` are the import roots (absolute folders; a file is named from the deepest one that contains it), `files`
    absolute paths. Nothing is read from disk.
    """

    def __init__(self, roots: Sequence[str], files: Iterable[str]) -> None:
        self._configured_roots = tuple(root.rstrip(os.sep) + os.sep for root in roots)
        self.roots = tuple(sorted(self._configured_roots, key=len, reverse=True))
        self._files = frozenset(files)
        self._paths: dict[str, str | None] = {}
        self._names: dict[str, str] = {}
        self._packages: dict[str, list[str]] = {}
        self._script_folders: dict[str, str] = {}
        self._roots_of: dict[str, str] = {}
        self._paths_in_root: dict[tuple[str, str], str | None] = {}
        self._cached_sibling = cache(self._find_sibling)
        self._cached_path = lru_cache(maxsize=4096)(self._find_for_importer)  # one file is asked about at a time

    def path_of(self, module: str) -> str | None:
        """The file of a module; None if the project has none (third-party, or a namespace package)."""
        if module not in self._paths:
            self._paths[module] = self._find_file(module)
        return self._paths[module]

    def _find_file(self, module: str) -> str | None:
        if module.endswith(_NOTEBOOK_SUFFIX):
            return self._find_notebook(module)
        relative_path = module.replace(".", os.sep)
        for suffixes in _SUFFIXES:
            for root in self._filled_roots:
                for suffix in suffixes:
                    path = f"{root}{relative_path}{suffix}"
                    if path in self._files:
                        return path
        return None

    def _find_notebook(self, module: str) -> str | None:
        relative_path = module.removesuffix(_NOTEBOOK_SUFFIX).replace(".", os.sep) + NOTEBOOK_SUFFIX
        return next((root + relative_path for root in self._filled_roots if root + relative_path in self._files), None)

    def folder_of(self, package: str) -> str | None:
        """The folder (with a final separator) of a package or namespace package; None if it has no files."""
        for root in self._filled_roots:
            folder = root + package.replace(".", os.sep) + os.sep
            if folder in self._folders:
                return folder
        return None

    def folders_for_importer(self, package: str, importer: str) -> tuple[str, ...]:
        """All folders with files that `importer` (a path) may mean by a package: in import roots, and beside itself."""
        relative_path = package.replace(".", os.sep) + os.sep
        roots = (*self._filled_roots, self.find_script_folder(os.path.dirname(importer)) + os.sep)
        return tuple(root + relative_path for root in roots if root + relative_path in self._folders)

    def locate(self, module: str, path: str | None = None) -> ModuleLocation:
        """How import statements can name a module, whether it exists or not; `path` is its file, if it has one."""
        relative_path, top = module.replace(".", os.sep), module.partition(".")[0]
        paths = [root + relative_path for root in self._filled_roots if root + top + os.sep in self._folders]
        if path is not None:
            stem = os.path.splitext(path)[0]
            paths.append(os.path.dirname(stem) if os.path.basename(stem) == "__init__" else stem)
        paths = list(dict.fromkeys(paths)) or [root + relative_path for root in self._configured_roots[:1]]
        roots = [(each, root) for each in paths for root in self._filled_roots if each.startswith(root)]
        names = [each.removeprefix(root).replace(os.sep, ".") for each, root in roots]
        return ModuleLocation(tuple(dict.fromkeys((module, *names))), tuple(paths))

    @cached_property
    def _filled_roots(self) -> tuple[str, ...]:
        """The import roots that contain files: settings may name thousands of others."""
        return tuple(root for root in self._configured_roots if root in self._folders)

    @cached_property
    def _folders(self) -> frozenset[str]:
        """The folders of all files and those above them, each with a final separator."""
        folders: set[str] = set()
        for path in self._files:
            folder = path[: path.rfind(os.sep) + 1]
            while folder not in folders:
                folders.add(folder)
                folder = folder[: folder.rfind(os.sep, 0, -1) + 1]
        return frozenset(folders)

    def files_in(self, package: str) -> tuple[str, ...]:
        """The files below the folder of a package, in no order."""
        folder = self.folder_of(package)
        return () if folder is None else tuple(path for path in self._files if path.startswith(folder))

    @property
    def files(self) -> frozenset[str]:
        """All files."""
        return self._files

    def paths_under(self, prefix: str) -> tuple[str, ...]:
        """The files of all modules whose dotted name starts with a prefix, in order."""
        starts = tuple(root + prefix.replace(".", os.sep) for root in self._configured_roots)
        return tuple(sorted(path for path in self._files if path.startswith(starts) and path.endswith(".py")))

    def path_for_importer(self, module: str, importer: str) -> str | None:
        """The file of a module that `importer` (a path) imports: in an import root, else beside the importer.

        Of files in several import roots, that in the root of the importer is meant, as services that are deployed
        separately have packages of the same name; but a root that contains the others is no service of its own, and the
        order of the roots decides.
        """
        return self._cached_path(module, importer)

    def _find_for_importer(self, module: str, importer: str) -> str | None:
        first = self.path_of(module)
        if first is None:
            return self._cached_sibling(module, os.path.dirname(importer))
        root = self._find_root(importer)
        return first if first.startswith(root) else self._find_in_root(module, root) or first

    def _find_root(self, path: str) -> str:
        """The deepest import root that contains a file; "" (which all paths start with) if none does."""
        if path not in self._roots_of:
            self._roots_of[path] = next((root for root in self.roots if path.startswith(root)), "")
        return self._roots_of[path]

    def _find_in_root(self, module: str, root: str) -> str | None:
        """The file with the code of a module in one import root."""
        if (module, root) not in self._paths_in_root:
            paths = (f"{root}{module.replace('.', os.sep)}{suffix}" for suffix in _SUFFIXES[0])
            self._paths_in_root[module, root] = next((path for path in paths if path in self._files), None)
        return self._paths_in_root[module, root]

    def _find_sibling(self, module: str, folder: str) -> str | None:
        """Running a script puts its folder on `sys.path`, pytest the first folder above a test that is no package."""
        base = os.path.join(self.find_script_folder(folder), module.replace(".", os.sep))
        paths = (os.path.join(base, "__init__.py"), base + ".py")
        return next((path for path in paths if path in self._files), None)

    def packages_of(self, path: str) -> list[str]:
        """The files of the packages that contain a module, outermost first; they are loaded before it."""
        if path not in self._packages:
            parts = self.name_of(path).split(".")
            paths = (self.path_for_importer(".".join(parts[:count]), path) for count in range(1, len(parts)))
            self._packages[path] = [each for each in paths if each is not None and each != path]
        return self._packages[path]

    def find_script_folder(self, folder: str) -> str:
        """The first folder from `folder` upwards that is no package."""
        if folder not in self._script_folders:
            is_package = os.path.join(folder, "__init__.py") in self._files
            self._script_folders[folder] = self.find_script_folder(os.path.dirname(folder)) if is_package else folder
        return self._script_folders[folder]

    def name_of(self, path: str) -> str:
        """The dotted name of a file, relative to the deepest import root; of an `__init__.py`, that of the package."""
        if path not in self._names:
            self._names[path] = module_name(path, self.roots)
        return self._names[path]


def is_single_file(module: str) -> bool:
    """Whether a dotted name means the `__init__.py` of a package alone, not the modules in it: `app.__init__`."""
    return module.endswith(".__init__")


def package_of_init(module: str) -> str:
    """The name that an `__init__.py` is imported by: `app` for `app.__init__`; any other name is unchanged."""
    return module.removesuffix(".__init__")


def module_name(path: str, roots: Sequence[str]) -> str:
    """The dotted name of a file; `roots` are absolute, with a final separator, deepest first."""
    root = next((root for root in roots if path.startswith(root)), os.path.dirname(path) + os.sep)
    stem, suffix = os.path.splitext(path[len(root) :])
    parts = (stem + _NOTEBOOK_SUFFIX if suffix == NOTEBOOK_SUFFIX else stem).split(os.sep)
    if parts[-1] == "__init__" and len(parts) > 1:
        del parts[-1]
    # A file name that no import can spell is made readable, as names are shown and searched for.
    return escape_unprintable(".".join(parts))


def package_name(path: str, roots: Sequence[str]) -> str:
    """The package that a file's relative imports are relative to; `roots` as in `module_name`."""
    name = module_name(path, roots)
    return name if os.path.basename(path).startswith("__init__.") else name.rpartition(".")[0]
