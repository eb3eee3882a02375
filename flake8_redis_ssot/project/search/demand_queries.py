"""What fixes have asked about all files, beyond what the check needs to know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from contextlib import suppress
from functools import partial
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

from flake8_redis_ssot.files.processes import ask_each
from flake8_redis_ssot.project.search.prefilter import AttributeUse, attribute_uses, code
from flake8_redis_ssot.semantic.facts import FileFacts

_CHUNK = 150
Uses = Mapping[str, tuple[AttributeUse, ...]]


class Asked(NamedTuple):
    """The answers so far.

    The readers of `names` (path and name) are known, with the `facts` of their files by path; and so are the places
    where `attributes` of some names are read, by name and path.
    """

    names: frozenset[tuple[str, str]] = frozenset()
    facts: Mapping[str, FileFacts] = MappingProxyType({})
    attributes: Mapping[str, Uses] = MappingProxyType({})

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


def found_uses(files: Sequence[str], names: Set[str], data: Callable[[str], bytes], jobs: int) -> dict[str, Uses]:
    """Every place of a project where attributes of some names are read, by name and path."""
    parts = [files[start : start + _CHUNK] for start in range(0, len(files) if names else 0, _CHUNK)]
    found: dict[str, dict[str, tuple[AttributeUse, ...]]] = {name: {} for name in names}
    for name, path, uses in chain.from_iterable(ask_each(partial(_uses, names=names, data=data), parts, jobs)):
        found[name][path] = uses
    return {**found}


def _uses(
    files: Iterable[str], names: Set[str], data: Callable[[str], bytes]
) -> list[tuple[str, str, tuple[AttributeUse, ...]]]:
    found = []
    for path in files:
        with suppress(OSError):
            text = code(data(path), path)
            found += [(name, path, uses) for name in names if (uses := attribute_uses(text, name))]
    return found
