"""A setting is declared once: the parser, validation, JSON schema and documentation derive from it."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flake8_redis_ssot.config import parser
from flake8_redis_ssot.config.json_schema import json_schema
from flake8_redis_ssot.config.loading import load_config
from flake8_redis_ssot.config.model import AccessorFor, Config, ConfigError, Resource
from flake8_redis_ssot.config.setting import Setting
from flake8_redis_ssot.config.settings import ACCESSOR_FOR, GENERAL, RESOURCE, SETTINGS
from flake8_redis_ssot.config.value_types import Choice

RESOURCE_TABLE = "[resource.redis]\ncanonical = 'app.rm'\nconstructors = 'app.rm.Manager'\n"
COLOUR = Setting("rim-colour", Choice(("red", "green")), "The colour of it (default: {default}).", default="red")


class ExtendedConfig(SimpleNamespace):
    """`Config` with one more field."""

    _fields = (*Config._fields, COLOUR.field)


@pytest.fixture(params=[GENERAL, RESOURCE])
def table_name(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The name of a table with one more setting."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(SETTINGS, request.param, (*SETTINGS[request.param], COLOUR))
    name, model = ("Config", ExtendedConfig) if request.param == GENERAL else ("Resource", SimpleNamespace)
    monkeypatch.setattr(parser, name, model)
    return str(request.param)


def read_colour(table_name: str, line: str) -> Any:
    file = Path("redis-ssot.toml")
    file.write_text(f"{line}\n{RESOURCE_TABLE}" if table_name == GENERAL else f"{RESOURCE_TABLE}{line}\n")
    config: Any = load_config(file)
    return (config if table_name == GENERAL else config.resources[0]).rim_colour


def test_a_new_setting_is_read(table_name: str) -> None:
    assert read_colour(table_name, "") == "red"
    assert read_colour(table_name, "rim-colour = 'green'") == "green"


@pytest.mark.parametrize(
    ("line", "key", "text"),
    [
        ("rim_color = 'red'", "rim_color", "unknown key; did you mean `rim-colour`?"),
        ("rim-colour = 'gren'", "rim-colour", "`gren` is not a valid value; did you mean `green`?"),
        ("rim-colour = 1", "rim-colour", "expected a string, found an integer"),
    ],
)
def test_a_new_setting_is_checked(table_name: str, line: str, key: str, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_colour(table_name, line)
    full_key = key if table_name == GENERAL else f"resource.redis.{key}"
    assert str(caught.value) == f"redis-ssot.toml: {full_key}: {text}"


def test_a_new_setting_is_in_the_schema_and_the_documentation(table_name: str) -> None:
    schema = json_schema()
    table = schema if table_name == GENERAL else schema["definitions"][table_name]
    assert table["properties"]["rim-colour"] == {
        "description": "The colour of it (default: red).",
        "enum": ["red", "green"],
    }
    page = import_module("docs.generated").settings_tables()
    row = '| `rim-colour` | `"red"` or `"green"` | The colour of it (default: red). |'
    assert row in page.partition("## `[tool.redis-ssot.resource.NAME]`")[0 if table_name == GENERAL else 2]


@pytest.mark.parametrize(
    ("table_name", "model", "others"),
    [
        (GENERAL, Config, {"root", "file", "resources"}),
        (RESOURCE, Resource, {"name"}),
        (ACCESSOR_FOR, AccessorFor, set()),
    ],
)
def test_each_field_has_a_setting(table_name: str, model: Any, others: set[str]) -> None:
    assert {setting.field for setting in SETTINGS[table_name]} | others == set(model._fields)


def test_check_does_not_import_the_json_schema(tmp_path: Path) -> None:
    (tmp_path / "redis-ssot.toml").write_text(RESOURCE_TABLE)
    program = (
        "import sys; from flake8_redis_ssot.cli.main import main; main(['check', '.', '--no-cache'])\n"
        "print([name for name in sys.modules if name.endswith(('config.settings', 'config.json_schema'))])"
    )
    process = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert process.stdout.splitlines()[-1] == "['flake8_redis_ssot.config.settings']"
