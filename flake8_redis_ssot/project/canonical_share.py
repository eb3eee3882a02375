"""How much of a project its canonical modules cover: nothing is reported in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flake8_redis_ssot.config.model import Config, Resource
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.project.modules import ModuleMap, is_single_file

# A package of fewer files is a module that was split up, unless there is nothing else.
_MIN_COVERED = 5
# Packages with a smaller part of all files are not counted file by file.
_MIN_PART = 10


class CanonicalShare(NamedTuple):
    """A canonical module, and how many of the files outside tests it covers."""

    resource: Resource
    module: str
    covered: int
    total: int

    @property
    def is_most(self) -> bool:
        """Whether most of the project is exempt."""
        if self.covered == self.total:
            return self.total > 1
        return self.covered >= _MIN_COVERED and self.covered * 2 > self.total

    @property
    def percentage(self) -> str:
        """The share, rounded to a percent."""
        return f"{self.covered / self.total:.0%}" if self.total else "0%"


def canonical_shares(config: Config, modules: ModuleMap) -> Iterator[CanonicalShare]:
    """The shares of all canonical modules that exist."""
    root = str(config.root)
    total = sum(1 for _ in _without_tests(modules.files, root))
    for resource in config.resources:
        for module in resource.canonical:
            covered = sum(1 for _ in _without_tests(_covered_files(module, modules), root))
            if covered:
                yield CanonicalShare(resource, module, covered, total)


def large_shares(config: Config, modules: ModuleMap) -> list[CanonicalShare]:
    """The shares of the canonical modules that cover most of the project."""
    counts = [len(_covered_files(module, modules)) for resource in config.resources for module in resource.canonical]
    # Telling tests takes long in a large project, and is needed by few.
    if not any(count > 1 and count * _MIN_PART >= len(modules.files) for count in counts):
        return []
    return [share for share in canonical_shares(config, modules) if share.is_most]


def _covered_files(module: str, modules: ModuleMap) -> tuple[str, ...]:
    path = modules.path_of(module)
    inside = () if is_single_file(module) else modules.files_in(module)
    return (path,) if path is not None and path not in inside else inside


def _without_tests(files: Iterable[str], root: str) -> Iterator[str]:
    return (path for path in files if not is_test_path(to_relative_path(root, path)))
