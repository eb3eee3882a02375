"""`redis-ssot monitor`: the counts, and with `--live` whatever changes them while people work."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from flake8_redis_ssot.campaign.classify import Surveyor
from flake8_redis_ssot.campaign.codeowners import owners_of
from flake8_redis_ssot.cli.options import add_configuration
from flake8_redis_ssot.cli.request import configuration_of, outcome_of, request_of
from flake8_redis_ssot.cli.watch import counts_of, watch


def add_arguments(parser: ArgumentParser) -> None:
    """The flags of `monitor`."""
    add_configuration(parser)
    parser.add_argument("--live", action="store_true", help="watch the tree until Ctrl-C")
    parser.set_defaults(paths=[])


def main(arguments: Namespace) -> int:
    """Show it: 0."""
    config = configuration_of(request_of(arguments))
    if arguments.live:
        return watch(arguments, config, counts_of)
    findings = outcome_of(request_of(arguments, baseline=None)).findings
    print(counts_of(Surveyor(config, owners_of(str(config.root))).survey(findings)))
    return 0
