"""Every comment that can silence findings: which ones it silences now, and why."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flake8_redis_ssot.codes import Selection
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.paths import shown_path
from flake8_redis_ssot.linter.engine import asked_for
from flake8_redis_ssot.linter.request import Request, selection_of
from flake8_redis_ssot.linter.run import by_configuration, run
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.syntax.noqa import Comments, Directive, is_unused
from flake8_redis_ssot.syntax.source import decode, read_source


class Audited(NamedTuple):
    """One comment of a file (`path` as messages show it).

    `silenced` are the findings that it keeps from being reported, `refused` those that it would if the settings let
    it; `unused` are codes of ours that it names and that silence nothing for sure.
    """

    path: str
    directive: Directive
    silenced: tuple[Finding, ...]
    refused: tuple[Finding, ...]
    unused: tuple[str, ...]


class Audit(NamedTuple):
    """All comments in order of place, and what the user got wrong."""

    comments: list[Audited]
    errors: list[str]


def audit(request: Request) -> Audit:
    """Look at all comments in what is asked for, whatever its baseline knows.

    Raises ConfigError, or NoConfigurationError where there is none to go by.
    """
    found: list[Audited] = []
    errors: list[str] = []
    for config, paths in by_configuration(request):
        outcome = run(request._replace(paths=tuple(paths), noqa=False, baseline=None))
        errors += outcome.errors
        by_path: dict[str, list[Finding]] = {}
        for finding in outcome.findings:
            by_path.setdefault(os.path.abspath(finding.path), []).append(finding)
        selection = selection_of(request, config)
        for path in outcome.files:
            found += _in_file(path, by_path.get(path, []), config, selection)
    return Audit(sorted(found, key=_place), errors)


def _place(audited: Audited) -> tuple[str, int, int]:
    return audited.path, audited.directive.row, audited.directive.column


def _in_file(path: str, findings: Sequence[Finding], config: Config, selection: Selection) -> Iterator[Audited]:
    """The comments of one file (absolute path) that concern us: they name a code of ours, or silence one now."""
    try:
        data = read(path)
    except OSError:
        return  # the run has told
    if b"noqa" not in data.lower():
        return
    comments, asked = Comments(decode(data).text), asked_for(config, path, selection)
    sites = [(finding.code, finding.noqa_rows) for finding in findings]
    for directive in comments.directives():
        ours = list(comments.suppressions(directive))
        met = [finding for finding in findings if directive.silences(finding.code, finding.noqa_rows)]
        held = [finding for finding in met if directive.holds(config.policy(finding.code))]
        unused = [named.code for named in ours if is_unused(named, sites, asked)]
        if unused and read_source(data).gaps:
            unused = []  # what could not be read may need it
        if ours or met:
            refused = tuple(finding for finding in met if finding not in held)
            yield Audited(shown_path(path), directive, tuple(held), refused, tuple(unused))
