"""TOML of any origin: settings of ours, and of other tools, whose values may be of any type."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from flake8_redis_ssot.files.atomic_write import read

PYPROJECT = "pyproject.toml"
# The files of our settings, in the order in which they count.
CONFIG_FILE_NAMES = ("redis-ssot.toml", ".redis-ssot.toml", PYPROJECT)
# Settings have a handful of levels; what is deeper would exhaust the stack of whoever walks through it.
_MAX_DEPTH = 64


def parse_toml(text: str) -> dict[str, Any]:
    """The document. Raises ValueError if it is malformed, or nested more than 64 levels deep."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        document = tomllib.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    _check_depth(document)
    return document


def _check_depth(document: dict[str, Any]) -> None:
    level: list[Any] = [document]
    for _ in range(_MAX_DEPTH):
        items = (item for value in level for item in (value.values() if isinstance(value, dict) else value))
        level = [item for item in items if isinstance(item, (dict, list))]
        if not level:
            return
    raise ValueError("it is nested too deeply")


def read_toml(path: str) -> dict[str, Any]:
    """The document in a file of another tool; empty if it cannot be read."""
    try:
        return parse_toml(read(path).decode("utf-8-sig"))
    except (OSError, ValueError):
        return {}


def table_in(document: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """The nested table at some keys; empty if it is missing, or no table."""
    for key in keys:
        value = document.get(key)
        document = value if isinstance(value, dict) else {}
    return document


def strings_in(table: Mapping[str, Any], key: str) -> list[str]:
    """The strings of an array in a table; none if it is missing, or no array."""
    value = table.get(key)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
