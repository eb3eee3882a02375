"""What every command does around a run: ask for it, and say what went wrong."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from flake8_redis_ssot.cli.errors import RefusedError
from flake8_redis_ssot.config.loading import how_to_configure
from flake8_redis_ssot.config.model import Config, ConfigError
from flake8_redis_ssot.linter.request import NoConfigurationError, Outcome, Request
from flake8_redis_ssot.linter.run import by_configuration, run


def request_of(arguments: Namespace, **others: Any) -> Request:
    """The request that the flags of `add_paths` and `add_configuration` make, with `others` of its fields."""
    return Request(
        paths=tuple(arguments.paths) or (".",),
        configs=tuple(arguments.config),
        isolated=arguments.isolated,
        jobs=arguments.jobs,
        cache=not arguments.no_cache,
        cache_dir=arguments.cache_dir,
    )._replace(**others)


def outcome_of(request: Request) -> Outcome:
    """What comes of a run. Raises RefusedError."""
    try:
        return run(request)
    except (ConfigError, NoConfigurationError, ValueError) as error:
        raise refused(error, request) from error


def whole_outcome_of(request: Request) -> Outcome:
    """The same, for commands that a wrong path stops. Raises RefusedError."""
    outcome = outcome_of(request)
    if outcome.errors:
        raise RefusedError(*outcome.errors)
    return outcome


def configuration_of(request: Request) -> Config:
    """The one configuration that holds for all paths. Raises RefusedError."""
    try:
        groups = by_configuration(request)
    except (ConfigError, NoConfigurationError) as error:
        raise refused(error, request) from error
    if len(groups) > 1:
        files = ", ".join(str(config.file) for config, _ in groups)
        raise RefusedError(f"several configurations hold for these paths ({files}); name paths of one of them")
    return groups[0][0]


def refused(error: Exception, request: Request) -> RefusedError:
    """What to say of an error in the configuration or in the baseline."""
    if isinstance(error, ConfigError):
        return RefusedError(*map(str, error.problems))
    if not isinstance(error, NoConfigurationError):
        return RefusedError(str(error))
    if request.isolated:
        return RefusedError("with `--isolated`, the configuration has to come from `--config`")
    return RefusedError(f"`{error}` and the folders above it hold no configuration.\n\n{how_to_configure()}")
