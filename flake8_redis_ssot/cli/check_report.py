"""The report of `redis-ssot check`: rendered, printed or written to a file, and summed up for GitHub."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from functools import cache, partial

from flake8_redis_ssot.cli.errors import print_messages
from flake8_redis_ssot.codes import names_by_code
from flake8_redis_ssot.files.atomic_write import write
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.linter.request import CheckResult
from flake8_redis_ssot.reports.report import CheckReport, Format, load_format, read_source_lines
from flake8_redis_ssot.syntax.notebooks.locations import open_notebook
from flake8_redis_ssot.terminal import Style, disarm_workflow_commands

DEFAULT_FORMAT = "full"
# GitHub shows the text of this file below the log of a job.
STEP_SUMMARY = "GITHUB_STEP_SUMMARY"


def report_format(arguments: Namespace) -> Format:
    """The format that the arguments ask for."""
    if not arguments.statistics:
        return load_format(arguments.output_format)
    from flake8_redis_ssot.reports.statistics import STATISTICS, STATISTICS_JSON

    return STATISTICS_JSON if arguments.output_format == "json" else STATISTICS


def build_report(result: CheckResult, arguments: Namespace) -> CheckReport:
    """The report of a result, which the arguments say how to show."""
    buffer = next(iter(result.buffers.values()), None)  # of standard input
    return CheckReport(
        result.findings,
        names_by_code(),
        cache(partial(read_source_lines, buffer=buffer)),
        len(result.fixed_findings),
        arguments.unsafe_fixes,
        cache(partial(open_notebook, data=buffer)),
        checked_count=len(result.files),
        has_errors=bool(result.errors),
        is_verbose=arguments.verbose,
        is_quiet=arguments.quiet,
    )


def write_report(result: CheckResult, arguments: Namespace) -> str | None:
    """Print the report or write it to a file; returns what was printed, or None if writing has failed."""
    chosen, report = report_format(arguments), build_report(result, arguments)
    if arguments.output_format == "github":
        _add_step_summary(report)
    if arguments.silent and not arguments.output_file:
        return ""
    if not arguments.output_file:
        is_wanted = not chosen.for_people or result.findings or not arguments.quiet
        text = chosen.render(report, Style.for_stream(sys.stdout)) if is_wanted else ""
        text += "\n" if text else ""
        text = disarm_workflow_commands(text) if chosen.for_people else text
        sys.stdout.write(text)
        return text
    try:
        write(arguments.output_file, f"{chosen.render(report, Style())}\n".encode("utf-8", "backslashreplace"))
    except OSError as error:
        result.errors.append(f"{to_display_path(arguments.output_file)}: can't be written: {error.strerror}")
    return None if result.errors else ""


def _add_step_summary(report: CheckReport) -> None:
    """Append the findings to the summary of the present step of a GitHub workflow, if there is one."""
    path = os.environ.get(STEP_SUMMARY)
    if not path:
        return
    from flake8_redis_ssot.reports.step_summary import render_step_summary

    try:
        with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(render_step_summary(report))
    except OSError as error:
        print_messages([f"{STEP_SUMMARY}: can't be written: {error.strerror}"], "warning")
