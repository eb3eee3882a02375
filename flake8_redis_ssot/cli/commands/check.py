"""`redis-ssot check`: report and fix the findings in files and directories."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from functools import cache, partial
from typing import TYPE_CHECKING

from flake8_redis_ssot.cli.errors import CommandError, print_messages
from flake8_redis_ssot.cli.fix_options import (
    add_fix_options,
    applicability_threshold,
    print_diff,
    wants_fixes,
    write_fixes,
)
from flake8_redis_ssot.cli.options import (
    add_baseline_options,
    add_config_options,
    add_path_arguments,
    add_selection_options,
)
from flake8_redis_ssot.cli.replay import store as store_report
from flake8_redis_ssot.cli.request import load_single_config, request_from_args, run_check
from flake8_redis_ssot.codes import names_by_code
from flake8_redis_ssot.files.atomic_write import write
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.linter.request import CheckRequest, CheckResult
from flake8_redis_ssot.model import plural
from flake8_redis_ssot.reports.report import CheckReport, Format, format_names, load_format, read_source_lines
from flake8_redis_ssot.syntax.notebooks.locations import open_notebook
from flake8_redis_ssot.terminal import Style

if TYPE_CHECKING:
    from flake8_redis_ssot.campaign.classify import WorkItem


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of `check`."""
    add_path_arguments(parser)
    add_selection_options(parser)
    add_config_options(parser)
    add_baseline_options(parser)
    add = parser.add_argument
    add("--output-format", choices=format_names(), default="full", help="default: full")
    add("-o", "--output-file", metavar="FILE", help="write the report to FILE")
    add("--statistics", action="store_true", help="show counts by code instead of findings")
    add("-e", "--exit-zero", action="store_true", help="exit with 0 even if there are findings")
    add("-w", "--watch", action="store_true", help="check again after each change until Ctrl-C")
    add("--stdin-filename", metavar="PATH", help="the file name of the text on standard input")
    add("--add-noqa", type=_parse_reason, metavar="REASON", help="write a noqa comment on each line with a finding")
    add("--runtime", metavar="FILE", help="sort by what findings have cost in a recorded run, and name what was missed")
    add_fix_options(parser)


def _parse_reason(text: str) -> str:
    if not text.isprintable():
        raise ArgumentTypeError("the reason must be a single line of plain text")
    return text


def main(arguments: Namespace) -> int:
    """Check, fix and report; returns 0 if clean, 1 for findings, 2 for errors."""
    _check_combination(arguments)
    if arguments.watch:
        return _watch_project(arguments)
    result = run_check(_build_request(arguments))
    if not arguments.quiet:
        print_messages(result.warnings, "warning")
    if arguments.add_noqa is not None:
        return _add_noqa(result, arguments.add_noqa)
    if arguments.diff:
        return print_diff(result, arguments)
    if result.changes or wants_fixes(arguments):
        write_fixes(result, arguments)
    if arguments.fix_only or (result.buffers and wants_fixes(arguments)):
        print_messages(result.errors)
        return _exit_code(result, arguments, count_remaining=not arguments.fix_only)
    text = _write_report_with_run(result, arguments) if arguments.runtime else _write_report(result, arguments)
    baseline_errors = _update_baselines(result, arguments)
    print_messages([*result.errors, *baseline_errors])
    status = _exit_code(result, arguments, count_remaining=True)
    if text is None:
        return 2
    if not baseline_errors:
        _store_report(result, arguments, text, status)
    return max(status, 1 if baseline_errors else 0)


def _check_combination(arguments: Namespace) -> None:
    """Raise CommandError for arguments that exclude each other."""
    if "-" in arguments.paths and (len(arguments.paths) > 1 or arguments.add_noqa is not None):
        raise CommandError("standard input (`-`) can't be combined with other paths or written to")
    if arguments.manual and not arguments.diff:
        raise CommandError("`--manual` only shows edits: use it with `--diff`")


def _store_report(result: CheckResult, arguments: Namespace, text: str, status: int) -> None:
    """Store a report that is all that a check prints and depends only on known files."""
    is_whole = not (
        arguments.runtime or result.errors or result.warnings or arguments.output_file or result.fixed_findings
    )
    has_own_cache = not (arguments.no_cache or arguments.cache_dir or os.environ.get("REDIS_SSOT_CACHE_DIR"))
    roots = {str(config.root) for config in result.configs_by_path.values()}
    if result.inputs is not None and is_whole and has_own_cache and len(roots) == 1:
        store_report(roots.pop(), result.inputs, text, status)


