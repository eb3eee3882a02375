"""Running a check from command line arguments, with errors as CommandError."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections import Counter
from typing import TYPE_CHECKING, Any

from flake8_redis_ssot.cli.errors import CommandError, print_messages
from flake8_redis_ssot.config.loading import configuration_help
from flake8_redis_ssot.config.model import Config, ConfigError
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.files.tracked_files import find_ignored_tracked_files
from flake8_redis_ssot.linter.request import CheckRequest, CheckResult, NoConfigurationError
from flake8_redis_ssot.linter.run import group_by_config, run
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.terminal import escape_unprintable

if TYPE_CHECKING:
    from flake8_redis_ssot.linter.live import IncrementalProject


def request_from_args(arguments: Namespace, **fields: Any) -> CheckRequest:
    """The request for the options of `add_path_arguments` and `add_config_options`; `fields` override its fields."""
    return CheckRequest(
        paths=tuple(arguments.paths) or (".",),
        configs=tuple(arguments.config),
        isolated=arguments.isolated,
        jobs=arguments.jobs,
        cache=not arguments.no_cache,
        cache_dir=arguments.cache_dir,
        quiet=arguments.quiet,
        verbose=arguments.verbose,
    )._replace(**fields)


def run_check(request: CheckRequest, project: IncrementalProject | None = None) -> CheckResult:
    """Run a check, in an open project if one is given.

    Raises CommandError if the configuration or the baseline is invalid.
    """
    started = time.perf_counter()
    try:
        result = run(request) if project is None else project.run(request)
    except (ConfigError, NoConfigurationError) as error:
        raise to_command_error(error, request) from error
    except ValueError as error:
        from flake8_redis_ssot.baseline.storage import BaselineError  # late: not every project has one

        if not isinstance(error, BaselineError):
            raise
        raise to_command_error(error, request) from error
    if request.verbose:
        _print_inputs(result, time.perf_counter() - started)
    return result


def _print_inputs(result: CheckResult, seconds: float) -> None:
    """Print what was read, and how long the check took."""
    counts = Counter(str(config.file or "the command line") for config in result.configs_by_path.values())
    for file, count in counts.items():
        print(f"configuration: {escape_unprintable(file)} ({plural(count, 'file')})", file=sys.stderr)
    print(f"checked {plural(len(result.files), 'file')} in {seconds:.2f} s", file=sys.stderr)
    for config in {str(config.root): config for config in result.configs_by_path.values()}.values():
        for path in find_ignored_tracked_files(str(config.root), config.exclude):
            shown = escape_unprintable(to_display_path(path))
            print(f"not checked: {shown}, which git tracks although .gitignore matches it", file=sys.stderr)


def run_check_strict(request: CheckRequest, project: IncrementalProject | None = None) -> CheckResult:
    """Run a check as `run_check` does, and print its warnings; raises CommandError also for unreadable paths."""
    result = run_check(request, project)
    if not request.quiet:
        print_messages(result.warnings, "warning")
    if result.errors:
        raise CommandError(*result.errors)
    return result


def open_project(config: Config, request: CheckRequest) -> IncrementalProject:
    """Open the whole project of a configuration, with all other files in the paths of a request."""
    from flake8_redis_ssot.linter import live  # late: a cached result needs no project

    return live.open_project(config, request._replace(paths=(str(config.root), *request.paths), baseline=None))


def load_single_config(request: CheckRequest) -> Config:
    """The configuration of all paths. Raises CommandError if it is invalid, missing or not the same for all."""
    try:
        groups = group_by_config(request).groups
    except (ConfigError, NoConfigurationError) as error:
        raise to_command_error(error, request) from error
    if len(groups) > 1:
        files = ", ".join(str(group.config.file) for group in groups)
        raise CommandError(f"several configurations apply to these paths ({files}); name paths of one of them")
    if not groups:
        raise to_command_error(NoConfigurationError(request.paths[0]), request)
    return groups[0].config


def to_command_error(error: Exception, request: CheckRequest) -> CommandError:
    """Convert an error in the configuration or in the baseline."""
    if isinstance(error, ConfigError):
        return CommandError(*map(str, error.problems))
    if not isinstance(error, NoConfigurationError):
        return CommandError(str(error))
    if request.isolated:
        return CommandError("`--isolated` requires a configuration given by `--config`")
    return CommandError(f"`{error}` and the folders above it have no configuration.\n\n{configuration_help()}")
