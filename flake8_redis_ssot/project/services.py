"""Services are deployed apart: what one of them imports from another is not there."""

from __future__ import annotations

from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.paths import relative_to
from flake8_redis_ssot.project.resolver import Project


class Borders:
    """The services of a configuration, packages or folders, that may not import each other."""

    def __init__(self, config: Config, project: Project) -> None:
        self._services = sorted(config.services, key=len, reverse=True)
        self._root = str(config.root)
        self._project = project

    def service_of(self, path: str) -> str | None:
        """The service that a file belongs to; None for what all of them may share."""
        module, relative = self._project.modules.name_of(path), relative_to(self._root, path)
        return next((name for name in self._services if holds(name, module, relative)), None)

    def crossed(self, importer: str, module: str) -> str | None:
        """Why the file `importer` may not import a module (dotted), or None where it may."""
        path = self._project.path_of(module, importer)
        own, other = self.service_of(importer), self.service_of(path) if path is not None else None
        if own is None or other is None or own == other:
            return None
        return f"`{own}` is deployed apart from `{other}`, so it can't import `{module}`"


def holds(service: str, module: str, relative: str) -> bool:
    """Whether a service (a package or a folder) holds the file with this module name and path from the root."""
    if "/" in service:
        return relative.startswith(service.strip("./") + "/")
    return module == service or module.startswith(service + ".")
