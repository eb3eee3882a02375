"""Which code is deployed with which: services and distributions that can't import each other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property

from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.applications import Applications
from flake8_redis_ssot.files.distributions import Distributions
from flake8_redis_ssot.files.paths import to_display_path, to_relative_path
from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.files.toml_files import PYPROJECT
from flake8_redis_ssot.project.resolver import Resolver


class ServiceBoundaries:
    """The services of a configuration, each a package or a folder, and the distributions and applications found."""

    def __init__(self, config: Config, resolver: Resolver) -> None:
        self._services = sorted(config.services, key=len, reverse=True)
        self._root = str(config.root)
        self._resolver = resolver
        self._applications = Applications(str(config.root))
        self._uses: dict[tuple[str, str], bool] = {}

    @cached_property
    def _distributions(self) -> Distributions:
        return Distributions(self._root, [self._root, *(each.rstrip(os.sep) for each in self._resolver.modules.roots)])

    def service_of(self, path: str) -> str | None:
        """The service that a file (absolute path) belongs to; None for shared code."""
        module, relative_path = self._resolver.modules.name_of(path), to_relative_path(self._root, path)
        return next((name for name in self._services if is_in_service(name, module, relative_path)), None)

    def why_import_forbidden(self, importer: str, module: str) -> str | None:
        """Why the file `importer` may not import a module (dotted name); None if it may."""
        path = self._resolver.path_of(module, importer)
        if path is None:
            return None
        own_service, other_service = self.service_of(importer), self.service_of(path)
        if own_service is not None and other_service is not None and own_service != other_service:
            return f"`{own_service}` is deployed separately from `{other_service}`, so it can't import `{module}`"
        return self._why_not_installed(importer, path, module) or self._why_not_deployed(importer, path, module)

    def is_separate(self, importer: str, path: str) -> bool:
        """Whether a file is certainly installed without another one (absolute paths)."""
        is_test = is_test_path(to_relative_path(self._root, importer))
        return (
            self._distributions.missing_dependency(importer, path, is_test=is_test) is not None
            or self._find_other_application(importer, path) is not None
        )

    def _why_not_deployed(self, importer: str, path: str, module: str) -> str | None:
        """Why the application of a file is deployed without the file of a module."""
        found = self._find_other_application(importer, path)
        if found is None:
            return None
        own, other = (to_display_path(to_relative_path(self._root, folder)) for folder in found)
        return (
            f"`{own}` and `{other}` have requirements of their own, and nothing in `{own}` imports from `{other}`, "
            f"so it can't import `{module}`"
        )

    def _find_other_application(self, importer: str, path: str) -> tuple[str, str] | None:
        """The applications of two files if the first is deployed without the second, and imports nothing from it."""
        found = self._applications.find_separate(importer, path)
        if found is not None and found not in self._uses:
            self._uses[found] = self._has_import(*found)
        return None if found is None or self._uses[found] else found

    def _has_import(self, folder: str, other: str) -> bool:
        """Whether a file in a folder imports something from another folder today."""
        files = (each for each in self._resolver.modules.files if each.startswith(folder + os.sep))
        return any(path.startswith(other + os.sep) for each in files for path in self._imported_paths(each))

    def _why_not_installed(self, importer: str, path: str, module: str) -> str | None:
        """Why a file is installed without the file of a module; None if it is not, or uses its distribution already."""
        relative_path = to_relative_path(self._root, importer)
        found = self._distributions.missing_dependency(importer, path, is_test=is_test_path(relative_path))
        if found is None or self._imports_from(importer, found[1]):
            return None
        own, other = found
        settings = to_display_path(to_relative_path(self._root, f"{own.folder}/{PYPROJECT}"))
        return f"`{own.name}` does not depend on `{other}` ({settings}), so it can't import `{module}`"

    def _imports_from(self, importer: str, distribution: str) -> bool:
        """Whether a file imports something from a distribution today."""
        found = (self._distributions.distribution_of(path) for path in self._imported_paths(importer))
        return any(each is not None and each.name == distribution for each in found)

    def _imported_paths(self, importer: str) -> Iterator[str]:
        """The files of the project that a file imports from today."""
        modules = {
            origin.partition(":")[0]
            for origins in self._resolver.load_exports(importer).names.values()
            for origin in origins
        }
        return filter(None, (self._resolver.path_of(module, importer) for module in modules))


def is_in_service(service: str, module: str, relative_path: str) -> bool:
    """Whether a service contains the file with this dotted name and path relative to the root."""
    if "/" in service:
        return relative_path.startswith(service.strip("./") + "/")
    return module == service or module.startswith(service + ".")
