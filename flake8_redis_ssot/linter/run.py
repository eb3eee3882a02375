"""Runs a check from paths and options, for the command line and for flake8."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from flake8_redis_ssot.config.loading import config_from_overrides, find_config, load_config
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.linter.request import CheckRequest, CheckResult, NoConfigurationError
from flake8_redis_ssot.linter.result_cache import execute_cached
from flake8_redis_ssot.linter.task import complete_result, create_task, open_store


def run(request: CheckRequest) -> CheckResult:
    """Check the paths of a request.

    Raises ConfigError, NoConfigurationError if a path has no configuration, or BaselineError.
    """
    result = CheckResult()
    for config, paths in group_by_config(request):
        store = open_store(config, request)
        task = create_task(config, request._replace(paths=tuple(paths)), store)
        result.extend(complete_result(task, execute_cached(task, store)))
    result.findings.sort()
    return result


def group_by_config(request: CheckRequest) -> list[tuple[Config, list[str]]]:
    """The paths, grouped by their configuration. Raises ConfigError, NoConfigurationError."""
    files = [config for config in request.configs if not _is_setting(config)]
    settings = [config for config in request.configs if _is_setting(config)]
    if files:
        return [(load_config(Path(files[-1]), root=Path.cwd(), overrides=settings), list(request.paths))]
    groups: dict[Path | None, list[str]] = {}
    for path in request.paths:
        groups.setdefault(None if request.isolated else find_config(Path(path)), []).append(path)
    return [(_load_config(file, settings, paths), paths) for file, paths in groups.items()]


def _is_setting(config: str) -> bool:
    return "=" in config and not os.path.exists(config)


def _load_config(file: Path | None, settings: Sequence[str], paths: Sequence[str]) -> Config:
    if file is not None:
        return load_config(file, overrides=settings)
    if settings:
        return config_from_overrides(settings, Path.cwd())
    raise NoConfigurationError(paths[0])
