"""What is known of the parameters of third-party constructors is what the libraries have."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Callable
from typing import Any

import pytest

from flake8_redis_ssot.config.presets import first_spelling, presets_by_name
from flake8_redis_ssot.fixes.accessors.parameters import KNOWN_CLIENTS, Parameters, bind_arguments, find_parameters
from flake8_redis_ssot.project.resolver import Definition


def _load(dotted: str) -> Any:
    module, _, name = dotted.rpartition(".")
    return getattr(importlib.import_module(module), name)


class _NoProject:
    """A context without files: of third-party names, no project is asked."""

    def remember(self, key: object, compute: Callable[[], Parameters]) -> Parameters:
        return compute()


def _known(name: str) -> Parameters:
    return find_parameters(Definition(name, None, ""), _NoProject())  # type: ignore[arg-type]


@pytest.mark.parametrize("name", KNOWN_CLIENTS)
def test_defaults_are_those_of_the_library(name: str) -> None:
    actual = inspect.signature(_load(name)).parameters
    known = _known(name)
    assert {key: ast.literal_eval(value) for key, value in known.defaults.items()} == {
        key: actual[key].default for key in known.defaults
    }
    assert tuple(actual)[: len(known.positional)] == known.positional


@pytest.mark.parametrize("name", [f"{each}.from_url" for each in KNOWN_CLIENTS])
def test_from_url(name: str) -> None:
    owner, _, method = name.rpartition(".")
    assert next(iter(inspect.signature(getattr(_load(owner), method)).parameters)) == "url"
    assert _known(name) == Parameters(("url",))


def test_unknown_library() -> None:
    assert _known("httpx.Client") == Parameters()


def test_binding() -> None:
    call = ast.parse("f(1, *rest, 2, db=3, **options)", mode="eval").body
    assert isinstance(call, ast.Call)
    arguments = bind_arguments(call, Parameters(("host", "port", "db")))
    assert [each.key for each in arguments] == ["host", "*rest", 2, "db", "**options"]
    assert [each.format(ast.unparse) for each in arguments] == ["1", "*rest", "2", "db=3", "**options"]


def test_first_spelling() -> None:
    assert first_spelling("redis.client.StrictRedis.from_url") == "redis.Redis.from_url"
    assert first_spelling("redis.utils.from_url") == "redis.from_url"
    assert first_spelling("app.Redis") == "app.Redis"
    spellings = [known.spellings for preset in presets_by_name().values() for known in preset.constructors]
    assert all(first_spelling(each) in group for group in spellings for each in group)
