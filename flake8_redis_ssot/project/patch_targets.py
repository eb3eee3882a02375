"""What a string that names code means: origins, as for any other expression."""

from __future__ import annotations

from flake8_redis_ssot.project.resolver import Resolver
from flake8_redis_ssot.semantic.facts import StringReference, attribute_origin


def string_origins(reference: StringReference, resolver: Resolver) -> tuple[str, ...]:
    """The origins that a mention stands for; of a patch, one for each attribute that it replaces."""
    if reference.role == "object":
        return tuple(
            _attribute_origin(part, reference.text, resolver) for owner in reference.owners for part in owner.split("|")
        )
    path = reference.text.replace(":", ".")
    if reference.role == "multiple":
        return tuple(resolver.to_origin(f"{path}.{name}") for name in reference.names)
    return (resolver.to_origin(path),)


def _attribute_origin(owner: str, name: str, resolver: Resolver) -> str:
    """The attribute of an object: of a module that is reached through its package, that of the module."""
    module, _, attributes = owner.partition(":")
    located = resolver.to_origin(f"{module}.{attributes}") if attributes else owner
    is_submodule = located.partition(":")[0].startswith(f"{module}.")
    return attribute_origin(located if is_submodule else owner, name)


def is_patch(reference: StringReference) -> bool:
    """Whether an attribute of a module is replaced for a while."""
    return reference.role in ("patch", "object", "multiple")
