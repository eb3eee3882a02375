"""What fixes have asked about all files, beyond what the check needs to know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field

from flake8_redis_ssot.names.facts import FileFacts
from flake8_redis_ssot.search import AttributeUse, attribute_uses

Uses = Mapping[str, tuple[AttributeUse, ...]]


@dataclass(frozen=True)
class Asked:
    """The answers so far.

    The readers of `names` (path and name) are known, with the `facts` of their files by path; and so are the places
    where `attributes` of some names are read, by name and path.
    """

    names: frozenset[tuple[str, str]] = frozenset()
    facts: Mapping[str, FileFacts] = field(default_factory=dict)
    attributes: Mapping[str, Uses] = field(default_factory=dict)

    def plus(
        self, names: Set[tuple[str, str]], facts: Mapping[str, FileFacts], attributes: Mapping[str, Uses]
    ) -> Asked:
        """These answers and more. Facts of a file that was read before hold for both questions."""
        both = {path: joined(self.facts[path], new) if path in self.facts else new for path, new in facts.items()}
        return Asked(self.names | names, {**self.facts, **both}, {**self.attributes, **attributes})

    def changed(self, files: Iterable[FileFacts], data: Mapping[str, bytes]) -> Asked:
        """The answers once some files have other bytes (`data`, by path) and other facts."""
        uses = {
            name: {**known, **{path: attribute_uses(text, name) for path, text in data.items()}}
            for name, known in self.attributes.items()
        }
        return Asked(self.names, {**self.facts, **{facts.path: facts for facts in files}}, uses)


def joined(one: FileFacts, other: FileFacts) -> FileFacts:
    """What one file says with either question in mind."""
    return other._replace(
        imports=tuple(sorted({*one.imports, *other.imports})),
        reaches=tuple(sorted({*one.reaches, *other.reaches})),
        mentions=tuple(sorted({*one.mentions, *other.mentions})),
    )


def found_uses(files: Iterable[str], names: Set[str], data: Callable[[str], bytes]) -> dict[str, Uses]:
    """Every place of a project where attributes of some names are read, by name and path."""
    found: dict[str, dict[str, tuple[AttributeUse, ...]]] = {name: {} for name in names}
    for path in files if names else ():
        with suppress(OSError):
            text = data(path)
            for name in names:
                uses = attribute_uses(text, name)
                if uses:
                    found[name][path] = uses
    return {**found}
