"""One run of the check: from paths and options to findings, the same for the command line and for flake8."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flake8_redis_ssot.config.loading import find, from_overrides, load
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.cache_store import Shelf
from flake8_redis_ssot.files.discovery import Listing, Trouble
from flake8_redis_ssot.files.discovery_cache import listed
from flake8_redis_ssot.files.paths import shown_path
from flake8_redis_ssot.linter.request import NoConfigurationError, Outcome, Request, Task
from flake8_redis_ssot.linter.result_cache import settled, shelf_of
from flake8_redis_ssot.model import Finding, Mark, Span

if TYPE_CHECKING:
    from flake8_redis_ssot.baseline.matching import Baseline


def run(request: Request) -> Outcome:
    """Check everything that is asked for.

    Raises ConfigError, NoConfigurationError where there is none to go by, or BaselineError.
    """
    outcome = Outcome()
    for config, paths in by_configuration(request):
        _check_under(config, paths, request, outcome)
    outcome.findings.sort()
    return outcome


def by_configuration(request: Request) -> list[tuple[Config, list[str]]]:
    """The paths, grouped by the configuration that holds for them. Raises ConfigError, NoConfigurationError."""
    files = [config for config in request.configs if not _is_setting(config)]
    settings = [config for config in request.configs if _is_setting(config)]
    if files:
        return [(load(Path(files[-1]), root=Path.cwd(), overrides=settings), list(request.paths))]
    groups: dict[Path | None, list[str]] = {}
    for path in request.paths:
        groups.setdefault(None if request.isolated else find(Path(path)), []).append(path)
    return [(_configuration(file, settings, paths), paths) for file, paths in groups.items()]


def _is_setting(config: str) -> bool:
    return "=" in config and not os.path.exists(config)


def _configuration(file: Path | None, settings: Sequence[str], paths: Sequence[str]) -> Config:
    if file is not None:
        return load(file, overrides=settings)
    if settings:
        return from_overrides(settings, Path.cwd())
    raise NoConfigurationError(paths[0])


def _check_under(config: Config, paths: Sequence[str], request: Request, outcome: Outcome) -> None:
    absolute = [os.path.normpath(os.path.join(os.getcwd(), path)) for path in paths]
    buffers = {absolute[0]: request.buffer} if request.buffer is not None else {}
    shelf = shelf_of(config, request)
    listing = listed(
        shelf,
        [path for path in absolute if path not in buffers],
        root=str(config.root),
        exclude=(*config.exclude, *request.exclude),
        force_exclude=request.force_exclude,
    )
    # What only this run leaves out is still part of the project.
    covered = [] if request.exclude else [path for path in absolute if os.path.isdir(path)]
    asked = (*listing.files, *buffers)
    project = _project(config, listing, covered, shelf)
    task = Task(config, asked, project, buffers, request, _baseline(config, request))
    part = settled(task, shelf)
    outcome.findings += _new_ones(task, part.findings, outcome)
    outcome.warnings += part.warnings
    outcome.fixed += part.fixed
    outcome.changes += part.changes
    outcome.factories += part.factories
    outcome.files += asked
    outcome.buffers |= buffers
    outcome.policies |= dict.fromkeys(asked if config.noqa else (), config)
    _take_troubles(listing.problems, outcome)


def _baseline(config: Config, request: Request) -> Baseline | None:
    if request.baseline is None or not (request.baseline or config.baseline):
        return None
    from flake8_redis_ssot.baseline.matching import baseline_of  # late: not every project has one

    return baseline_of(config, request.baseline)


def _new_ones(task: Task, findings: Sequence[Finding], outcome: Outcome) -> Sequence[Finding]:
    """Those that the baseline does not know."""
    if task.baseline is None:
        return findings
    from flake8_redis_ssot.baseline.matching import sift

    whole = task.asked == task.project and not task.request.exclude
    outcome.sifted.append(sift(task.baseline, findings, {*task.asked}, task.selection, whole=whole))
    return outcome.sifted[-1].new


def _project(config: Config, listing: Listing, covered: Sequence[str], shelf: Shelf | None) -> tuple[str, ...]:
    """The files of a project: those listed, and whatever lies under the import roots and is not `covered` by them."""
    others = [root for root in config.roots if not any(_lies_in(root, folder) for folder in covered)]
    if not others:
        return listing.files
    beside = listed(shelf, others, root=str(config.root), exclude=config.exclude).files
    return tuple(sorted({*listing.files, *beside}))


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _take_troubles(troubles: Sequence[Trouble], outcome: Outcome) -> None:
    """A path that was asked for is the user's mistake; one that was found on the way is a finding."""
    for trouble in troubles:
        shown = shown_path(trouble.path)
        if trouble.named:
            outcome.errors.append(f"{shown}: {trouble.reason}")
        else:
            message = f"not analysed: {trouble.reason}"
            outcome.findings.append(
                Finding(shown, Span(1, 0, 1, 0), "RSS900", message, "", (1,), mark=Mark(pattern="gap"))
            )
