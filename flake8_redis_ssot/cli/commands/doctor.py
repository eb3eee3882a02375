"""`redis-ssot doctor`: what goes wrong in practice, each with the line to add."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from flake8_redis_ssot.cli.commands.baseline import said
from flake8_redis_ssot.cli.errors import RefusedError
from flake8_redis_ssot.cli.options import add_configuration
from flake8_redis_ssot.cli.request import configuration_of, outcome_of, request_of
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.paths import shown_path
from flake8_redis_ssot.model import counted
from flake8_redis_ssot.onboarding.doctor import Finding, look_at
from flake8_redis_ssot.terminal import Paint


def add_arguments(parser: ArgumentParser) -> None:
    """The flags of `doctor`."""
    add_configuration(parser)
    parser.set_defaults(paths=[])


def main(arguments: Namespace) -> int:
    """Look: 0 all well, 1 something is not, 2 there is no configuration to look at."""
    paint, ill = Paint.fitting(sys.stdout), 0
    try:
        config = configuration_of(request_of(arguments))
    except RefusedError as error:
        _print(Finding(False, "the configuration", "\n".join(error.args)), paint)
        return 2
    file = shown_path(str(config.file)) if config.file else "the command line"
    for each in (Finding(True, f"the configuration ({file})"), *look_at(config), *_run(arguments, config)):
        ill += not each.well
        _print(each, paint)
    print(f"{counted(ill, 'thing')} to mend." if ill else "All is well.")
    return 1 if ill else 0


def _run(arguments: Namespace, config: Config) -> Iterator[Finding]:
    """What only a run can tell: names that are not there, a baseline that says too much."""
    try:
        outcome = outcome_of(request_of(arguments, paths=(str(config.root),)))
    except RefusedError as error:
        yield Finding(False, "the names of the configuration", "\n".join(error.args))
        return
    yield Finding(True, "the names of the configuration")
    yield from (Finding(False, "a setting", warning) for warning in outcome.warnings)
    for sifted in outcome.sifted:
        if sifted.match.is_stale:
            yield Finding(False, f"the baseline: {said(sifted.match)}", "redis-ssot baseline prune")


def _print(finding: Finding, paint: Paint) -> None:
    mark = paint("cyan", "ok") if finding.well else paint("red", "--")
    print(f"{mark} {finding.text}")
    for line in finding.remedy.splitlines():
        print(f"   {line}")
