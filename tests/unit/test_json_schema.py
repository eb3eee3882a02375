"""The JSON schema accepts and rejects the same configurations as the tool."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from test_config import FULL, SHORT
from test_config_problems import GENERAL, GOOD, RESOURCE

from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.config.json_schema import json_schema

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
