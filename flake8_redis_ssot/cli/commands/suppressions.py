"""`redis-ssot suppressions`: list `noqa` comments with the findings that they suppress, and the reasons."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import Any, NamedTuple

from flake8_redis_ssot.cli.errors import print_messages
from flake8_redis_ssot.cli.options import add_config_options, add_path_arguments, add_selection_options
from flake8_redis_ssot.cli.request import request_from_args, to_command_error
from flake8_redis_ssot.config.model import ConfigError
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.linter.request import NoConfigurationError
from flake8_redis_ssot.linter.suppressions import CommentAudit, audit_suppressions
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.reports.report import Renderers, format_json
from flake8_redis_ssot.terminal import escape_unprintable


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of `suppressions`."""
    add_path_arguments(parser, default="the working directory")
    add_selection_options(parser)
    add_config_options(parser)
    add = parser.add_argument
    add("--output-format", choices=tuple(_FORMATS), default="concise", help="default: concise")
    add("--unused", action="store_true", help="only unused codes")
    add("--without-reason", action="store_true", help="only those without a reason")
    add("--check", action="store_true", help="exit with 1 if any is listed")


def main(arguments: Namespace) -> int:
    """List the comments; returns 0, 1 if there are any with `--check`, 2 on errors."""
    request = request_from_args(
        arguments,
        exclude=tuple(arguments.exclude),
        force_exclude=arguments.force_exclude,
        select=arguments.select,
        extend_select=arguments.extend_select,
        ignore=arguments.ignore,
    )
    try:
        comments, errors = audit_suppressions(request)
    except (ConfigError, NoConfigurationError) as error:
        print_messages(to_command_error(error, request).args)
        return 2
    suppressions = tuple(each for each in comments if _is_selected(each, arguments))
    text = _FORMATS[arguments.output_format](SuppressionReport(suppressions, not arguments.quiet))
    if text:
        print(text)
    print_messages(errors)
    return 2 if errors else 1 if arguments.check and suppressions else 0


def _is_selected(suppression: CommentAudit, arguments: Namespace) -> bool:
    if arguments.unused and not suppression.unused_codes:
        return False
    return not (arguments.without_reason and suppression.comment.reason)


class SuppressionReport(NamedTuple):
    """The comments to list, in order, and whether to print their numbers."""

    suppressions: tuple[CommentAudit, ...]
    has_summary: bool


def _render_concise(report: SuppressionReport) -> str:
    return "\n".join([*map(_format_suppression, report.suppressions), *_summary_lines(report)])


def _format_suppression(suppression: CommentAudit) -> str:
    comment = suppression.comment
    reason = f"reason: {comment.reason}" if comment.reason else "no reason"
    location = f"{to_display_path(suppression.path)}:{comment.row}:{comment.column + 1}:"
    return escape_unprintable(f"{location} `{comment.text}` {', '.join(_describe_effects(suppression))}; {reason}")


def _summary_lines(report: SuppressionReport) -> Iterator[str]:
    if report.has_summary:
        unused = sum(bool(suppression.unused_codes) for suppression in report.suppressions)
        without_reason = sum(not suppression.comment.reason for suppression in report.suppressions)
        comments = plural(len(report.suppressions), "comment")
        yield f"{comments}, {unused} with unused codes, {without_reason} without a reason."


def _describe_effects(suppression: CommentAudit) -> Iterator[str]:
    """The effects of a comment, as phrases."""
    for kind, findings in (
        ("silences", suppression.suppressed_findings),
        ("not allowed", suppression.refused_findings),
    ):
        descriptions = dict.fromkeys(f"{finding.code} ({finding.message})" for finding in findings)
        if descriptions:
            yield f"{kind} {', '.join(descriptions)}"
    if not suppression.suppressed_findings and not suppression.refused_findings:
        yield "silences nothing"
    elif suppression.unused_codes:
        yield f"{', '.join(suppression.unused_codes)} is unused"


def _suppression_to_dict(suppression: CommentAudit) -> dict[str, Any]:
    """A comment for JSON, with 1-based rows and columns and an absolute file name."""
    comment = suppression.comment
    return {
        "filename": os.path.abspath(suppression.path),
        "location": {"column": comment.column + 1, "row": comment.row},
        "comment": comment.text,
        "codes": list(comment.codes),
        "reason": comment.reason or None,
        "silences": [_finding_to_dict(finding) for finding in suppression.suppressed_findings],
        "refused": [_finding_to_dict(finding) for finding in suppression.refused_findings],
        "unused": list(suppression.unused_codes),
    }


def _finding_to_dict(finding: Finding) -> dict[str, Any]:
    location = {"column": finding.span.column + 1, "row": finding.span.row}
    return {"code": finding.code, "location": location, "message": finding.message}


def _render_json(report: SuppressionReport) -> str:
    return format_json([_suppression_to_dict(each) for each in report.suppressions])


_FORMATS: Renderers[SuppressionReport] = {"concise": _render_concise, "json": _render_json}
