"""The ignore files that apply to a directory: `.gitignore`, those of its repository and of git's settings."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.git_settings import find_excludes_file
from flake8_redis_ssot.files.gitignore import PathPatterns


class VisitedDirectories(NamedTuple):
    """The paths that a listing depends on.

    `folders` were listed; `ignore_files` are ignore files and git pointers that were searched, existing or not;
    `files` were given explicitly or are targets of symbolic links.
    """

    folders: list[str]
    ignore_files: list[str]
    files: list[str]

    @classmethod
    def create_empty(cls) -> VisitedDirectories:
        """A record without any paths."""
        return cls([], [], [])


class IgnoreRules(NamedTuple):
    """The patterns of one ignore file, and how to make paths relative to its directory.

    Paths are relative to the directory being walked. If the ignore file is below that directory, the first
    `skipped_length` characters are dropped; if it is above, `prefix` is prepended.
    """

    patterns: PathPatterns
    prefix: str
    skipped_length: int

    def match_exact(self, parent: str, name: str, is_directory: bool) -> bool | None:
        """Whether the entry `name` of the directory `parent` is ignored; None if no pattern matches it."""
        return self.patterns.match_exact(name, f"{self.prefix}{parent[self.skipped_length :]}{name}", is_directory)


class Directory(NamedTuple):
    """A directory of a walk, with the rules that apply to its entries."""

    path: str  # with a trailing separator; empty for the working directory
    relative_path: str
    ignore_rules: tuple[IgnoreRules, ...]  # nearest first: the first match decides


def is_ignored(rule_groups: Iterable[Iterable[IgnoreRules]], parent: str, name: str, is_directory: bool) -> bool:
    """Whether one of the groups ignores an entry of the directory `parent`; in a group, the first match decides."""
    for group in rule_groups:
        for rules in group:
            is_match = rules.match_exact(parent, name, is_directory)
            if is_match is not None:
                if is_match:
                    return True
                break
    return False


def add_own_rules(folder: Directory, names: set[str], visited: VisitedDirectories) -> Directory:
    """The directory with the rules of its own `.gitignore`; in a nested repository the rules above do not apply."""
    ignore_rules = folder.ignore_rules
    if ".git" in names and folder.relative_path:
        ignore_rules = tuple(
            rules
            for path in _exclude_paths(folder.path, visited)
            for rules in _load_ignore_rules(path, "", len(folder.relative_path), visited)
        )
    if ".gitignore" in names:
        ignore_rules = (
            *_load_ignore_rules(f"{folder.path}.gitignore", "", len(folder.relative_path), visited),
            *ignore_rules,
        )
    return Directory(folder.path, folder.relative_path, ignore_rules)


def parent_ignore_rules(top: str, visited: VisitedDirectories) -> Iterator[IgnoreRules]:
    """The rules of ignore files above `top`, nearest first, up to the repository root; none outside a repository."""
    directory = os.path.realpath(top)
    rules: list[IgnoreRules] = []
    prefix = ""
    while True:
        git = os.path.join(directory, ".git")
        visited.ignore_files.append(git)
        if os.path.lexists(git):
            yield from rules
            for path in _exclude_paths(directory, visited):
                yield from _load_ignore_rules(path, prefix, 0, visited)
            return
        parent, name = os.path.split(directory)
        if parent == directory:
            return
        directory, prefix = parent, f"{name}/{prefix}"
        rules += _load_ignore_rules(os.path.join(directory, ".gitignore"), prefix, 0, visited)


def _load_ignore_rules(
    path: str, prefix: str, skipped_length: int, visited: VisitedDirectories
) -> Iterator[IgnoreRules]:
    visited.ignore_files.append(path)
    try:
        text = read(path).removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    except OSError:  # git, too, ignores a missing or unreadable file
        return
    yield IgnoreRules(PathPatterns(line.removesuffix("\r") for line in text.split("\n")), prefix, skipped_length)


def _exclude_paths(folder: str, visited: VisitedDirectories) -> tuple[str, str]:
    """`info/exclude` of the repository in `folder`, which may be a worktree or submodule, and `core.excludesFile`."""
    git = os.path.join(folder, ".git")
    git = _read_git_pointer(git, folder, visited) or git
    git = _read_git_pointer(os.path.join(git, "commondir"), git, visited) or git
    return os.path.join(git, "info", "exclude"), find_excludes_file(git, folder, visited.ignore_files)


def _read_git_pointer(pointer: str, folder: str, visited: VisitedDirectories) -> str | None:
    visited.ignore_files.append(pointer)
    try:
        return os.path.join(folder, os.fsdecode(read(pointer)).strip().removeprefix("gitdir: "))
    except OSError:
        return None
