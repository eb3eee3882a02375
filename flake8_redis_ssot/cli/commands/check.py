"""`redis-ssot check`: the findings in files and folders."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from functools import cache, partial
from typing import TYPE_CHECKING

from flake8_redis_ssot.cli.commands.baseline import shrink
from flake8_redis_ssot.cli.errors import RefusedError, complain
from flake8_redis_ssot.cli.fix_options import add_fixes, apply_fixes, show_diff, trust, wants_fixes
from flake8_redis_ssot.cli.options import add_baseline, add_configuration, add_paths, add_selection
from flake8_redis_ssot.cli.request import configuration_of, outcome_of, request_of
from flake8_redis_ssot.codes import names_by_code
from flake8_redis_ssot.files.atomic_write import write
from flake8_redis_ssot.linter.request import Outcome, Request
from flake8_redis_ssot.reports.report import Format, Report, format_names, load_format, shown_lines
from flake8_redis_ssot.syntax.notebooks.locations import opened
from flake8_redis_ssot.terminal import Paint

if TYPE_CHECKING:
    from flake8_redis_ssot.campaign.classify import Work


def add_arguments(parser: ArgumentParser) -> None:
    """The flags of `check`."""
    add_paths(parser)
    add_selection(parser)
    add_configuration(parser)
    add_baseline(parser)
    add = parser.add_argument
    add("--output-format", choices=format_names(), default="full", help="default: full")
    add("-o", "--output-file", metavar="FILE", help="write the report there")
    add("--statistics", action="store_true", help="only count, by code")
    add("-e", "--exit-zero", action="store_true", help="exit with 0 even if there are findings")
    add("-w", "--watch", action="store_true", help="check again whenever a file is saved, until Ctrl-C")
    add("--stdin-filename", metavar="PATH", help="the name of what is read from standard input")
    add("--add-noqa", type=_reason, metavar="REASON", help="write a noqa comment on each line with a finding")
    add_fixes(parser)


def _reason(text: str) -> str:
    if not text.isprintable():
        raise ArgumentTypeError("a reason is a line of plain text")
    return text


def main(arguments: Namespace) -> int:
    """Check, report, and tell by the exit code: 0 clean, 1 findings, 2 a path or a configuration is wrong."""
    if "-" in arguments.paths and (len(arguments.paths) > 1 or arguments.add_noqa is not None):
        raise RefusedError("standard input (`-`) can't be checked beside other paths, nor be written to")
    if arguments.watch:
        return _watch(arguments)
    outcome = outcome_of(_request(arguments))
    if not arguments.quiet:
        complain(outcome.warnings, "warning")
    if arguments.add_noqa is not None:
        return _add_noqa(outcome, arguments.add_noqa)
    if arguments.diff:
        return show_diff(outcome, arguments)
    if outcome.changes or wants_fixes(arguments):
        apply_fixes(outcome, arguments)
    if arguments.fix_only or (outcome.buffers and wants_fixes(arguments)):
        complain(outcome.errors)
        return _exit_code(outcome, arguments, left=not arguments.fix_only)
    failed = _publish(outcome, arguments)
    stale = [text for sifted in outcome.sifted for text in shrink(sifted, arguments)]
    complain([*outcome.errors, *stale])
    return 2 if failed else max(_exit_code(outcome, arguments, left=True), 1 if stale else 0)


def _watch(arguments: Namespace) -> int:
    """The report of the whole project, again and again; fixes are for runs that end."""
    from flake8_redis_ssot.cli.watch import watch

    if wants_fixes(arguments) or arguments.diff or arguments.output_file or "-" in arguments.paths:
        raise RefusedError("`--watch` shows a report; it fixes nothing, writes no file and reads no standard input")
    form = "concise" if arguments.output_format == "full" else arguments.output_format

    def text(work: Sequence[Work]) -> str:
        report = Report([each.finding for each in work], names_by_code(), shown_lines, notebook=cache(opened))
        return load_format(form).render(report, Paint())

    return watch(arguments, configuration_of(request_of(arguments)), text, whole=True)


def _exit_code(outcome: Outcome, arguments: Namespace, *, left: bool) -> int:
    """The exit code of a run; `left`: findings that remain count."""
    if outcome.errors:
        return 2
    if outcome.fixed and arguments.exit_non_zero_on_fix:
        return 1
    return 1 if left and outcome.findings and not arguments.exit_zero else 0


def _request(arguments: Namespace) -> Request:
    paths, buffer = tuple(arguments.paths) or (".",), None
    if arguments.stdin_filename or paths == ("-",):
        paths, buffer = (arguments.stdin_filename or "-",), sys.stdin.buffer.read()
    return request_of(
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
        trust=trust(arguments),
        fixable=(*(arguments.fixable or ("ALL",)), *arguments.extend_fixable),
        unfixable=arguments.unfixable,
        baseline=None if arguments.no_baseline else arguments.baseline,
        fix_known=arguments.fix_baselined,
    )


def _format(arguments: Namespace) -> Format:
    """The form of the report."""
    if not arguments.statistics:
        return load_format(arguments.output_format)
    from flake8_redis_ssot.reports.statistics import STATISTICS, STATISTICS_JSON

    return STATISTICS_JSON if arguments.output_format == "json" else STATISTICS


def _publish(outcome: Outcome, arguments: Namespace) -> bool:
    """Print the report or write it to a file; True where it could not be written."""
    form = _format(arguments)
    names = names_by_code()
    buffer = next(iter(outcome.buffers.values()), None)  # of standard input
    lines, notebook = cache(partial(shown_lines, buffer=buffer)), cache(partial(opened, data=buffer))
    report = Report(outcome.findings, names, lines, len(outcome.fixed), arguments.unsafe_fixes, notebook)
    if not arguments.output_file:
        is_wanted = not form.for_people or outcome.findings or not arguments.quiet
        if is_wanted and (text := form.render(report, Paint.fitting(sys.stdout))):
            print(text)
        return False
    try:
        write(arguments.output_file, f"{form.render(report, Paint())}\n".encode())
    except OSError as error:
        outcome.errors.append(f"{arguments.output_file}: can't be written: {error.strerror}")
    return bool(outcome.errors)


def _add_noqa(outcome: Outcome, reason: str) -> int:
    from flake8_redis_ssot.linter.add_noqa import add_comments, permitted

    findings, refusals = permitted(outcome.findings, outcome.policies, reason)
    done, troubles = add_comments(findings, reason)
    troubles += refusals
    complain([*outcome.errors, *troubles])
    print(f"Added {done} noqa comment{'' if done == 1 else 's'}.")
    return 2 if outcome.errors or troubles else 0
