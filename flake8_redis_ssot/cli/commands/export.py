"""`redis-ssot export`: what other tools can enforce of our settings."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from flake8_redis_ssot.cli.options import add_config_options
from flake8_redis_ssot.cli.request import load_single_config, request_from_args
from flake8_redis_ssot.onboarding.export import EXPORTERS


def add_arguments(parser: ArgumentParser) -> None:
    """The flags of `export`."""
    parser.add_argument("tool", choices=tuple(EXPORTERS), help="for which one")
    add_config_options(parser)
    parser.set_defaults(paths=[])


def main(arguments: Namespace) -> int:
    """Print the settings; on the error stream, what they can't say: 0."""
    export = EXPORTERS[arguments.tool](load_single_config(request_from_args(arguments)))
    print(export.text, end="")
    if not arguments.quiet:
        print(f"{arguments.tool} can't enforce:", file=sys.stderr)
        for limitation in export.limitations:
            print(f"- {limitation}", file=sys.stderr)
    return 0
