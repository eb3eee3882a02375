"""`redis-ssot export`: convert our settings to those of other tools."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from flake8_redis_ssot.cli.options import add_config_options
from flake8_redis_ssot.cli.request import load_single_config, request_from_args
from flake8_redis_ssot.onboarding.export import EXPORTERS


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of `export`."""
    parser.add_argument("tool", choices=tuple(EXPORTERS), help="for which one")
    add_config_options(parser)
    parser.set_defaults(paths=[])


def main(arguments: Namespace) -> int:
    """Print the settings for a tool and, on the error stream, what it cannot enforce; returns 0."""
    export = EXPORTERS[arguments.tool](load_single_config(request_from_args(arguments)))
    print(export.text, end="")
    if not arguments.quiet:
        print(f"{arguments.tool} can't enforce:", file=sys.stderr)
        for limitation in export.limitations:
            print(f"- {limitation}", file=sys.stderr)
    return 0
