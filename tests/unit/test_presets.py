"""The catalogue is right about the libraries, and `preset:NAME` means what it lists."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from flake8_redis_ssot.config.catalogue import PRESETS, Preset
from flake8_redis_ssot.config.loading import config_from_overrides
from flake8_redis_ssot.config.model import ConfigError
from flake8_redis_ssot.config.presets import expand_preset, other_spellings, preset_of, presets_by_name

# The distributions of the test extra; the other libraries are large or need one of the system.
INSTALLED = (
    "aiohttp",
    "flask-sqlalchemy",
    "httpx",
    "kafka-python",
    "pymongo",
    "redis",
    "requests",
    "sqlalchemy",
    "structlog",
    "valkey",
)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the libraries
@pytest.mark.parametrize("preset", [each for each in PRESETS if each.package in INSTALLED], ids=lambda each: each.name)
def test_names_are_those_of_the_library(preset: Preset) -> None:
    """All names of an entry are one object, and its methods exist."""
    for known in preset.constructors:
        objects: list[Any] = [_load(name) for name in known.names]
        own_name = str(objects[0].__name__)
        assert all(each is objects[0] for each in objects), known.names
        assert all(callable(getattr(objects[0], method)) for method in known.methods)
        # The module that defines it, and the packages above that, are spellings, if they are public.
        parts = objects[0].__module__.split(".")
        for length in range(1, len(parts) + 1):
            module = importlib.import_module(".".join(parts[:length]))
            if parts[length - 1].startswith("_"):
                break
            if getattr(module, own_name, None) is objects[0]:
                assert f"{module.__name__}.{own_name}" in known.names


def _load(name: str) -> Any:
    module, _, attribute = name.rpartition(".")
    found = importlib.import_module(module)
    return getattr(found, attribute)


def test_included_presets_exist_and_no_name_is_in_two() -> None:
    spellings = [name for preset in PRESETS for known in preset.constructors for name in known.spellings]
    assert len(spellings) == len(set(spellings))
    assert all(name in presets_by_name() for preset in PRESETS for name in preset.includes)
    assert len(presets_by_name()) == len(PRESETS)


def test_a_preset_means_all_that_it_includes() -> None:
    names, bases = expand_preset("redis")
    assert {"redis.Redis", "redis.client.Redis.from_url", "redis.asyncio.from_url"} <= set(names)
    assert bases == ()
    assert "pydantic_settings.BaseSettings" in expand_preset("settings")[1]


def test_other_spellings() -> None:
    assert "redis.client.Redis" in other_spellings("redis.Redis")
    assert "redis.Redis.from_url" in other_spellings("redis.client.Redis.from_url")
    assert other_spellings("app.Redis") == ()
    found = preset_of("redis.asyncio.Redis")
    assert found is not None
    assert found.name == "redis-async"
    assert preset_of("app.Redis") is None


def test_presets_in_a_configuration(tmp_path: Path) -> None:
    overrides = ['resource.redis.canonical = "app.cache"', 'resource.redis.constructors = ["preset:redis", "app.Own"]']
    resource = config_from_overrides(overrides, tmp_path).resources[0]
    assert resource.constructors == (*expand_preset("redis")[0], "app.Own")
    with pytest.raises(ConfigError, match="there is no preset `rediss`; did you mean `preset:redis`"):
        config_from_overrides([overrides[0], 'resource.redis.constructors = "preset:rediss"'], tmp_path)
    with pytest.raises(ConfigError, match="there is no preset `qqqq`"):
        config_from_overrides([overrides[0], 'resource.redis.constructors = "preset:qqqq"'], tmp_path)
