"""What a string that names code means: origins, as for any other expression."""

from __future__ import annotations

from flake8_redis_ssot.names.facts import Mention, attribute_of
from flake8_redis_ssot.project import Project


def origins_of(mention: Mention, project: Project) -> tuple[str, ...]:
    """The origins that a mention stands for; of a patch, one for each attribute that it replaces."""
    if mention.role == "object":
        return tuple(attribute_of(owner, mention.text) for owner in mention.owners)
    path = mention.text.replace(":", ".")
    if mention.role == "multiple":
        return tuple(project.locate(f"{path}.{name}") for name in mention.names)
    return (project.locate(path),)


def is_patch(mention: Mention) -> bool:
    """Whether an attribute of a module is replaced for a while."""
    return mention.role in ("patch", "object", "multiple")
