"""One run of the check: from paths and options to findings, the same for the command line and for flake8."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flake8_redis_ssot.config.loading import config_from_overrides, find_config, load_config
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.cache_store import CacheStore
from flake8_redis_ssot.files.discovery import DiscoveryError, Listing
from flake8_redis_ssot.files.discovery_cache import discover_cached
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.linter.request import CheckRequest, CheckResult, CheckTask, NoConfigurationError
from flake8_redis_ssot.linter.result_cache import execute_cached, open_store
from flake8_redis_ssot.model import Finding, FindingContext, FindingKind, Span

if TYPE_CHECKING:
    from flake8_redis_ssot.baseline.matching import Baseline


def run(request: CheckRequest) -> CheckResult:
    """Check everything that is asked for.

    Raises ConfigError, NoConfigurationError where there is none to go by, or BaselineError.
    """
    result = CheckResult()
    for config, paths in group_by_config(request):
        _check_config(config, paths, request, result)
    result.findings.sort()
    return result


def group_by_config(request: CheckRequest) -> list[tuple[Config, list[str]]]:
    """The paths, grouped by the configuration that holds for them. Raises ConfigError, NoConfigurationError."""
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


def _check_config(config: Config, paths: Sequence[str], request: CheckRequest, result: CheckResult) -> None:
    absolute = [os.path.normpath(os.path.join(os.getcwd(), path)) for path in paths]
    buffers = {absolute[0]: request.buffer} if request.buffer is not None else {}
    store = open_store(config, request)
    listing = discover_cached(
        store,
        [path for path in absolute if path not in buffers],
        root=str(config.root),
        exclude=(*config.exclude, *request.exclude),
        force_exclude=request.force_exclude,
    )
    # What only this run leaves out is still part of the project.
    covered_folders = [] if request.exclude else [path for path in absolute if os.path.isdir(path)]
    checked_files = (*listing.files, *buffers)
    project_files = _project_files(config, listing, covered_folders, store)
    task = CheckTask(config, checked_files, project_files, buffers, request, _load_baseline(config, request))
    task_result = execute_cached(task, store)
    result.findings += _filter_known(task, task_result.findings, result)
    result.warnings += task_result.warnings
    result.fixed_findings += task_result.fixed_findings
    result.changes += task_result.changes
    result.factory_consolidations += task_result.factory_consolidations
    result.files += checked_files
    result.buffers |= buffers
    result.configs_by_path |= dict.fromkeys(checked_files if config.noqa else (), config)
    _report_discovery_errors(listing.errors, result)


def _load_baseline(config: Config, request: CheckRequest) -> Baseline | None:
    if request.baseline is None or not (request.baseline or config.baseline):
        return None
    from flake8_redis_ssot.baseline.matching import load_baseline  # late: not every project has one

    return load_baseline(config, request.baseline)


def _filter_known(task: CheckTask, findings: Sequence[Finding], result: CheckResult) -> Sequence[Finding]:
    """Those that the baseline does not know."""
    if task.baseline is None:
        return findings
    from flake8_redis_ssot.baseline.matching import split_by_baseline

    is_whole_project = task.checked_files == task.project_files and not task.request.exclude
    result.baseline_results.append(
        split_by_baseline(
            task.baseline, findings, {*task.checked_files}, task.selection, is_whole_project=is_whole_project
        )
    )
    return result.baseline_results[-1].new


def _project_files(
    config: Config, listing: Listing, covered_folders: Sequence[str], store: CacheStore | None
) -> tuple[str, ...]:
    """The files of a project.

    Those listed, and whatever lies under the import roots and is not `covered_folders` by them.
    """
    uncovered_roots = [
        root for root in config.import_roots if not any(_is_inside(root, folder) for folder in covered_folders)
    ]
    if not uncovered_roots:
        return listing.files
    other_files = discover_cached(store, uncovered_roots, root=str(config.root), exclude=config.exclude).files
    return tuple(sorted({*listing.files, *other_files}))


def _is_inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _report_discovery_errors(errors: Sequence[DiscoveryError], result: CheckResult) -> None:
    """A path that was asked for is the user's mistake; one that was found on the way is a finding."""
    for error in errors:
        reported_path = to_display_path(error.path)
        if error.is_explicit:
            result.errors.append(f"{reported_path}: {error.reason}")
        else:
            result.findings.append(_unreadable_file(reported_path, error.reason))


def _unreadable_file(path: str, reason: str) -> Finding:
    from flake8_redis_ssot.rules.rule import rule_for  # late: a cached run needs no rules

    code, context = rule_for(FindingKind.GAP).code, FindingContext(kind=FindingKind.GAP)
    return Finding(path, Span(1, 0, 1, 0), code, f"not analysed: {reason}", "", (1,), context=context)
