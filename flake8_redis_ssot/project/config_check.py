"""Checks that the names in a configuration exist in the project."""

from __future__ import annotations

import os
from collections.abc import Iterator

from flake8_redis_ssot.config.loading import problem_at
from flake8_redis_ssot.config.model import Config, ConfigError, ConfigProblem, Resource
from flake8_redis_ssot.config.validators import find_nearest
from flake8_redis_ssot.project.resolver import Resolver
from flake8_redis_ssot.semantic.name_patterns import is_glob


def check_names(config: Config, resolver: Resolver) -> None:
    """Raise ConfigError if the configuration names an instance or accessor that does not exist."""
    errors = name_errors(config, resolver)
    if errors:
        raise ConfigError(errors)


def name_errors(config: Config, resolver: Resolver) -> tuple[ConfigProblem, ...]:
    """The instances and accessors that their module certainly does not define."""
    return tuple(
        problem for resource in config.resources for problem in _undefined_problems(config, resource, resolver)
    )


def name_warnings(config: Config, resolver: Resolver) -> tuple[ConfigProblem, ...]:
    """The canonical modules that do not exist yet, and constructors and replacements that are not defined."""
    return tuple(problem for resource in config.resources for problem in _missing_problems(config, resource, resolver))


def _undefined_problems(config: Config, resource: Resource, resolver: Resolver) -> Iterator[ConfigProblem]:
    for key, name in _accessor_names(resource):
        message = _undefined_message(name, resolver)
        if message:
            yield _problem(config, resource, key, message)


def _accessor_names(resource: Resource) -> Iterator[tuple[str, str]]:
    if resource.instance:
        yield "instance", resource.instance
    if resource.accessor:
        yield "accessor", resource.accessor
    for entry in resource.accessor_for:
        yield "accessor-for", entry.accessor


def _missing_problems(config: Config, resource: Resource, resolver: Resolver) -> Iterator[ConfigProblem]:
    modules = resolver.modules
    for module in resource.canonical:
        if not is_glob(module) and modules.path_of(module) is None and modules.folder_of(module) is None:
            yield _problem(config, resource, "canonical", f"no module `{module}` under {_format_roots(config)}")
    for constructor in resource.constructors:
        # A third-party package may have the same name as one of the project, so this is only a warning.
        message = None if is_glob(constructor) else _undefined_message(constructor, resolver)
        if message:
            yield _problem(config, resource, "constructors", message)
    for deprecated_name, replacement in resource.deprecated:
        message = _undefined_message(replacement, resolver) if replacement else None
        if message:
            yield _problem(config, resource, f'deprecated."{deprecated_name}"', message)


def _format_roots(config: Config) -> str:
    """The import roots, as absolute paths."""
    return " or ".join(f"`{os.path.normpath(config.root / source)}`" for source in config.src)


def _undefined_message(dotted: str, resolver: Resolver) -> str | None:
    """Why a dotted name is undefined; None if it is defined, or may be."""
    module, _, attributes = resolver.to_origin(dotted).partition(":")
    path = resolver.modules.path_of(module)
    if path is None or not attributes:
        return None
    exports, name = resolver.load_exports(path), attributes.partition(".")[0]
    if name in exports.names or exports.has_getattr or exports.stars or not exports.names:
        return None
    similar = find_nearest(name, exports.names)
    return f"`{module}` defines no `{name}`" + (f"; did you mean `{similar}`?" if similar else "")


def _problem(config: Config, resource: Resource, key: str, text: str) -> ConfigProblem:
    return problem_at(config, f"resource.{resource.name}.{key}", text)
