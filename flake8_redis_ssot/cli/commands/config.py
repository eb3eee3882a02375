"""`redis-ssot config show`: print the settings as they are used, with defaults filled in and presets expanded."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from typing import Any

from flake8_redis_ssot.cli.options import add_config_options
from flake8_redis_ssot.cli.request import load_single_config, request_from_args
from flake8_redis_ssot.codes import DEFAULT_SELECTOR
from flake8_redis_ssot.config.model import Config, Resource
from flake8_redis_ssot.config.setting import Setting
from flake8_redis_ssot.config.settings import GENERAL, RESOURCE, SETTINGS
from flake8_redis_ssot.config.toml_table import join_key


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of `config`."""
    parser.add_argument("action", choices=("show",), help="show: print the settings as they are used")
    add_config_options(parser)
    parser.set_defaults(paths=[])


def main(arguments: Namespace) -> int:
    """Print the settings as TOML; returns 0. Raises CommandError without a valid configuration."""
    print(format_config(load_single_config(request_from_args(arguments))))
    return 0


def format_config(config: Config) -> str:
    """A configuration as TOML that means the same: with defaults filled in and presets expanded."""
    tables = [_format_settings(SETTINGS[GENERAL], config)]
    tables += [table for resource in config.resources for table in _resource_tables(resource)]
    return "\n\n".join("\n".join(lines) for lines in tables)


def _resource_tables(resource: Resource) -> Iterator[list[str]]:
    key = join_key(RESOURCE, resource.name)
    yield [f"[{key}]", *_format_settings(SETTINGS[RESOURCE], resource)]
    if resource.deprecated:
        lines = [f"{_quote(old)} = {_quote(new)}" for old, new in resource.deprecated]
        yield [f"[{key}.deprecated]", *lines]
    for entry in resource.accessor_for:
        yield [f"[[{key}.accessor-for]]", f"paths = {_quote(entry.paths)}", f"accessor = {_quote(entry.accessor)}"]


def _format_settings(settings: Sequence[Setting], values: Config | Resource) -> list[str]:
    """The settings that are plain values; those that are not set or empty, and tables, are left out."""
    pairs = ((setting.name, getattr(values, setting.field)) for setting in settings)
    return [f"{name} = {text}" for name, value in pairs if (text := _format_value(name, value))]


def _format_value(name: str, value: Any) -> str:
    if name in ("deprecated", "accessor-for") or value in (None, "", (), (DEFAULT_SELECTOR,)):
        return ""
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        pairs = ", ".join(f"{_quote(key or 'ALL')} = {_quote(inner)}" for key, inner in value)
        return f"{{ {pairs} }}"
    if isinstance(value, tuple) and len(value) > 1:
        return "\n".join(["[", *(f"    {_quote(item)}," for item in value), "]"])
    return _quote(value)


def _quote(value: object) -> str:
    """A string, number, boolean or array as TOML, which is JSON for these."""
    return json.dumps(value, ensure_ascii=False)
