"""`redis-ssot schema`: print the JSON schema of the configuration."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace

from flake8_redis_ssot.config.json_schema import json_schema


def add_arguments(parser: ArgumentParser) -> None:
    """Add no options."""


def main(arguments: Namespace) -> int:
    """Print the schema; returns 0."""
    print(json.dumps(json_schema(), indent=2))
    return 0
