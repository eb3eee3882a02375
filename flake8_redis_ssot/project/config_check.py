"""Checks that the names in a configuration exist in the project."""

from __future__ import annotations

import os
from collections.abc import Iterator

from flake8_redis_ssot.config.loading import config_warnings, problem_at
from flake8_redis_ssot.config.model import Config, ConfigError, ConfigProblem, Resource
from flake8_redis_ssot.config.validators import find_nearest
from flake8_redis_ssot.project.accessor_check import MemberChecker, NameKind, TreeLoader
from flake8_redis_ssot.project.canonical_share import CanonicalShare, large_shares
from flake8_redis_ssot.project.modules import ModuleMap
from flake8_redis_ssot.project.resolver import Resolver
from flake8_redis_ssot.semantic.name_patterns import is_glob


def check_names(config: Config, resolver: Resolver, load_tree: TreeLoader) -> None:
    """Raise ConfigError if the configuration names an instance or accessor that does not exist, or can't be one."""
    errors = name_errors(config, resolver, load_tree)
    if errors:
        raise ConfigError(errors)


def name_errors(config: Config, resolver: Resolver, load_tree: TreeLoader) -> tuple[ConfigProblem, ...]:
    """The instances and accessors that their module or class certainly does not define, or not as such."""
    checker = MemberChecker(resolver, load_tree)
    return tuple(
        problem for resource in config.resources for problem in _undefined_problems(config, resource, resolver, checker)
    )


def find_warnings(config: Config, resolver: Resolver, load_tree: TreeLoader) -> tuple[ConfigProblem, ...]:
    """What a configuration is used with all the same: names that are not defined (yet), modules that exempt too much.

    They are import roots, canonical modules, constructors and replacements; most of a project should not be canonical.
    """
    checker = MemberChecker(resolver, load_tree)
    missing = (
        problem for resource in config.resources for problem in _missing_problems(config, resource, resolver, checker)
    )
    return (*config_warnings(config), *missing, *share_warnings(config, resolver.modules))


def share_warnings(config: Config, modules: ModuleMap) -> tuple[ConfigProblem, ...]:
    """Canonical modules that cover most of the project, so that nothing is reported there."""
    return tuple(_share_problem(config, share, modules) for share in large_shares(config, modules))


def _share_problem(config: Config, share: CanonicalShare, modules: ModuleMap) -> ConfigProblem:
    module = share.module
    is_package = (modules.path_of(module) or "").endswith("__init__.py")
    init = f", or `{module}.__init__` for the package's own file" if is_package else ""
    return _problem(
        config,
        share.resource,
        "canonical",
        f"`{module}` covers {share.covered} of {share.total} files outside tests, and nothing is reported in them;"
        f" name the module that creates the instance{init}",
    )


def _undefined_problems(
    config: Config, resource: Resource, resolver: Resolver, checker: MemberChecker
) -> Iterator[ConfigProblem]:
    for key, name in _accessor_names(resource):
        is_called = key != "instance"
        wanted = NameKind.FUNCTION if is_called else NameKind.VALUE
        message = _undefined_message(name, resolver, checker, wanted)
        message = message or checker.find_problem(name, is_called=is_called)
        if message:
            yield _problem(config, resource, key, message)


def _accessor_names(resource: Resource) -> Iterator[tuple[str, str]]:
    if resource.instance:
        yield "instance", resource.instance
    if resource.accessor:
        yield "accessor", resource.accessor
    for entry in resource.accessor_for:
        yield "accessor-for", entry.accessor


def _missing_problems(
    config: Config, resource: Resource, resolver: Resolver, checker: MemberChecker
) -> Iterator[ConfigProblem]:
    modules = resolver.modules
    for module in resource.canonical:
        if not is_glob(module) and modules.path_of(module) is None and modules.folder_of(module) is None:
            yield _problem(config, resource, "canonical", f"no module `{module}` under {_format_roots(config)}")
    for constructor in resource.constructors:
        # A third-party package may have the same name as one of the project, so this is only a warning.
        message = (
            None if is_glob(constructor) else _undefined_message(constructor, resolver, checker, NameKind.CONSTRUCTOR)
        )
        if message:
            yield _problem(config, resource, "constructors", message)
    for deprecated_name, replacement in resource.deprecated:
        message = _undefined_message(replacement, resolver, checker) if replacement else None
        if message:
            yield _problem(config, resource, f'deprecated."{deprecated_name}"', message)


def _format_roots(config: Config) -> str:
    """The import roots, as absolute paths."""
    return " or ".join(f"`{os.path.normpath(config.root / source)}`" for source in config.src)


def _undefined_message(
    dotted: str, resolver: Resolver, checker: MemberChecker, wanted: NameKind = NameKind.ANY
) -> str | None:
    """Why a dotted name is undefined, with the nearest one of the kind that is wanted; None if it may be defined."""
    module, _, attributes = resolver.to_origin(dotted).partition(":")
    path = resolver.modules.path_of(module)
    if path is None or not attributes:
        return None
    exports, name = resolver.load_exports(path), attributes.partition(".")[0]
    if name in exports.names or exports.has_getattr or exports.stars or not exports.names:
        return None
    similar = find_nearest(name, (each for each in exports.names if checker.may_be(wanted, path, each)))
    return f"`{module}` defines no `{name}`" + (f"; did you mean `{similar}`?" if similar else "")


def _problem(config: Config, resource: Resource, key: str, text: str) -> ConfigProblem:
    return problem_at(config, f"resource.{resource.name}.{key}", text)
