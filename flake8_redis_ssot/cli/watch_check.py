"""`redis-ssot check --watch`: the report, updated after each change."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable

from flake8_redis_ssot.cli.check_report import build_report, report_format
from flake8_redis_ssot.cli.errors import CommandError
from flake8_redis_ssot.cli.request import load_single_config
from flake8_redis_ssot.cli.screen import LiveView
from flake8_redis_ssot.cli.watch import Watched, watch
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.linter.request import CheckRequest, CheckResult
from flake8_redis_ssot.reports.summary import summary_lines
from flake8_redis_ssot.terminal import Style

_DEFAULT_FORMAT = "concise"
# The options that write or end, by field; the others hold for each check.
_REFUSED = {
    "fix": "--fix",
    "fix_only": "--fix-only",
    "diff": "--diff",
    "fix_baselined": "--fix-baselined",
    "show_fixes": "--show-fixes",
    "exit_non_zero_on_fix": "--exit-non-zero-on-fix",
    "silent": "--silent",
    "output_file": "--output-file",
    "stdin_filename": "--stdin-filename",
    "add_noqa": "--add-noqa",
    "show_files": "--show-files",
    "show_settings": "--show-settings",
    "runtime": "--runtime",
}


def watch_check(arguments: Namespace, build_request: Callable[[Namespace], CheckRequest]) -> int:
    """Report on the paths whenever a file is saved. Raises CommandError for options that do not go with it."""
    refused = [option for field, option in _REFUSED.items() if getattr(arguments, field) not in (False, None, "")]
    if refused or "-" in arguments.paths:
        raise CommandError(f"`--watch` can't be combined with {', '.join(f'`{each}`' for each in refused or ['-'])}")
    # Fixes take longer than findings: they are worked out for formats that were asked for.
    with_fixes = bool(arguments.output_format) and report_format(arguments).shows_fixes
    arguments.output_format = arguments.output_format or _DEFAULT_FORMAT
    request = build_request(arguments)

    def text_of(result: CheckResult) -> str:
        return report_format(arguments).render(build_report(result, arguments), Style())

    def render(_: Config, result: CheckResult) -> LiveView:
        style, report = Style.for_stream(sys.stdout)._replace(has_links=False), build_report(result, arguments)
        body = report_format(arguments).render(report._replace(is_quiet=True), style)
        headline = " ".join(summary_lines(report._replace(is_quiet=False), style))
        return LiveView(headline, "\n".join([*map(str, result.errors), body]) if result.errors else body)

    return watch(
        Watched(
            load_config=lambda: load_single_config(request),
            build_request=lambda _: request._replace(fixes=request.fixes and with_fixes),
            render=render,
            text_of=text_of,
            with_fixes=with_fixes,
        )
    )
