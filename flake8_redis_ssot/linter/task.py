"""Creates the task of a request under one configuration, and completes its result."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.cache_store import CACHE_FOLDER, CacheStore
from flake8_redis_ssot.files.discovery import DiscoveryError, Listing
from flake8_redis_ssot.files.discovery_cache import discover_cached
from flake8_redis_ssot.files.gitignore import matches_path
from flake8_redis_ssot.files.paths import shorten_path, to_display_path, to_relative_path
from flake8_redis_ssot.linter.request import CheckRequest, CheckResult, CheckTask
from flake8_redis_ssot.model import Finding, FindingContext, FindingKind, Span

if TYPE_CHECKING:
    from flake8_redis_ssot.baseline.matching import Baseline


def open_store(config: Config, request: CheckRequest) -> CacheStore | None:
    """The cache of a request; None if it uses none. In the project it is no link, which may lead anywhere."""
    chosen = request.cache_dir or os.environ.get("REDIS_SSOT_CACHE_DIR")
    folder = chosen or os.path.join(config.root, CACHE_FOLDER)
    return CacheStore(folder) if request.cache and (chosen or not os.path.islink(folder)) else None


def create_task(
    config: Config, request: CheckRequest, store: CacheStore | None, project_files: Sequence[str] | None = None
) -> CheckTask:
    """Create a task by listing the files of a request; `project_files` are those of its project, if known.

    Raises ValueError if the baseline can't be used.
    """
    absolute = list(dict.fromkeys(os.path.normpath(os.path.join(os.getcwd(), path)) for path in request.paths))
    buffers = {absolute[0]: request.buffer} if request.buffer is not None else {}
    patterns = (*config.exclude, *request.exclude)
    if buffers and request.force_exclude and matches_path(patterns, to_relative_path(str(config.root), absolute[0])):
        absolute, buffers = [], {}
    listing = discover_cached(
        store,
        [path for path in absolute if path not in buffers],
        root=str(config.root),
        exclude=patterns,
        force_exclude=request.force_exclude,
    )
    inputs = None
    if project_files is None:
        # Files that only this request excludes are still part of the project.
        covered_folders = [] if request.exclude else [path for path in absolute if os.path.isdir(path)]
        project_files, inputs = _list_project(config, listing, covered_folders, store)
    return CheckTask(config, listing, tuple(project_files), buffers, request, _load_baseline(config, request), inputs)


def _list_project(
    config: Config, listing: Listing, covered_folders: Sequence[str], store: CacheStore | None
) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    """The listed files, and those under import roots outside of the listed folders (`covered_folders`).

    With what both listings depend on.
    """
    uncovered_roots = [
        root for root in config.import_roots if not any(_is_inside(root, folder) for folder in covered_folders)
    ]
    if not uncovered_roots:
        return listing.files, listing.inputs
    other = discover_cached(store, uncovered_roots, root=str(config.root), exclude=config.exclude)
    inputs = None if listing.inputs is None or other.inputs is None else (*listing.inputs, *other.inputs)
    return tuple(sorted({*listing.files, *other.files})), inputs


def _is_inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _load_baseline(config: Config, request: CheckRequest) -> Baseline | None:
    if request.baseline is None or not (request.baseline or config.baseline):
        return None
    from flake8_redis_ssot.baseline.matching import load_baseline  # late: not every project has one

    return load_baseline(config, request.baseline)


def complete_result(task: CheckTask, result: CheckResult) -> CheckResult:
    """The result of a task, with its files, and without the findings in the baseline."""
    result.findings = [*_filter_known(task, result)]
    result.files += task.checked_files
    result.buffers |= task.buffers
    if task.request.buffer is not None and not task.buffers:
        result.buffers[task.request.paths[0]] = task.request.buffer  # excluded: it stays as it is
    result.configs_by_path |= dict.fromkeys(task.checked_files, task.config)
    _report_discovery_errors(task.listing.errors, result)
    result.inputs = _inputs_of(task, result)
    result.findings.sort()
    return result


def _inputs_of(task: CheckTask, result: CheckResult) -> tuple[str, ...] | None:
    """What a result depends on besides settings; fixes also depend on text files, and so are left out."""
    request, has_fixes = task.request, task.has_fixes and bool(result.findings)
    depends_on_more = has_fixes or request.factories or request.trust is not None
    if task.inputs is None or depends_on_more or task.buffers or task.listing.errors or task.baseline is not None:
        return None
    return (
        *task.project_files,
        *task.listing.files,
        *task.inputs,
        *task.listing.config_files,
        *task.config.import_roots,
    )


def _filter_known(task: CheckTask, result: CheckResult) -> Sequence[Finding]:
    """The findings that are not in the baseline."""
    if task.baseline is None:
        return result.findings
    from flake8_redis_ssot.baseline.matching import split_by_baseline

    is_whole_project = task.checked_files == task.project_files and not task.request.exclude
    result.baseline_results.append(
        split_by_baseline(
            task.baseline, result.findings, {*task.checked_files}, task.selection, is_whole_project=is_whole_project
        )
    )
    return result.baseline_results[-1].new


def _report_discovery_errors(errors: Sequence[DiscoveryError], result: CheckResult) -> None:
    """Report paths that can't be read: a path of the request as an error, others as a finding."""
    for error in errors:
        if error.is_explicit:
            result.errors.append(f"{to_display_path(error.path)}: {error.reason}")
        else:
            result.findings.append(_unreadable_file(shorten_path(error.path), error.reason))


def _unreadable_file(path: str, reason: str) -> Finding:
    from flake8_redis_ssot.rules.rule import rule_for  # late: a cached run needs no rules

    code, context = rule_for(FindingKind.GAP).code, FindingContext(kind=FindingKind.GAP)
    return Finding(path, Span(1, 0, 1, 0), code, f"not analysed: {reason}", "", (1,), context=context)
