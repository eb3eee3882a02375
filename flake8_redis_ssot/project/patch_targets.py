"""What a string that names code means: origins, as for any other expression."""

from __future__ import annotations

from flake8_redis_ssot.project.resolver import Project
from flake8_redis_ssot.semantic.facts import Mention, attribute_of


def origins_of(mention: Mention, project: Project) -> tuple[str, ...]:
    """The origins that a mention stands for; of a patch, one for each attribute that it replaces."""
    if mention.role == "object":
        return tuple(_attribute(part, mention.text, project) for owner in mention.owners for part in owner.split("|"))
    path = mention.text.replace(":", ".")
    if mention.role == "multiple":
        return tuple(project.locate(f"{path}.{name}") for name in mention.names)
    return (project.locate(path),)


def _attribute(owner: str, name: str, project: Project) -> str:
    """The attribute of an object: of a module that is reached through its package, that of the module."""
    module, _, attributes = owner.partition(":")
    located = project.locate(f"{module}.{attributes}") if attributes else owner
    deeper = located.partition(":")[0].startswith(f"{module}.")
    return attribute_of(located if deeper else owner, name)


def is_patch(mention: Mention) -> bool:
    """Whether an attribute of a module is replaced for a while."""
    return mention.role in ("patch", "object", "multiple")
