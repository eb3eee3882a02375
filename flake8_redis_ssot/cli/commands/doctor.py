"""`redis-ssot doctor`: check the setup of a project, with a remedy for each problem."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from flake8_redis_ssot.cli.commands.baseline import describe_stale
from flake8_redis_ssot.cli.errors import CommandError
from flake8_redis_ssot.cli.options import add_config_options
from flake8_redis_ssot.cli.request import load_single_config, request_from_args, run_check
from flake8_redis_ssot.cli.wrapping import print_wrapped
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.onboarding.doctor import HealthCheck, check_canonical_shares, run_health_checks
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.terminal import Style, escape_unprintable, sign


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of `doctor`."""
    add_config_options(parser)
    parser.set_defaults(paths=[])


def main(arguments: Namespace) -> int:
    """Run the checks; returns 0 if all pass, 1 if one fails, 2 without a valid configuration."""
    style, failures = Style.for_stream(sys.stdout), 0
    try:
        config = load_single_config(request_from_args(arguments))
    except CommandError as error:
        _print_check(HealthCheck(False, "the configuration is invalid", "\n".join(error.args)), style)
        return 2
    file = to_display_path(str(config.file)) if config.file else "the command line"
    for each in (
        HealthCheck(True, f"the configuration is valid ({file})"),
        *run_health_checks(config),
        *_check_project(arguments, config),
    ):
        failures += not each.is_passing
        _print_check(each, style)
    print(f"{plural(failures, 'problem')} found." if failures else "No problems found.")
    return 1 if failures else 0


def _check_project(arguments: Namespace, config: Config) -> Iterator[HealthCheck]:
    """The checks that need a run: unresolved names in the configuration, and a stale baseline."""
    try:
        result = run_check(request_from_args(arguments, paths=(str(config.root),)))
    except CommandError as error:
        yield HealthCheck(False, "the configuration names something that does not exist", "\n".join(error.args))
        return
    yield HealthCheck(True, "the names in the configuration exist")
    yield from check_canonical_shares(config, result.files)
    yield from (HealthCheck(False, "a setting may be wrong", warning) for warning in result.warnings)
    for baseline_result in result.baseline_results:
        if baseline_result.match.is_stale:
            yield HealthCheck(
                False, f"the baseline has {describe_stale(baseline_result.match)}", "run `redis-ssot baseline prune`"
            )


def _print_check(check: HealthCheck, style: Style) -> None:
    mark = style("green" if check.is_passing else "red", sign(check.is_passing, sys.stdout))
    print_wrapped(f"{mark} {escape_unprintable(check.title)}")
    for line in check.remedy.splitlines():
        print_wrapped(f"  {escape_unprintable(line)}")
