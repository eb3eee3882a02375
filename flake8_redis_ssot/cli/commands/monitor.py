"""`redis-ssot monitor`: print the numbers of findings, with `--live` after each change."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from flake8_redis_ssot.campaign.classify import Classifier
from flake8_redis_ssot.campaign.codeowners import load_codeowners
from flake8_redis_ssot.cli.options import add_config_options
from flake8_redis_ssot.cli.request import load_single_config, request_from_args, run_check_strict
from flake8_redis_ssot.cli.watch import format_counts, watch_items


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of `monitor`."""
    add_config_options(parser)
    parser.add_argument("--live", action="store_true", help="watch the tree until Ctrl-C")
    parser.set_defaults(paths=[])


def main(arguments: Namespace) -> int:
    """Print the counts; returns 0."""
    if arguments.live:
        return watch_items(arguments, lambda _, items: format_counts(items))
    config = load_single_config(request_from_args(arguments))
    findings = run_check_strict(request_from_args(arguments, baseline=None)).findings
    print(format_counts(Classifier(config, load_codeowners(str(config.root))).classify(findings)))
    return 0
