"""Which constructions are no findings: in canonical modules, deprecated modules, allowed files and their own tests."""

from __future__ import annotations

import os

from flake8_redis_ssot.config.model import Config, Resource
from flake8_redis_ssot.files.gitignore import PathPatterns
from flake8_redis_ssot.files.test_paths import is_named_after, is_test_path
from flake8_redis_ssot.runtime.agent.places import Place
from flake8_redis_ssot.runtime.records import Site


class Exemptions:
    """The exemptions of a configuration."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._resources = {resource.name: resource for resource in config.resources}
        self._allowed = {resource.name: PathPatterns(resource.allow) for resource in config.resources}
        self._excluded = PathPatterns(config.exclude)
        self._import_roots = config.import_roots
        # The roots relative to the root of the project, with a slash at the end; those outside hold no place.
        self._prefixes = [_as_prefix(os.path.relpath(root, config.root)) for root in self._import_roots]
        self._reasons: dict[tuple[str, str, str], str] = {}
        self._modules: dict[str, str] = {}

    def reason(self, site: Site) -> str:
        """Why a place may construct: in words for a report, empty if it may not."""
        resource = self._resources.get(site.resource)
        if resource is None:
            return "the resource is not in the settings"
        reason = self.reason_for_place(site.place, resource)
        return reason or ("test of the module that defines it" if self._is_own_test(site, resource) else "")

    def reason_for_place(self, place: Place, resource: Resource) -> str:
        """Why a place may construct instances of a resource."""
        key = (place.file, place.module, resource.name)
        if key not in self._reasons:
            self._reasons[key] = self._find_reason(place, resource)
        return self._reasons[key]

    def _find_reason(self, place: Place, resource: Resource) -> str:
        if not place.file:
            return "outside of the project"
        if self._is_in(place, resource.canonical):
            return "canonical module"
        if self._is_in(place, tuple(old for old, _ in resource.deprecated)):
            return "deprecated module itself"
        if self._allowed[resource.name].match(place.file):
            return "allowed by the settings"
        return "excluded by the settings" if self._excluded.match(place.file) else ""

    def _is_own_test(self, site: Site, resource: Resource) -> bool:
        """Whether a test constructs what its own module defines, as `FileContext.is_own_test` has it for findings."""
        if site.type not in self._modules:
            self._modules[site.type] = self._defining_module(site.type)
        home = self._modules[site.type]
        modules = {home.rpartition(".")[2], resource.home.rpartition(".")[2]}
        return bool(home) and is_named_after(site.place.file, modules) and is_test_path(site.place.file)

    def _defining_module(self, dotted: str) -> str:
        """The module of the project in which something is defined; empty if it is not of the project."""
        parts = dotted.split(".")[:-1]
        for length in range(len(parts), 0, -1):
            for root in self._import_roots:
                path = os.path.join(root, *parts[:length])
                if os.path.isfile(f"{path}.py") or os.path.isfile(os.path.join(path, "__init__.py")):
                    return ".".join(parts[:length])
        return ""

    def _is_in(self, place: Place, patterns: tuple[str, ...]) -> bool:
        names = {place.module, *self._module_names(place.file)}
        return any(_is_inside(name, pattern) for name in names for pattern in patterns)

    def _module_names(self, file: str) -> list[str]:
        """The names that a file has below each of the import roots."""
        names = []
        for prefix in self._prefixes:
            if file.startswith(prefix):
                parts = file.removeprefix(prefix).removesuffix(".py").split("/")
                names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
        return names


def _as_prefix(folder: str) -> str:
    """What the files in a relative folder begin with."""
    return "" if folder == os.curdir else f"{folder.replace(os.sep, '/')}/"


def _is_inside(name: str, pattern: str) -> bool:
    """Whether a module is, or lies in, what a pattern names; `app.__init__` is that file alone, `app` the package."""
    if pattern.endswith(".__init__"):
        return name == pattern.removesuffix(".__init__")
    if "*" not in pattern:
        return name == pattern or name.startswith(f"{pattern}.")
    from flake8_redis_ssot.semantic.name_patterns import dotted_pattern  # late: few modules are given by patterns

    parts = name.split(".")
    regex = dotted_pattern(pattern)
    return any(regex.match(".".join(parts[:length])) for length in range(1, len(parts) + 1))
