"""`redis-ssot schema`: the JSON schema of the configuration."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace

from flake8_redis_ssot.config.json_schema import json_schema


def add_arguments(parser: ArgumentParser) -> None:
    """There are no flags."""


def main(arguments: Namespace) -> int:
    """Print it."""
    print(json.dumps(json_schema(), indent=2))
    return 0
