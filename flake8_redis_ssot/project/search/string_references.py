"""Resolves strings that name code, such as the targets of mock patches, to origins."""

from __future__ import annotations

from flake8_redis_ssot.project.resolver import Resolver
from flake8_redis_ssot.semantic.facts import StringReference, attribute_origin


def string_origins(reference: StringReference, resolver: Resolver) -> tuple[str, ...]:
    """The origins that a string refers to; of a patch, one for each attribute that it replaces."""
    if reference.role == "object":
        return tuple(
            _attribute_origin(part, reference.text, resolver) for owner in reference.owners for part in owner.split("|")
        )
    path = reference.text.replace(":", ".")
    if reference.role == "multiple":
        return tuple(resolver.to_origin(f"{path}.{name}") for name in reference.names)
    return (resolver.to_origin(path),)


def _attribute_origin(owner: str, name: str, resolver: Resolver) -> str:
    """The origin of an attribute, also where its owner is a module that is accessed through its package."""
    module, _, attributes = owner.partition(":")
    located = resolver.to_origin(f"{module}.{attributes}") if attributes else owner
    is_submodule = located.partition(":")[0].startswith(f"{module}.")
    return attribute_origin(located if is_submodule else owner, name)


def is_patch(reference: StringReference) -> bool:
    """Whether a string is the target of a mock patch."""
    return reference.role in ("patch", "object", "multiple")
