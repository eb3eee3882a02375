"""Runs a check from paths and options, for the command line and for flake8: each configuration is a run of its own."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from flake8_redis_ssot.config.loading import config_from_overrides, find_config, find_config_in, load_config
from flake8_redis_ssot.config.model import Config, ConfigError, ConfigProblem
from flake8_redis_ssot.files.cache_store import CacheStore
from flake8_redis_ssot.files.discovery import discover
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.files.toml_files import CONFIG_FILE_NAMES
from flake8_redis_ssot.linter.request import CheckRequest, CheckResult, CheckTask, NoConfigurationError
from flake8_redis_ssot.linter.result_cache import execute_cached
from flake8_redis_ssot.linter.task import complete_result, create_task, open_store

_MAX_NAMED_PATHS = 3


class ConfigGroup(NamedTuple):
    """The paths that one configuration holds for. If not `is_found`, it was named, and holds for everything below."""

    config: Config
    paths: tuple[str, ...]
    is_found: bool = True


class ConfigGroups(NamedTuple):
    """The paths by their configuration, the paths without any, and the problems of configurations beside valid ones."""

    groups: list[ConfigGroup]
    unconfigured_paths: list[str]
    problems: list[ConfigProblem]


def run(request: CheckRequest) -> CheckResult:
    """Check the paths of a request; those without a configuration are passed over with a warning.

    Raises ConfigError or BaselineError, and NoConfigurationError if no path has a configuration.
    """
    result = CheckResult()
    parts = list(run_each(request))
    for _, part in parts:
        result.extend(part)
    result.findings.sort()
    if len(parts) == 2:  # one configuration, and the remarks
        config, part = parts[0]
        config_inputs = _config_inputs(config, request) if config is not None else None
        is_known = config_inputs is not None and part.inputs is not None
        result.inputs = (*(part.inputs or ()), *(config_inputs or ())) if is_known else None
    return result


def _config_inputs(config: Config, request: CheckRequest) -> tuple[str, ...] | None:
    """The files that were looked for as the configuration of a request; None if it is from the command line."""
    if config.file is None:
        return None
    inputs, top = [str(config.file), *request.configs], os.path.dirname(config.file)
    for path in () if any(not is_setting(each) for each in request.configs) else request.paths:
        folder = os.path.abspath(path)
        while folder != top and folder != os.path.dirname(folder):
            inputs += [os.path.join(folder, name) for name in CONFIG_FILE_NAMES]
            folder = os.path.dirname(folder)
        inputs += [os.path.join(top, name) for name in CONFIG_FILE_NAMES]
    return tuple(inputs)


def run_each(request: CheckRequest) -> Iterator[tuple[Config | None, CheckResult]]:
    """The result for each configuration, also for those that are nested; raises what `run` does.

    The result without a configuration holds what is to be told about paths and configurations. One that is invalid does
    not keep the others from being used.
    """
    grouping = group_by_config(request)
    remarks = CheckResult(warnings=_describe_unconfigured(grouping.unconfigured_paths))
    has_run = not grouping.groups
    for task, store in _create_tasks(grouping, request):
        try:
            part = complete_result(task, execute_cached(task, store))
        except ConfigError as error:  # it names what does not exist
            grouping.problems.extend(error.problems)
            continue
        has_run = True
        yield task.config, part
    if grouping.problems and not has_run:
        raise ConfigError(grouping.problems)
    remarks.errors += map(str, grouping.problems)
    yield None, remarks


def list_tasks(request: CheckRequest) -> tuple[list[CheckTask], list[ConfigProblem]]:
    """What would be checked under each configuration, and the problems of invalid ones; raises what `run` does."""
    grouping = group_by_config(request)
    tasks = [task for task, _ in _create_tasks(grouping, request)]
    return tasks, grouping.problems


def _create_tasks(grouping: ConfigGroups, request: CheckRequest) -> Iterator[tuple[CheckTask, CacheStore | None]]:
    """The task under each configuration, also under nested ones, with its cache; adds to `grouping.problems`."""
    queue, seen_files = deque(grouping.groups), {group.config.file for group in grouping.groups}
    while queue:
        group = queue.popleft()
        store = open_store(group.config, request)
        task = create_task(group.config, request._replace(paths=group.paths), store)
        nested_files = [file for file in _find_nested_configs(task) if file not in seen_files] if group.is_found else []
        seen_files |= set(nested_files)
        for file in nested_files:
            try:
                queue.append(ConfigGroup(load_config(file, overrides=_settings_of(request)), (str(file.parent),)))
            except ConfigError as error:
                grouping.problems.extend(error.problems)
        yield _without_folders(task, [str(file.parent) for file in nested_files]), store


def group_by_config(request: CheckRequest) -> ConfigGroups:
    """The paths of a request by their configuration; below a directory without one, those of its subdirectories.

    Raises ConfigError if all configurations are invalid, NoConfigurationError if there is none.
    """
    files = [config for config in request.configs if not is_setting(config)]
    settings = _settings_of(request)
    if files:
        config = load_config(Path(files[-1]), root=Path.cwd(), overrides=settings)
        return ConfigGroups([ConfigGroup(config, request.paths, is_found=False)], [], [])
    paths_by_file: dict[Path | None, list[str]] = {}
    for file, path in _find_configs(request):
        paths_by_file.setdefault(file, []).append(path)
    unconfigured_paths = paths_by_file.pop(None, [])
    if unconfigured_paths and settings:
        config = config_from_overrides(settings, Path.cwd())
        group = ConfigGroup(config, tuple(unconfigured_paths), is_found=False)
        return _load_groups(paths_by_file, settings, [group], [])
    if not paths_by_file and not (request.force_exclude and not any(map(os.path.isdir, unconfigured_paths))):
        raise NoConfigurationError(unconfigured_paths[0])
    return _load_groups(paths_by_file, settings, [], unconfigured_paths)


def _find_configs(request: CheckRequest) -> Iterator[tuple[Path | None, str]]:
    """Each path with its configuration file; a directory without one is replaced by the configured ones below it."""
    for path in request.paths:
        file = None if request.isolated else find_config(Path(path))
        if file is not None or request.isolated or not os.path.isdir(path):
            yield file, path
            continue
        config_files = discover([path], root=os.path.abspath(path), exclude=request.exclude).config_files
        nested = dict.fromkeys(find_config_in(os.path.dirname(config_file)) for config_file in config_files)
        outermost = _drop_inner([file for file in nested if file is not None])
        yield from ((file, str(file.parent)) for file in outermost)
        if not outermost:
            yield None, path


def _drop_inner(files: Sequence[Path]) -> list[Path]:
    """The files that are in no directory below that of another one, which leads to them."""
    return [file for file in files if not any(each != file and each.parent in file.parent.parents for each in files)]


def _load_groups(
    paths_by_file: dict[Path | None, list[str]],
    settings: Sequence[str],
    groups: list[ConfigGroup],
    unconfigured_paths: list[str],
) -> ConfigGroups:
    grouping = ConfigGroups(groups, unconfigured_paths, [])
    for file, paths in paths_by_file.items():
        try:
            if file is not None:
                grouping.groups.append(ConfigGroup(load_config(file, overrides=settings), tuple(paths)))
        except ConfigError as error:
            grouping.problems.extend(error.problems)
    if grouping.problems and not grouping.groups:
        raise ConfigError(grouping.problems)
    return grouping


def _find_nested_configs(task: CheckTask) -> Iterator[Path]:
    """The configurations in directories below that of the task's own."""
    for folder in dict.fromkeys(map(os.path.dirname, task.listing.config_files)):
        file = find_config_in(folder) if os.path.abspath(folder) != str(task.config.root) else None
        if file is not None and file != task.config.file:
            yield Path(os.path.abspath(file))


def _without_folders(task: CheckTask, folders: Sequence[str]) -> CheckTask:
    """The task without the files in some directories, which are checked under another configuration."""
    if not folders:
        return task
    prefixes = tuple(os.path.join(folder, "") for folder in folders)
    files = tuple(path for path in task.listing.files if not os.path.abspath(path).startswith(prefixes))
    return task._replace(listing=task.listing._replace(files=files))


def _describe_unconfigured(paths: Sequence[str]) -> Iterable[str]:
    if not paths:
        return ()
    names = ", ".join(map(to_display_path, paths[:_MAX_NAMED_PATHS]))
    more = f" and {len(paths) - _MAX_NAMED_PATHS} more" if len(paths) > _MAX_NAMED_PATHS else ""
    return (f"no configuration applies to {names}{more}: skipped",)


def _settings_of(request: CheckRequest) -> list[str]:
    return [config for config in request.configs if is_setting(config)]


def is_setting(config: str) -> bool:
    """Whether a value of `--config` is a setting, not the path of a file."""
    return "=" in config and not os.path.exists(config)
