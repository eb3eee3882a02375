"""One run of the check: from paths and options to findings, the same for the command line and for flake8."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from flake8_redis_ssot.analysis import Analysis
from flake8_redis_ssot.config.loading import find, from_overrides, load, warnings
from flake8_redis_ssot.config.settings import Config, ConfigError, Problem
from flake8_redis_ssot.discovery import Trouble, discover
from flake8_redis_ssot.disk import Change
from flake8_redis_ssot.engine import Found, Selection, check, shown_path
from flake8_redis_ssot.model import Applicability, Finding, Span
from flake8_redis_ssot.validation import name_errors, name_warnings
from flake8_redis_ssot.workers import default_jobs


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for.

    `paths` as given; `configs` are the values of `--config` (a file, or TOML `key=value`); `buffer` stands in
    for the bytes of the one path there is (standard input). Empty `select` and `ignore` leave the choice to
    the configuration. `jobs` 0 means one process for each processor. With `fixes` each finding gets its fix or
    the reasons why it has none; with `trust` fixes that are trusted so far are applied, in memory, for the codes
    of `fixable` (prefixes or `ALL`) that are not in `unfixable`.
    """

    paths: tuple[str, ...] = (".",)
    configs: tuple[str, ...] = ()
    isolated: bool = False
    exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    jobs: int = 0
    noqa: bool = True
    buffer: bytes | None = None
    fixes: bool = False
    trust: Applicability | None = None
    fixable: tuple[str, ...] = ("ALL",)
    unfixable: tuple[str, ...] = ()


class NoConfigurationError(Exception):
    """No configuration was found upwards from a path (the one argument)."""


@dataclass(slots=True)
class Outcome:
    """What a run found: findings in order, what the user got wrong, what is only worth a word, the files checked.

    `fixed` are findings whose fixes are in `changes`: sets of files that belong together. Nothing is written yet.
    """

    findings: list[Finding] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    buffers: dict[str, bytes] = field(default_factory=dict)
    fixed: list[Finding] = field(default_factory=list)
    changes: list[tuple[Change, ...]] = field(default_factory=list)


def run(request: Request) -> Outcome:
    """Check everything that is asked for. Raises ConfigError, or NoConfigurationError where there is none to go by."""
    outcome = Outcome()
    for config, paths in _by_configuration(request):
        _check_under(config, paths, request, outcome)
    outcome.findings.sort()
    return outcome


def _by_configuration(request: Request) -> list[tuple[Config, list[str]]]:
    """The paths, grouped by the configuration that holds for them."""
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
    listing = discover(
        [path for path in absolute if path not in buffers],
        root=str(config.root),
        exclude=(*config.exclude, *request.exclude),
        force_exclude=request.force_exclude,
    )
    # What only this run leaves out is still part of the project.
    covered = [] if request.exclude else [path for path in absolute if os.path.isdir(path)]
    analysis = Analysis(config, listing, covered=covered, jobs=request.jobs or default_jobs(), overlay=buffers)
    _check_names(analysis, outcome)
    files = [*listing.files, *buffers]
    look = partial(check, analysis, files, _selection(config, request), noqa=request.noqa)
    if request.trust is not None:
        _mend(analysis, look, request, set(buffers), outcome)
    elif request.fixes:
        from flake8_redis_ssot.piecework import told  # late: not every report tells of fixes

        outcome.findings += told(look(), analysis, request.jobs or default_jobs())
    else:
        outcome.findings += [found.finding for found in look()]
    outcome.files += files
    outcome.buffers |= buffers
    _take_troubles(listing.problems, outcome)


def _mend(
    analysis: Analysis, look: Callable[[], Sequence[Found]], request: Request, buffers: Set[str], outcome: Outcome
) -> None:
    """Apply fixes; those of a buffer must not reach into files."""
    from flake8_redis_ssot.mending import mend  # late: most runs fix nothing

    asked, jobs = Selection(request.fixable, request.unfixable), request.jobs or default_jobs()
    mended = mend(analysis, look, trust=request.trust or Applicability.SAFE, fixable=asked.has, only=buffers, jobs=jobs)
    outcome.findings += mended.left
    outcome.fixed += mended.fixed
    outcome.changes += mended.changes()


def _check_names(analysis: Analysis, outcome: Outcome) -> None:
    errors = name_errors(analysis.config, analysis.project)
    if errors:
        raise ConfigError(errors)
    problems: tuple[Problem, ...] = (*warnings(analysis.config), *name_warnings(analysis.config, analysis.project))
    outcome.warnings += map(str, problems)


def _selection(config: Config, request: Request) -> Selection:
    select = request.select or config.select
    return Selection((*select, *request.extend_select), request.ignore or config.ignore)


def _take_troubles(troubles: Sequence[Trouble], outcome: Outcome) -> None:
    """A path that was asked for is the user's mistake; one that was found on the way is a finding."""
    for trouble in troubles:
        shown = shown_path(trouble.path)
        if trouble.named:
            outcome.errors.append(f"{shown}: {trouble.reason}")
        else:
            message = f"not analysed: {trouble.reason}"
            outcome.findings.append(Finding(shown, Span(1, 0, 1, 0), "RSS900", message, "", (1,)))
