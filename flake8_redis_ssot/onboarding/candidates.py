"""A candidate for a resource: a canonical module, and what it keeps one instance of."""

from __future__ import annotations

import re
from typing import NamedTuple

from flake8_redis_ssot.onboarding.homes import HomeForm

# Names that are typical of shared resources.
RESOURCE_WORD = re.compile(
    r"manager|client|pool|engine|settings|config|connection|session|cache|database|db|registry|store|broker",
    re.IGNORECASE,
)


class ResourceCandidate(NamedTuple):
    """A canonical module (dotted, as in a configuration) with its file, and what it keeps one instance of.

    `constructors` are dotted names or presets; `class_name` is the class of the project, or what is called. `instance`
    and `accessor` are names in the module, or empty. `canonical` are all canonical modules. `is_known`: it is a client
    of the catalogue of which a program normally has one, or a class that derives from one, wraps one or derives from
    settings; `is_sure`: nothing else comes into question as its home. `is_own`: the module defines the class as well.
    `arguments` are those of its instance, as text. `base_preset` is that of the client from which the class derives, or
    which it keeps in an attribute (`is_wrapper`). `allow` are patterns of files that are made to construct their own.
    `is_stateless`: its class has no `__init__`, sets no attributes and is not named like a resource, so that one
    instance is as good as another. `has_rivals`: other modules keep one as well.
    """

    module: str
    path: str
    class_name: str
    instance: str
    accessor: str
    constructors: tuple[str, ...]
    canonical: tuple[str, ...]
    form: HomeForm
    preset: str = ""
    is_known: bool = False
    is_sure: bool = True
    is_own: bool = False
    arguments: str = ""
    base_preset: str = ""
    allow: tuple[str, ...] = ()
    is_stateless: bool = False
    has_rivals: bool = False
    is_wrapper: bool = False

    @property
    def kept_name(self) -> str:
        """The last part of the name by which others get the instance."""
        return (self.accessor or self.instance).rpartition(".")[2]

    @property
    def is_public(self) -> bool:
        """Whether others are meant to use that name."""
        return not self.kept_name.startswith("_")

    @property
    def resource_name(self) -> str:
        """A name for the resource: `redis` for `RedisManager` and for `preset:redis-sync`."""
        if self.preset:
            return self.preset.removesuffix("-sync").removesuffix("-async").replace("-", "_")
        words = split_words(self.class_name)
        if self.is_known:
            return "_".join(word.lower() for word in words)
        distinctive = [word for word in words if not RESOURCE_WORD.fullmatch(word)] or words
        return "_".join(word.lower() for word in distinctive)


def split_words(name: str) -> list[str]:
    """The words of a CapWords name: `Redis`, `Manager` of `RedisManager`."""
    return re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+", name)
