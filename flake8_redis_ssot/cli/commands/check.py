"""`redis-ssot check`: report and fix the findings in files and directories."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace

from flake8_redis_ssot.cli.activity import show_activity
from flake8_redis_ssot.cli.check_report import (
    DEFAULT_FORMAT,
    STEP_SUMMARY,
    report_format,
    write_report,
)
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
from flake8_redis_ssot.files.paths import is_possible_path, to_display_path
from flake8_redis_ssot.linter.request import CheckRequest, CheckResult
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.reports.report import format_names


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of `check`."""
    add_path_arguments(parser)
    add_selection_options(parser)
    add_config_options(parser)
    add_baseline_options(parser)
    add = parser.add_argument
    add("-s", "--silent", action="store_true", help="print only errors; the exit code tells whether there are findings")
    add("--output-format", choices=format_names(), default="", help=f"default: {DEFAULT_FORMAT}; `concise` in --watch")
    add("-o", "--output-file", metavar="FILE", default="", help="write the report to FILE")
    add("--statistics", action="store_true", help="show counts by code instead of findings")
    add("-e", "--exit-zero", action="store_true", help="exit with 0 even if there are findings")
    add("-w", "--watch", action="store_true", help="check again after each change until Ctrl-C")
    add("--stdin-filename", metavar="PATH", help="the file name of the text on standard input")
    add("--add-noqa", type=_parse_reason, metavar="REASON", help="write a noqa comment on each line with a finding")
    add("--runtime", metavar="FILE", help="sort by what findings have cost in a recorded run, and name what was missed")
    add("--show-files", action="store_true", help="list the files that would be checked, and check nothing")
    add("--show-settings", action="store_true", help="print the settings as they are used, and check nothing")
    add_fix_options(parser)


def _parse_reason(text: str) -> str:
    if not text.isprintable():
        raise ArgumentTypeError("the reason must be a single line of plain text")
    return text


def main(arguments: Namespace) -> int:
    """Check, fix and report; returns 0 if clean, 1 for findings, 2 for errors."""
    _check_combination(arguments)
    arguments.quiet = arguments.quiet or arguments.silent
    if arguments.watch:
        from flake8_redis_ssot.cli.watch_check import watch_check  # late: it brings the live project

        return watch_check(arguments, build_request)
    arguments.output_format = arguments.output_format or DEFAULT_FORMAT
    if arguments.show_files or arguments.show_settings:
        if arguments.stdin_filename or "-" in arguments.paths:
            raise CommandError("`--show-files` and `--show-settings` can't be combined with standard input")
        from flake8_redis_ssot.cli.listings import print_listings  # late: most checks list nothing

        return print_listings(build_request(arguments), arguments)
    return _check(arguments)


def _check(arguments: Namespace) -> int:
    request = build_request(arguments)
    with show_activity(quiet=arguments.quiet) as report_activity:
        result = run_check(request._replace(report_activity=report_activity))
    if not arguments.quiet:
        print_messages(result.warnings, "warning")
    if arguments.add_noqa is not None:
        return _add_noqa(result, arguments)
    if arguments.diff:
        status = print_diff(result, arguments)
        if arguments.manual and not arguments.quiet:
            from flake8_redis_ssot.cli.manual_edits import print_reasons

            # Each with its reasons, in the rows of the files as they are: those of the result have moved.
            present = run_check(request._replace(trust=None, fixes=True, max_files_with_fixes=None))
            print_reasons(present.findings, result.fixed_findings)
        print_messages(result.errors)
        return status
    if result.changes or wants_fixes(arguments):
        write_fixes(result, arguments)
    if arguments.fix_only or (result.buffers and wants_fixes(arguments)):
        print_messages(result.errors)
        return _exit_code(result, arguments, count_remaining=not arguments.fix_only)
    text = _write_report_with_run(result, arguments) if arguments.runtime else write_report(result, arguments)
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
    prints_more = arguments.verbose or (arguments.output_format == "github" and os.environ.get(STEP_SUMMARY))
    roots = {str(config.root) for config in result.configs_by_path.values()}
    if result.inputs is not None and is_whole and has_own_cache and not prints_more and len(roots) == 1:
        store_report(roots.pop(), result.inputs, text, status)


def _write_report_with_run(result: CheckResult, arguments: Namespace) -> str | None:
    """Write the report with the findings by what they have cost in a recorded run; the rest goes to standard error."""
    from flake8_redis_ssot.cli.runtime_record import compare_with_record
    from flake8_redis_ssot.runtime.findings import annotate, render_comparison

    hidden = run_check(build_request(arguments)._replace(noqa=False, baseline=None, select=("ALL",), fixes=False))
    config = load_single_config(request_from_args(arguments))
    comparison = compare_with_record(config, arguments.runtime, result.findings, hidden.findings)
    result.findings[:] = annotate(result.findings, comparison)
    text = write_report(result, arguments)
    if not arguments.quiet:
        print("\n".join(render_comparison(comparison)), file=sys.stderr)
    return text


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


def build_request(arguments: Namespace) -> CheckRequest:
    """The request of the arguments, with the text on standard input if they ask for it."""
    paths, buffer = tuple(arguments.paths) or (".",), None
    if arguments.stdin_filename or paths == ("-",):
        paths, buffer = (arguments.stdin_filename or "-",), sys.stdin.buffer.read()
        if not is_possible_path(paths[0]):
            raise CommandError(f"`--stdin-filename`: no file can be named {to_display_path(paths[0])}")
    chosen = report_format(arguments)
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
        fixes=chosen.shows_fixes and not arguments.silent,
        max_files_with_fixes=chosen.max_files_with_fixes(is_verbose=arguments.verbose),
        trust=applicability_threshold(arguments),
        fixable=(*(arguments.fixable or ("ALL",)), *arguments.extend_fixable),
        unfixable=arguments.unfixable,
        baseline=None if arguments.no_baseline else arguments.baseline,
        fix_known=arguments.fix_baselined,
    )


def _add_noqa(result: CheckResult, arguments: Namespace) -> int:
    from flake8_redis_ssot.linter.add_noqa import add_noqa_comments, filter_permitted

    findings, refusals = filter_permitted(result.findings, result.configs_by_path, arguments.add_noqa)
    added, problems = add_noqa_comments(findings, arguments.add_noqa, result.configs_by_path)
    problems += refusals
    print_messages([*result.errors, *problems])
    if not arguments.quiet:
        print(f"Added {plural(added, 'noqa comment')}.")
    return 2 if result.errors or problems else 0
