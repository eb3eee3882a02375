"""Which code is deployed with which: services and distributions that can't import each other."""

from __future__ import annotations

import os
from functools import cached_property

from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.distributions import Distributions
from flake8_redis_ssot.files.paths import to_display_path, to_relative_path
from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.files.toml_files import PYPROJECT
from flake8_redis_ssot.project.resolver import Resolver


class ServiceBoundaries:
    """The services of a configuration, each a package or a folder, and the distributions of the repository."""

    def __init__(self, config: Config, resolver: Resolver) -> None:
        self._services = sorted(config.services, key=len, reverse=True)
        self._root = str(config.root)
        self._resolver = resolver

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
        return self._why_not_installed(importer, path, module)

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
        modules = {
            origin.partition(":")[0]
            for origins in self._resolver.load_exports(importer).names.values()
            for origin in origins
        }
        paths = filter(None, (self._resolver.path_of(module, importer) for module in modules))
        found = (self._distributions.distribution_of(path) for path in paths)
        return any(each is not None and each.name == distribution for each in found)


def is_in_service(service: str, module: str, relative_path: str) -> bool:
    """Whether a service contains the file with this dotted name and path relative to the root."""
    if "/" in service:
        return relative_path.startswith(service.strip("./") + "/")
    return module == service or module.startswith(service + ".")
