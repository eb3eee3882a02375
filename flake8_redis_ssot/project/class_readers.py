"""Which files read a class, under any name."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_redis_ssot.project.resolver import Resolver
from flake8_redis_ssot.semantic.facts import FileFacts, attribute_origin


def top_level_name(qualname: str) -> str:
    """The name in its module by which a class, or the class or function around it, can be reached."""
    return qualname.partition(".")[0].partition("#")[0]


def reads_class(facts: FileFacts, target: tuple[str, str], resolver: Resolver) -> bool:
    """Whether a file reads a class: `target` is the file that defines it, and its local name."""
    return any(
        (definition.path, definition.qualname) == target
        for origin in _possible_origins(facts, top_level_name(target[1]))
        for definition in resolver.resolve(origin, facts.path)
    )


def _possible_origins(facts: FileFacts, name: str) -> Iterator[str]:
    for entry in facts.imports:
        yield from (entry.origin, *entry.star_reads)
    for access in facts.attribute_accesses:
        if access.attribute == name:
            yield attribute_origin(access.base, access.attribute)
