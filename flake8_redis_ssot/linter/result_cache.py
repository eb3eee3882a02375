"""The cache of results: a run with the same inputs is not executed again."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from flake8_redis_ssot import __version__
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.cache_store import CacheStore, cache_key
from flake8_redis_ssot.files.codec import DecodeError, decoder_for
from flake8_redis_ssot.files.fingerprints import FileFingerprints
from flake8_redis_ssot.files.text_files_cache import text_files_digest
from flake8_redis_ssot.linter.request import CheckRequest, CheckResult, CheckTask
from flake8_redis_ssot.model import Finding

if TYPE_CHECKING:
    from flake8_redis_ssot.project.dependencies import Dependencies
    from flake8_redis_ssot.project.search.facts_cache import FactsCache


def execute_cached(task: CheckTask, store: CacheStore | None) -> CheckResult:
    """The result of a task. Raises ConfigError if the configuration names something that does not exist."""
    config, request = task.config, task.request
    fingerprints = FileFingerprints.from_disk(task.project_files)
    if store is None or task.buffers or request.trust is not None or request.factories:
        return _execute(task, store, fingerprints)[0]
    key = _result_key(config, request, has_fixes=task.has_fixes)
    # Fixes also depend on who reads a name outside of Python.
    texts = text_files_digest(store, str(config.root), task.project_files) if task.has_fixes else ""
    files_key = cache_key(_partial_files(task), texts)
    digest = cache_key(fingerprints.digest(task.project_files) or os.urandom(8), files_key)
    known = load_result(store, key)
    if known is not None and known.digest == digest:
        return CheckResult(known.findings, known.warnings)
    from flake8_redis_ssot.linter.result_dependencies import (  # late: most results are cached
        is_up_to_date,
        store_dependencies,
    )

    if known is not None and is_up_to_date(store, f"dependencies-{key}", files_key, task.project_files, fingerprints):
        store_result(store, key, known._replace(digest=digest))
        return CheckResult(known.findings, known.warnings)
    result, dependencies = _execute(task, store, fingerprints)
    store_result(store, key, CachedResult(digest, tuple(result.findings), tuple(result.warnings)))
    store_dependencies(store, f"dependencies-{key}", files_key, task.project_files, fingerprints, dependencies)
    return result


def _execute(
    task: CheckTask, store: CacheStore | None, fingerprints: FileFingerprints
) -> tuple[CheckResult, Dependencies]:
    # late: a cached run needs none of this
    from flake8_redis_ssot.linter.execute import execute
    from flake8_redis_ssot.linter.live import IncrementalProject

    project = IncrementalProject(task, store, fingerprints)
    result = execute(task, project)
    project.save_facts()
    return result, project.analysis.dependencies()


def load_facts(store: CacheStore, config: Config, fingerprints: FileFingerprints) -> FactsCache:
    """The facts of earlier runs under a configuration; `fingerprints` are those of the files now."""
    from flake8_redis_ssot.project.search.facts_cache import FactsCache

    return FactsCache.load(store, f"facts-{cache_key(_tool_version(), config)}", fingerprints)


def _partial_files(task: CheckTask) -> tuple[str, ...]:
    """The files to report on; empty if they are the whole project."""
    return task.checked_files if task.checked_files != task.project_files else ()


def _result_key(config: Config, request: CheckRequest, *, has_fixes: bool) -> str:
    """The name of a result, from all that it depends on besides the files."""
    scope_options = (request.paths, request.exclude, request.force_exclude, request.select, request.extend_select)
    report_options = (request.ignore, request.noqa, has_fixes, os.getcwd())
    return f"result-{cache_key(_tool_version(), config, scope_options, report_options)}"


@cache
def _tool_version() -> tuple[object, ...]:
    """What results depend on besides files and configuration: this tool and the running Python.

    The modification time is for development, when the version does not change.
    """
    package = os.path.dirname(os.path.dirname(__file__))
    latest_mtime = max(os.stat(path).st_mtime_ns for path in _modules_in(package))
    return __version__, sys.version_info[:3], latest_mtime


def _modules_in(folder: str) -> Iterator[str]:
    """The paths of a folder and of all modules and folders below it."""
    yield folder
    for entry in os.scandir(folder):
        if entry.name.endswith(".py"):
            yield entry.path
        elif entry.is_dir() and entry.name != "__pycache__":
            yield from _modules_in(entry.path)


class CachedResult(NamedTuple):
    """The findings of a run in order, and its warnings; `digest` is that of all files."""

    digest: str
    findings: tuple[Finding, ...]
    warnings: tuple[str, ...]


_DECODE = decoder_for(CachedResult)


def load_result(store: CacheStore, name: str) -> CachedResult | None:
    """The cached result of that name, if any."""
    try:
        result: CachedResult = _DECODE(store.get(name))
    except DecodeError:
        return None
    return result


def store_result(store: CacheStore, name: str, result: CachedResult) -> None:
    """Store the result of a run."""
    store.put(name, result)
