"""What only the code can tell of a configuration: whether the names in it exist."""

from __future__ import annotations

import os
from collections.abc import Iterator

from flake8_redis_ssot.config.loading import problem_at
from flake8_redis_ssot.config.model import Config, ConfigError, Problem, Resource
from flake8_redis_ssot.config.validators import nearest
from flake8_redis_ssot.project.resolver import Project
from flake8_redis_ssot.semantic.name_patterns import is_glob


def check_names(config: Config, project: Project) -> None:
    """Raise ConfigError where the configuration names what is not there."""
    errors = name_errors(config, project)
    if errors:
        raise ConfigError(errors)


def name_errors(config: Config, project: Project) -> tuple[Problem, ...]:
    """Instances and accessors that a module of the project certainly does not define."""
    return tuple(problem for resource in config.resources for problem in _undefined(config, resource, project))


def name_warnings(config: Config, project: Project) -> tuple[Problem, ...]:
    """Canonical modules that do not exist yet; constructors and replacements that their module does not define."""
    return tuple(problem for resource in config.resources for problem in _missing(config, resource, project))


def _undefined(config: Config, resource: Resource, project: Project) -> Iterator[Problem]:
    for key, name in _used_names(resource):
        text = _complaint(name, project)
        if text:
            yield _problem(config, resource, key, text)


def _used_names(resource: Resource) -> Iterator[tuple[str, str]]:
    if resource.instance:
        yield "instance", resource.instance
    if resource.accessor:
        yield "accessor", resource.accessor
    for entry in resource.accessor_for:
        yield "accessor-for", entry.accessor


def _missing(config: Config, resource: Resource, project: Project) -> Iterator[Problem]:
    modules = project.modules
    for module in resource.canonical:
        if not is_glob(module) and modules.path_of(module) is None and modules.folder_of(module) is None:
            yield _problem(config, resource, "canonical", f"there is no module `{module}` (yet) under {_roots(config)}")
    for constructor in resource.constructors:
        # A third party's may have the name of a package of ours: then this is no mistake.
        text = None if is_glob(constructor) else _complaint(constructor, project)
        if text:
            yield _problem(config, resource, "constructors", text)
    for old, replacement in resource.deprecated:
        text = _complaint(replacement, project) if replacement else None
        if text:
            yield _problem(config, resource, f'deprecated."{old}"', text)


def _roots(config: Config) -> str:
    """The import roots, as absolute paths: where a module was looked for."""
    return " or ".join(f"`{os.path.normpath(config.root / source)}`" for source in config.src)


def _complaint(dotted: str, project: Project) -> str | None:
    """Why a dotted name can't be right, as far as the code shows it."""
    module, _, attributes = project.locate(dotted).partition(":")
    path = project.modules.path_of(module)
    if path is None or not attributes:
        return None
    exports, name = project.load(path), attributes.partition(".")[0]
    if name in exports.names or exports.dynamic or exports.stars or not exports.names:
        return None
    similar = nearest(name, exports.names)
    return f"`{module}` defines no `{name}`" + (f"; did you mean `{similar}`?" if similar else "")


def _problem(config: Config, resource: Resource, key: str, text: str) -> Problem:
    return problem_at(config, f"resource.{resource.name}.{key}", text)
