"""The JSON schema accepts and rejects the same configurations as the tool."""

from __future__ import annotations

import json
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from test_config import FULL, SHORT
from test_config_problems import GENERAL, GOOD, RESOURCE

from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.config.json_schema import json_schema
from flake8_redis_ssot.config.loading import OWN_NAMES

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# The problems that a JSON schema can express.
SCHEMA_PROBLEMS = ("expected ", "unknown key", "is empty", "is no code", "is no valid value", "is missing")


def is_valid(text: str) -> bool:
    values: dict[str, Any] = json.loads(json.dumps(tomllib.loads(text), default=lambda date: [str(date)] * 2))
    try:
        jsonschema.validate(values, json_schema())
    except jsonschema.ValidationError:
        return False
    return True


def test_schema_is_valid() -> None:
    jsonschema.Draft7Validator.check_schema(json_schema())


ONE_ACCESSOR_FOR = f"{SHORT}[accessor-for]\npaths = 'tests'\naccessor = 'testing.get'\n"


@pytest.mark.parametrize("text", [FULL, SHORT, GOOD, ONE_ACCESSOR_FOR])
def test_valid_configurations(text: str) -> None:
    assert is_valid(text)


@pytest.mark.parametrize(("text", "problem"), GENERAL)
def test_invalid_general_settings(text: str, problem: str) -> None:
    if any(phrase in problem for phrase in SCHEMA_PROBLEMS):
        assert not is_valid(f"{text}\n{GOOD}")


@pytest.mark.parametrize(("text", "problem"), RESOURCE)
def test_invalid_resource_settings(text: str, problem: str) -> None:
    constructors = "" if "deprecated" in text else "constructors = 'app.redis.R'\n"
    good = f"[resource.redis]\ncanonical = 'app.redis'\n{constructors}"
    assert is_valid(good + ("deprecated = 'a.b'" if "deprecated" in text else ""))
    if any(phrase in problem for phrase in SCHEMA_PROBLEMS):
        assert not is_valid(f"{good}{text}\n")


def test_examples_of_the_documentation(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json_schema()
    repository = Path(__file__).parents[2]
    _, _, page = (repository / "docs" / "configuration.md").read_text(encoding="utf-8").partition("```toml\n")
    for text in ((repository / "pyproject.toml").read_text(), page.partition("```")[0]):
        jsonschema.validate(tomllib.loads(text)["tool"]["redis-ssot"], json_schema())


# What is to be submitted to SchemaStore

SCHEMASTORE = Path(__file__).parents[2] / "editors" / "schemastore"


@pytest.mark.updates_cases
def test_schemastore_has_the_schema(pytestconfig: pytest.Config) -> None:
    file = SCHEMASTORE / "redis-ssot.json"
    address = json.loads((SCHEMASTORE / "catalog.json").read_text(encoding="utf-8"))["url"]
    text = json.dumps({"$schema": json_schema()["$schema"], "$id": address, **json_schema()}, indent=2) + "\n"
    if pytestconfig.option.update:
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text


def test_schemastore_entries() -> None:
    catalog, pyproject = (
        json.loads((SCHEMASTORE / name).read_text(encoding="utf-8")) for name in ("catalog.json", "pyproject.json")
    )
    assert catalog["fileMatch"] == list(OWN_NAMES)
    assert pyproject["redis-ssot"]["$ref"] == catalog["url"]


def test_examples_of_schemastore() -> None:
    assert is_valid((SCHEMASTORE / "test" / "settings.toml").read_text(encoding="utf-8"))
    assert not is_valid((SCHEMASTORE / "negative_test" / "settings.toml").read_text(encoding="utf-8"))


PAGES = ("README.md", "docs/configuration.md", "docs/faq.md", "docs/runtime.md", "docs/tutorial.md", "docs/usage.md")


@pytest.mark.parametrize("page", PAGES)
def test_documented_settings(page: str) -> None:
    """Every table of ours in the documentation, which may show a single setting: nothing is required of it."""
    text = (Path(__file__).parents[2] / page).read_text(encoding="utf-8")
    for block in re.findall(r"^ *```toml\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL):
        with suppress(tomllib.TOMLDecodeError):  # a block that is not whole
            settings = tomllib.loads(block).get("tool", {}).get("redis-ssot", {})
            jsonschema.validate(settings, _without_requirements(json_schema()))


def _without_requirements(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    is_kept = {key: not (key == "required" or (key == "anyOf" and "required" in schema[key][0])) for key in schema}
    return {key: _without_requirements(value) for key, value in schema.items() if is_kept[key]}
