"""`redis-ssot export`: what other tools can enforce of our settings."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from flake8_redis_ssot.cli.options import add_configuration
from flake8_redis_ssot.cli.request import configuration_of, request_of
from flake8_redis_ssot.onboarding.export import FORMS


def add_arguments(parser: ArgumentParser) -> None:
    """The flags of `export`."""
    parser.add_argument("tool", choices=tuple(FORMS), help="for which one")
    add_configuration(parser)
    parser.set_defaults(paths=[])


def main(arguments: Namespace) -> int:
    """Print the settings; on the error stream, what they can't say: 0."""
    export = FORMS[arguments.tool](configuration_of(request_of(arguments)))
    print(export.text, end="")
    if not arguments.quiet:
        print(f"{arguments.tool} can't enforce:", file=sys.stderr)
        for sentence in export.left_out:
            print(f"- {sentence}", file=sys.stderr)
    return 0
