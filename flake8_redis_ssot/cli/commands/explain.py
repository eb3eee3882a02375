"""`redis-ssot explain FILE:LINE[:COLUMN]`: why a place is, or is not, a finding."""

from __future__ import annotations

import os
import re
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence

from flake8_redis_ssot.cli.errors import CommandError
from flake8_redis_ssot.cli.options import add_config_options
from flake8_redis_ssot.cli.request import load_single_config, open_project, request_from_args, run_check_strict
from flake8_redis_ssot.cli.wrapping import print_wrapped
from flake8_redis_ssot.linter.explain import ExplainedUse, explain_line
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.reports.reasons import describe_fix

_PLACE = re.compile(r"(?P<path>.+?):(?P<row>\d+)(?::(?P<column>\d+))?:?")


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of `explain`."""
    parser.add_argument("place", metavar="FILE:LINE[:COLUMN]", help="as `check` prints it, such as app/service.py:12")
    add_config_options(parser)


def main(arguments: Namespace) -> int:
    """Explain one place; returns 0."""
    path, row, column = _parse_place(arguments.place)
    arguments.paths = [path]
    config = load_single_config(request_from_args(arguments))
    project = open_project(config, request_from_args(arguments))
    uses = explain_line(project.analysis, os.path.abspath(path), row)
    findings = _findings_on(row, run_check_strict(request_from_args(arguments, fixes=True, baseline=None)).findings)
    silenced = _findings_on(row, run_check_strict(request_from_args(arguments, noqa=False, baseline=None)).findings)
    if column is not None:
        uses = [each for each in uses if each.column == column - 1] or uses
    print_wrapped("\n".join(_iter_lines(arguments.place, uses, findings, silenced)))
    return 0


def _parse_place(place: str) -> tuple[str, int, int | None]:
    """Raises CommandError if there is no such line."""
    match = _PLACE.fullmatch(place)
    if match is None:
        raise CommandError(f"`{place}` is no place; write FILE:LINE, such as app/service.py:12")
    path, row = match["path"], int(match["row"])
    if not os.path.isfile(path):
        raise CommandError(f"{path}: there is no such file")
    return path, row, int(match["column"]) if match["column"] else None


def _findings_on(row: int, findings: Sequence[Finding]) -> list[Finding]:
    return [each for each in findings if each.span.row <= row <= each.span.end_row]


def _iter_lines(
    place: str, uses: Sequence[ExplainedUse], findings: Sequence[Finding], silenced: Sequence[Finding]
) -> Iterator[str]:
    for use in uses:
        yield f"column {use.column + 1}: {use.subject}"
        yield from (f"  {statement}" for statement in use.statements)
    if not uses:
        yield f"{place}: no call, import or dotted name on this line could be resolved"
    for finding in findings:
        yield f"{finding.code}: {finding.message}"
        yield from (f"  {label}: {text}" for label, text in describe_fix(finding.fix))
    codes = {finding.code for finding in findings}
    for finding in silenced:
        if finding.code not in codes:
            yield f"{finding.code} is suppressed by a comment: {finding.message}"
    if not findings and not silenced:
        yield "No finding."
