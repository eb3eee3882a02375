"""`redis-ssot verify`: report which success criteria of a campaign are met, with evidence."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import NamedTuple

from flake8_redis_ssot.campaign.classify import find_tests
from flake8_redis_ssot.campaign.journal import Journal, JournalError, ValidationRun
from flake8_redis_ssot.campaign.storage import CampaignStore
from flake8_redis_ssot.campaign.validation import ValidationCommand, ValidationError
from flake8_redis_ssot.campaign.verify.context import VerificationContext
from flake8_redis_ssot.campaign.verify.render import DEFAULT_EVIDENCE_COUNT, FORMATS, VerificationView
from flake8_redis_ssot.campaign.verify.run import VerificationReport, verify
from flake8_redis_ssot.campaign.verify.undefined_names import original_digests
from flake8_redis_ssot.cli.campaign_session import add_validation_options, interrupt_on_sigterm
from flake8_redis_ssot.cli.errors import CommandError
from flake8_redis_ssot.cli.options import add_baseline_options, add_config_options
from flake8_redis_ssot.cli.request import load_single_config, open_project, request_from_args, run_check_strict
from flake8_redis_ssot.cli.runtime_record import read_run
from flake8_redis_ssot.cli.wrapping import print_report
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.paths import to_display_path, to_relative_path
from flake8_redis_ssot.files.processes import default_jobs
from flake8_redis_ssot.terminal import Style


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of `verify`."""
    add_config_options(parser)
    add_baseline_options(parser)
    add = parser.add_argument
    add("--output-format", choices=tuple(FORMATS), default="text", help="markdown is for a pull request")
    add(
        "--all",
        action="store_true",
        help=f"show all evidence, not the first {DEFAULT_EVIDENCE_COUNT} locations per criterion",
    )
    add("--runtime", metavar="FILE", help="check the runtime budgets of the settings against a recorded run")
    add_validation_options(parser, "asked now")
    parser.set_defaults(paths=[])


def main(arguments: Namespace) -> int:
    """Print the report; returns 0 if no criterion has failed, otherwise 1."""
    try:
        report = _build_report(arguments)
    except ValidationError as error:
        raise CommandError(*error.args) from error
    limit = None if arguments.all else DEFAULT_EVIDENCE_COUNT
    print_report(
        FORMATS[arguments.output_format](VerificationView(report, Style.for_stream(sys.stdout), limit)),
        arguments.output_format,
    )
    return 1 if report.has_failed else 0


def _build_report(arguments: Namespace) -> VerificationReport:
    config = load_single_config(request_from_args(arguments))
    baseline = None if arguments.no_baseline else arguments.baseline
    request = request_from_args(arguments, paths=(str(config.root),), baseline=baseline)
    project = open_project(config, request)
    result = run_check_strict(request, project)
    run = read_run(arguments.runtime) if arguments.runtime else None
    store = CampaignStore(str(config.root))
    try:
        journal = Journal(store)
        journal_or_none = journal if journal.runs or journal.batches else None
        answer = _run_validation(arguments, config, journal, result.files)
        jobs = arguments.jobs or default_jobs()
        context = VerificationContext(
            config,
            result.files,
            result.findings,
            result.baseline_results,
            project.analysis,
            journal_or_none,
            jobs,
            answer.validation_run,
            answer.reason,
            run,
        )
        report = verify(context)
        project.save_facts()
        return report
    except JournalError as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"{to_display_path(error.filename or store.folder)}: {error.strerror or error}") from error


class _Validation(NamedTuple):
    """The result of the validation command, or why it could not be run; neither without `--validate`."""

    validation_run: ValidationRun | None = None
    reason: str = ""


def _run_validation(arguments: Namespace, config: Config, journal: Journal, files: Sequence[str]) -> _Validation:
    command = arguments.validate
    if not command:
        return _Validation()
    root = str(config.root)
    validation = ValidationCommand(command, cwd=root, shell=arguments.shell, timeout=arguments.timeout)
    changed_files = [*original_digests(journal)]
    if "{files}" in command and not changed_files:
        return _Validation(None, f"`{command}` needs changed files, and no campaign has changed any")
    with interrupt_on_sigterm():
        result = validation.run(
            changed_files, find_tests(changed_files, [to_relative_path(root, path) for path in files])
        )
    if result.exit_code is None:
        return _Validation(
            None, f"`{command}` needs tests, and no tests belong to the files that a campaign has changed"
        )
    return _Validation(
        ValidationRun(time.time(), command, "", result.passed, result.reason, result.exit_code, result.seconds)
    )
