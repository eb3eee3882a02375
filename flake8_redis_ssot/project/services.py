"""Service boundaries: services are deployed separately and can't import each other."""

from __future__ import annotations

from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.project.resolver import Resolver


class ServiceBoundaries:
    """The services of a configuration, each a package or a folder."""

    def __init__(self, config: Config, resolver: Resolver) -> None:
        self._services = sorted(config.services, key=len, reverse=True)
        self._root = str(config.root)
        self._resolver = resolver

    def service_of(self, path: str) -> str | None:
        """The service that a file (absolute path) belongs to; None for shared code."""
        module, relative_path = self._resolver.modules.name_of(path), to_relative_path(self._root, path)
        return next((name for name in self._services if is_in_service(name, module, relative_path)), None)

    def why_import_forbidden(self, importer: str, module: str) -> str | None:
        """Why the file `importer` may not import a module (dotted name); None if it may."""
        path = self._resolver.path_of(module, importer)
        own_service, other_service = self.service_of(importer), self.service_of(path) if path is not None else None
        if own_service is None or other_service is None or own_service == other_service:
            return None
        return f"`{own_service}` is deployed separately from `{other_service}`, so it can't import `{module}`"


def is_in_service(service: str, module: str, relative_path: str) -> bool:
    """Whether a service contains the file with this dotted name and path relative to the root."""
    if "/" in service:
        return relative_path.startswith(service.strip("./") + "/")
    return module == service or module.startswith(service + ".")
