"""Finding the Python files and notebooks below given paths, except those that `.gitignore` or `exclude` match."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flake8_redis_ssot.files.gitignore import PathPatterns
from flake8_redis_ssot.files.ignore_rules import (
    Directory,
    IgnoreRules,
    VisitedDirectories,
    add_own_rules,
    is_ignored,
    parent_ignore_rules,
)
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.files.toml_files import CONFIG_FILE_NAMES

SOURCE_SUFFIXES = (".py", ".pyi", ".ipynb")
# ruff's list, so that both tools check the same files, and directories without sources that change with every run.
DEFAULT_EXCLUDES = (
    *("__pycache__/", ".redis_ssot_cache/"),
    *(".bzr/", ".direnv/", ".eggs/", ".git/", ".git-rewrite/", ".hg/", ".ipynb_checkpoints/"),
    *(".mypy_cache/", ".nox/", ".pants.d/", ".pyenv/", ".pytest_cache/", ".pytype/", ".ruff_cache/"),
    *(".svn/", ".tox/", ".venv/", ".vscode/", "__pypackages__/", "_build/", "buck-out/", "build/"),
    *("dist/", "node_modules/", "site-packages/", "venv/"),
)


class DiscoveryError(NamedTuple):
    """A path that could not be listed or read; `is_explicit` if it was given by the caller, not found below one."""

    path: str
    reason: str
    is_explicit: bool


class Listing(NamedTuple):
    """Unique files in byte order, each as given or joined to a given path, and errors.

    `config_files` are files in the listed directories that may hold a configuration of their own. `inputs` are the
    directories and files that the listing depends on (None: not recorded).
    """

    files: tuple[str, ...]
    errors: tuple[DiscoveryError, ...]
    config_files: tuple[str, ...] = ()
    inputs: tuple[str, ...] | None = None


def discover(
    paths: Sequence[str],
    *,
    root: str,
    exclude: Sequence[str],
    respect_gitignore: bool = True,
    force_exclude: bool = False,
    visited: VisitedDirectories | None = None,
    suffixes: tuple[str, ...] = SOURCE_SUFFIXES,
) -> Listing:
    """List the files with one of `suffixes` in `paths` (files and directories).

    A given file is listed whatever its suffix, a given directory even if it is ignored. `exclude` are gitignore-style
    patterns relative to `root`; they follow DEFAULT_EXCLUDES, so `!build/` re-includes such a directory, and with
    `force_exclude` they apply to the given paths as well. Symbolic links to directories are not followed. I/O errors
    are returned, not raised. The paths that the listing depends on are added to `visited`.
    """
    patterns = PathPatterns((*DEFAULT_EXCLUDES, *exclude))
    walker = _DirectoryWalker(
        root, patterns, respect_gitignore, force_exclude, visited or VisitedDirectories.create_empty(), suffixes
    )
    for path in paths:
        walker.add_path(path)
    files = walker.files if len(paths) == 1 else _deduplicate(walker.files)
    return Listing(
        tuple(sorted(files, key=os.fsencode)), tuple(sorted(set(walker.errors))), tuple(sorted(walker.config_files))
    )


def discover_project(
    root: str, roots: Iterable[str], exclude: Sequence[str], *, suffixes: tuple[str, ...] = SOURCE_SUFFIXES
) -> Listing:
    """List the files of a project, below its directory `root` and its import `roots`, as `discover` does."""
    return discover(sorted({root, *roots}), root=root, exclude=exclude, suffixes=suffixes)


class _DirectoryWalker:
    """Collects the files below the paths that are added."""

    def __init__(
        self,
        root: str,
        exclude: PathPatterns,
        respect_gitignore: bool,
        force_exclude: bool,
        visited: VisitedDirectories,
        suffixes: tuple[str, ...],
    ) -> None:
        self.files: list[str] = []
        self.errors: list[DiscoveryError] = []
        self.config_files: list[str] = []
        self._root = root
        self._exclude = exclude
        self._respect_gitignore = respect_gitignore
        self._force_exclude = force_exclude
        self._visited = visited
        self._suffixes = suffixes

    def add_path(self, given_path: str) -> None:
        try:
            is_directory = stat.S_ISDIR(os.stat(given_path).st_mode)
        except (OSError, ValueError) as error:
            self.errors.append(DiscoveryError(given_path, _describe_os_error(given_path, error), True))
            return
        path = _normalise_path(given_path)
        relative_path = _relative_to_root(self._root, path)
        if self._force_exclude and self._exclude.match(relative_path, is_directory=is_directory):
            return
        if is_directory:
            self._walk_directory(path, relative_path)
        else:
            self.files.append(path)
            self._visited.files.append(path)

    def _walk_directory(self, top: str, relative_path: str) -> None:
        ignore_rules = tuple(parent_ignore_rules(top, self._visited)) if self._respect_gitignore else ()
        exclude_rules = IgnoreRules(self._exclude, f"{relative_path}/" if relative_path else "", 0)
        folders = [Directory("" if top == "." else os.path.join(top, ""), "", ignore_rules)]
        while folders:
            folder = folders.pop()
            try:
                folders += self._scan_directory(folder, exclude_rules)
            except OSError as error:
                path = folder.path.rstrip(os.sep) or top
                reason = f"cannot be listed: {error.strerror}"
                self.errors.append(DiscoveryError(path, reason, not folder.relative_path))

    def _scan_directory(self, folder: Directory, exclude_rules: IgnoreRules) -> list[Directory]:
        self._visited.folders.append(folder.path or ".")
        with os.scandir(folder.path or ".") as listing:
            entries = list(listing)
        if self._respect_gitignore:
            folder = add_own_rules(folder, {entry.name for entry in entries}, self._visited)
        rule_groups, relative_path = ((exclude_rules,), folder.ignore_rules), folder.relative_path
        subdirectories: list[Directory] = []
        for entry in entries:
            name = entry.name
            if entry.is_dir(follow_symlinks=False):
                if not is_ignored(rule_groups, relative_path, name, True):
                    path = f"{folder.path}{name}"
                    subdirectories.append(Directory(f"{path}{os.sep}", f"{relative_path}{name}/", folder.ignore_rules))
            else:
                if name in CONFIG_FILE_NAMES:
                    self.config_files.append(f"{folder.path}{name}")
                if name.endswith(self._suffixes) and not is_ignored(rule_groups, relative_path, name, False):
                    self._add_entry(f"{folder.path}{name}", entry)
        return subdirectories

    def _add_entry(self, path: str, entry: os.DirEntry[str]) -> None:
        if entry.is_file(follow_symlinks=False):
            self.files.append(path)
            return
        try:
            mode = os.stat(path).st_mode
        except OSError as error:
            self.errors.append(DiscoveryError(path, _describe_os_error(path, error), False))
            return
        if stat.S_ISREG(mode):
            self.files.append(path)
            self._visited.files.append(path)
        elif not stat.S_ISDIR(mode):  # such as a pipe, which would block a reader
            self.errors.append(DiscoveryError(path, "is not a regular file", False))


def _describe_os_error(path: str, error: OSError | ValueError) -> str:
    if not isinstance(error, OSError):
        return "cannot be read: no file can have such a path"
    if error.errno == errno.ELOOP:
        return "is a symbolic link loop"
    if error.errno == errno.ENOENT:
        return (
            f"is a dangling link to `{to_display_path(os.readlink(path))}`"
            if os.path.islink(path)
            else "does not exist"
        )
    return f"cannot be read: {error.strerror}"


def _normalise_path(path: str) -> str:
    # `a/link/../b` is not `a/b` if `link` is a symbolic link.
    return path if ".." in path.split(os.sep) else os.path.normpath(path)


def _relative_to_root(root: str, path: str) -> str:
    """`path` relative to `root`, with `/`; empty for the root itself."""
    for target, start in ((path, root), (os.path.realpath(path), os.path.realpath(root))):
        try:
            relative_path = os.path.relpath(target, start).replace(os.sep, "/")
        except ValueError:  # another drive
            continue
        if not relative_path.startswith(".."):
            return "" if relative_path == "." else relative_path
    return f"../{os.path.basename(path)}"  # outside `root`: only bare names can match


def _deduplicate(files: Iterable[str]) -> Iterable[str]:
    return {os.path.abspath(file): file for file in reversed(list(files))}.values()
