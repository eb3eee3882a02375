"""`redis-ssot suppressions`: the comments that silence findings, with what they silence and why."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from typing import Any

from flake8_redis_ssot.cli.errors import complain
from flake8_redis_ssot.cli.options import add_configuration, add_paths, add_selection
from flake8_redis_ssot.cli.request import refused, request_of
from flake8_redis_ssot.config.model import ConfigError
from flake8_redis_ssot.linter.request import NoConfigurationError
from flake8_redis_ssot.linter.suppressions import Audited, audit
from flake8_redis_ssot.model import Finding, counted


def add_arguments(parser: ArgumentParser) -> None:
    """The flags of `suppressions`."""
    add_paths(parser, default="the working directory")
    add_selection(parser)
    add_configuration(parser)
    add = parser.add_argument
    add("--output-format", choices=("concise", "json"), default="concise", help="default: concise")
    add("--unused", action="store_true", help="only those with a code of ours that silences nothing")
    add("--without-reason", action="store_true", help="only those that give no reason")
    add("--check", action="store_true", help="exit with 1 if any is listed")


def main(arguments: Namespace) -> int:
    """List them: 0, 1 where `--check` finds any, 2 where a path or the configuration is wrong."""
    request = request_of(
        arguments,
        exclude=tuple(arguments.exclude),
        force_exclude=arguments.force_exclude,
        select=arguments.select,
        extend_select=arguments.extend_select,
        ignore=arguments.ignore,
    )
    try:
        comments, errors = audit(request)
    except (ConfigError, NoConfigurationError) as error:
        complain(refused(error, request).args)
        return 2
    listed = [each for each in comments if _is_wanted(each, arguments)]
    if arguments.output_format == "json":
        print(json.dumps([_entry(each) for each in listed], indent=2, ensure_ascii=False))
    else:
        _print(listed, quiet=arguments.quiet)
    complain(errors)
    return 2 if errors else 1 if arguments.check and listed else 0


def _is_wanted(audited: Audited, arguments: Namespace) -> bool:
    if arguments.unused and not audited.unused:
        return False
    return not (arguments.without_reason and audited.directive.reason)


def _print(listed: Sequence[Audited], *, quiet: bool) -> None:
    for audited in listed:
        directive = audited.directive
        reason = f"reason: {directive.reason}" if directive.reason else "no reason"
        place = f"{audited.path}:{directive.row}:{directive.column + 1}:"
        print(place, f"`{directive.text}`", f"{', '.join(_effects(audited))}; {reason}")
    if not quiet:
        unused = sum(bool(audited.unused) for audited in listed)
        bare = sum(not audited.directive.reason for audited in listed)
        print(f"{counted(len(listed), 'comment')}, {unused} with unused codes, {bare} without a reason.")


def _effects(audited: Audited) -> Iterator[str]:
    """What a comment does, as phrases."""
    for kind, findings in (("silences", audited.silenced), ("may not silence", audited.refused)):
        told = dict.fromkeys(f"{finding.code} ({finding.message})" for finding in findings)
        if told:
            yield f"{kind} {', '.join(told)}"
    if not audited.silenced and not audited.refused:
        yield "silences nothing"
    elif audited.unused:
        yield f"{', '.join(audited.unused)} silences nothing"


def _entry(audited: Audited) -> dict[str, Any]:
    """One comment for machines: rows and columns 1-based, the file name absolute."""
    directive = audited.directive
    return {
        "filename": os.path.abspath(audited.path),
        "location": {"column": directive.column + 1, "row": directive.row},
        "comment": directive.text,
        "codes": list(directive.codes),
        "reason": directive.reason or None,
        "silences": [_told(finding) for finding in audited.silenced],
        "refused": [_told(finding) for finding in audited.refused],
        "unused": list(audited.unused),
    }


def _told(finding: Finding) -> dict[str, Any]:
    place = {"column": finding.span.column + 1, "row": finding.span.row}
    return {"code": finding.code, "location": place, "message": finding.message}
