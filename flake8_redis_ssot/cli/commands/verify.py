"""`redis-ssot verify`: how far the success criteria of a campaign are met, each with its evidence."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import NamedTuple

from flake8_redis_ssot.baseline.entries import path_from
from flake8_redis_ssot.campaign.classify import tests_for
from flake8_redis_ssot.campaign.gate import Gate, GateError
from flake8_redis_ssot.campaign.journal import Asked, Journal, JournalError
from flake8_redis_ssot.campaign.storage import Store
from flake8_redis_ssot.campaign.verify.context import Scene
from flake8_redis_ssot.campaign.verify.render import FIRST, FORMATS
from flake8_redis_ssot.campaign.verify.run import Report, verify
from flake8_redis_ssot.campaign.verify.undefined_names import originals_of
from flake8_redis_ssot.cli.campaign_session import add_gate, interruptible
from flake8_redis_ssot.cli.errors import RefusedError
from flake8_redis_ssot.cli.options import add_baseline, add_configuration
from flake8_redis_ssot.cli.request import configuration_of, request_of, whole_outcome_of
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.processes import default_jobs
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.terminal import Paint


def add_arguments(parser: ArgumentParser) -> None:
    """The flags of `verify`."""
    add_configuration(parser)
    add_baseline(parser)
    add = parser.add_argument
    add("--output-format", choices=tuple(FORMATS), default="text", help="markdown is for a pull request")
    add("--all", action="store_true", help=f"show all evidence, not the first {FIRST} places of each criterion")
    add_gate(parser, "asked now")
    parser.set_defaults(paths=[])


def main(arguments: Namespace) -> int:
    """Report: 0 nothing has failed, 1 something has, 2 something is wrong."""
    try:
        report = _reported(arguments)
    except GateError as error:
        raise RefusedError(*error.args) from error
    shown = FORMATS[arguments.output_format]
    print(shown(report, Paint.fitting(sys.stdout), None if arguments.all else FIRST))
    return 1 if report.has_failed else 0


def _reported(arguments: Namespace) -> Report:
    config = configuration_of(request_of(arguments))
    baseline = None if arguments.no_baseline else arguments.baseline
    outcome = whole_outcome_of(request_of(arguments, paths=(str(config.root),), baseline=baseline))
    store = Store(str(config.root))
    try:
        journal = Journal(store)
        journal_or_none = journal if journal.runs or journal.done else None
        gate = _asked(arguments, config, journal, outcome.files)
        jobs = arguments.jobs or default_jobs()
        scene = Scene(
            config,
            outcome.files,
            outcome.findings,
            outcome.sifted,
            Analysis(config, outcome.files, jobs=jobs),
            journal_or_none,
            jobs,
            gate.said,
            gate.why_not,
        )
        return verify(scene)
    except JournalError as error:
        raise RefusedError(str(error)) from error
    except OSError as error:
        raise RefusedError(f"{error.filename or store.folder}: {error.strerror or error}") from error


class _Answer(NamedTuple):
    """What the gate says now, or why it could not be asked; neither where nobody wants to know."""

    said: Asked | None = None
    why_not: str = ""


def _asked(arguments: Namespace, config: Config, journal: Journal, files: Sequence[str]) -> _Answer:
    command = arguments.validate
    if not command:
        return _Answer()
    root = str(config.root)
    gate = Gate(command, cwd=root, shell=arguments.shell, limit=arguments.timeout)
    changed = [*originals_of(journal)]
    if "{files}" in command and not changed:
        return _Answer(None, f"`{command}` asks for changed files, and no campaign has changed any here")
    with interruptible():
        result = gate.run(changed, tests_for(changed, [path_from(root, path) for path in files]))
    if result.code is None:
        return _Answer(None, f"`{command}` asks for tests, and no tests belong to what a campaign has changed here")
    return _Answer(Asked(time.time(), command, "", result.passed, result.reason, result.code, result.seconds))
