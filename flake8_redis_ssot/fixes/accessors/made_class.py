"""The class outside of the project that a constructor makes an instance of, by its name."""

from __future__ import annotations

from flake8_redis_ssot.config.presets import made_class
from flake8_redis_ssot.project.resolver import Definition


def find_external_class(constructor: Definition) -> Definition | None:
    """The class that a third-party constructor is, is a method of, or is known to return an instance of."""
    known = made_class(constructor.name)
    if known is not None:
        return constructor._replace(name=known, via=()) if known else None
    for name in (constructor.name, constructor.name.rpartition(".")[0]):
        if name.rpartition(".")[2].lstrip("_")[:1].isupper():
            return constructor._replace(name=name, via=())
    return None
