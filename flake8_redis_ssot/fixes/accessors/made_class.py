"""The class outside of the project that a constructor makes an instance of, by its name."""

from __future__ import annotations

from flake8_redis_ssot.config.presets import first_spelling
from flake8_redis_ssot.project.resolver import Definition

# Functions that return an instance of a class, by their first spelling in the catalogue.
_FUNCTIONS = {
    f"{module}.from_url": f"{module}.{name}"
    for module, name in (
        ("redis", "Redis"),
        ("redis.asyncio", "Redis"),
        ("valkey", "Valkey"),
        ("valkey.asyncio", "Valkey"),
    )
}


def find_external_class(constructor: Definition) -> Definition | None:
    """The class that a third-party constructor is, is a method of, or is known to return an instance of."""
    dotted = first_spelling(constructor.name)
    dotted = _FUNCTIONS.get(dotted, dotted)
    for name in (dotted, dotted.rpartition(".")[0]):
        if name.rpartition(".")[2].lstrip("_")[:1].isupper():
            return constructor._replace(name=name, via=())
    return None