def _write_report_with_run(result: CheckResult, arguments: Namespace) -> str | None:
    """Write the report with the findings by what they have cost in a recorded run; the rest goes to standard error."""
    from flake8_redis_ssot.cli.runtime_record import compare_with_record
    from flake8_redis_ssot.runtime.findings import annotate, render_comparison

    hidden = run_check(_build_request(arguments)._replace(noqa=False, baseline=None, select=("ALL",), fixes=False))
    config = load_single_config(request_from_args(arguments))
    comparison = compare_with_record(config, arguments.runtime, result.findings, hidden.findings)
    result.findings[:] = annotate(result.findings, comparison)
    text = _write_report(result, arguments)
    if not arguments.quiet:
        print("\n".join(render_comparison(comparison)), file=sys.stderr)
    return text


def _watch_project(arguments: Namespace) -> int:
    """Report on the whole project whenever a file is saved. Raises CommandError for options that write."""
    from flake8_redis_ssot.cli.watch import watch

    if wants_fixes(arguments) or arguments.diff or arguments.output_file or "-" in arguments.paths:
        raise CommandError("`--watch` can't be combined with fixes, `--output-file` or standard input")
    format_name = "concise" if arguments.output_format == "full" else arguments.output_format

    def render_items(items: Sequence[WorkItem]) -> str:
        report = CheckReport(
            [each.finding for each in items], names_by_code(), read_source_lines, load_notebook=cache(open_notebook)
        )
        return load_format(format_name).render(report, Style())

    return watch(arguments, load_single_config(request_from_args(arguments)), render_items, repeat_text=True)


def _update_baselines(result: CheckResult, arguments: Namespace) -> list[str]:
    """Update the baselines that are stale; the messages about those that may not be updated."""
    if not result.baseline_results:
        return []
    from flake8_redis_ssot.cli.commands.baseline import update_stale_baseline  # late: not every project has one

    return [text for each in result.baseline_results for text in update_stale_baseline(each, arguments)]


def _exit_code(result: CheckResult, arguments: Namespace, *, count_remaining: bool) -> int:
    """The exit code of a run; with `count_remaining`, remaining findings count."""
    if result.errors:
        return 2
    if result.fixed_findings and arguments.exit_non_zero_on_fix:
        return 1
    return 1 if count_remaining and result.findings and not arguments.exit_zero else 0


def _build_request(arguments: Namespace) -> CheckRequest:
    paths, buffer = tuple(arguments.paths) or (".",), None
    if arguments.stdin_filename or paths == ("-",):
        paths, buffer = (arguments.stdin_filename or "-",), sys.stdin.buffer.read()
    return request_from_args(
        arguments,
        paths=paths,
        exclude=tuple(arguments.exclude),
        force_exclude=arguments.force_exclude,
        select=arguments.select,
        extend_select=arguments.extend_select,
        ignore=arguments.ignore,
        noqa=not arguments.ignore_noqa,
        buffer=buffer,
        fixes=load_format(arguments.output_format).shows_fixes
        and (arguments.output_format == "json" or not arguments.statistics),
        trust=applicability_threshold(arguments),
        fixable=(*(arguments.fixable or ("ALL",)), *arguments.extend_fixable),
        unfixable=arguments.unfixable,
        baseline=None if arguments.no_baseline else arguments.baseline,
        fix_known=arguments.fix_baselined,
    )


def _report_format(arguments: Namespace) -> Format:
    if not arguments.statistics:
        return load_format(arguments.output_format)
    from flake8_redis_ssot.reports.statistics import STATISTICS, STATISTICS_JSON

    return STATISTICS_JSON if arguments.output_format == "json" else STATISTICS


def _write_report(result: CheckResult, arguments: Namespace) -> str | None:
    """Print the report or write it to a file; returns what was printed, or None if writing has failed."""
    report_format = _report_format(arguments)
    buffer = next(iter(result.buffers.values()), None)  # of standard input
    report = CheckReport(
        result.findings,
        names_by_code(),
        cache(partial(read_source_lines, buffer=buffer)),
        len(result.fixed_findings),
        arguments.unsafe_fixes,
        cache(partial(open_notebook, data=buffer)),
    )
    if not arguments.output_file:
        is_wanted = not report_format.for_people or result.findings or not arguments.quiet
        text = report_format.render(report, Style.for_stream(sys.stdout)) if is_wanted else ""
        text += "\n" if text else ""
        sys.stdout.write(text)
        return text
    try:
        write(arguments.output_file, f"{report_format.render(report, Style())}\n".encode("utf-8", "backslashreplace"))
    except OSError as error:
        result.errors.append(f"{to_display_path(arguments.output_file)}: can't be written: {error.strerror}")
    return None if result.errors else ""


def _add_noqa(result: CheckResult, reason: str) -> int:
    from flake8_redis_ssot.linter.add_noqa import add_noqa_comments, filter_permitted

    findings, refusals = filter_permitted(result.findings, result.configs_by_path, reason)
    added, problems = add_noqa_comments(findings, reason, result.configs_by_path)
    problems += refusals
    print_messages([*result.errors, *problems])
    print(f"Added {plural(added, 'noqa comment')}.")
    return 2 if result.errors or problems else 0
