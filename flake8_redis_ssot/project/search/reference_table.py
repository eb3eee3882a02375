"""Tables of the readers and patches of names, and of the strings that refer to them, from the facts of files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from flake8_redis_ssot.project.resolver import Definition, Resolver
from flake8_redis_ssot.project.search.string_references import is_patch, string_origins
from flake8_redis_ssot.semantic.facts import AttributeAccess, FileFacts, Import, StringReference, attribute_origin


class Reader(NamedTuple):
    """A file (`path`) that reads a name at `row` (1-based), each time a function runs if `is_deferred`."""

    path: str
    row: int
    is_deferred: bool
    fact: Import | AttributeAccess


class PatchTarget(NamedTuple):
    """A string in the file `path` that refers to `attributes` (a dotted name) of a module."""

    path: str
    reference: StringReference
    attributes: str


ModuleAttribute = tuple[str, str]  # the path of a module and a name in it (empty: the module itself)


class ReferenceTable:
    """The references in some files (`facts` by path); each table is built on first use."""

    def __init__(self, facts: Mapping[str, FileFacts], resolver: Resolver) -> None:
        self.facts = facts
        self._resolver = resolver

    @cached_property
    def readers(self) -> dict[ModuleAttribute, list[Reader]]:
        """The readers of each name, in order of path; a star import reads `*`."""
        readers: dict[ModuleAttribute, list[Reader]] = {}
        for path, facts in sorted(self.facts.items()):
            for key, reader in self._iter_reads(path, facts):
                readers.setdefault(key, []).append(reader)
        return readers

    def _iter_reads(self, path: str, facts: FileFacts) -> Iterator[tuple[ModuleAttribute, Reader]]:
        for entry in facts.imports:
            module, _, attributes = entry.origin.partition(":")
            target = self._resolver.path_of(module, path)
            if target is not None and attributes:
                yield (target, attributes.partition(".")[0]), Reader(path, entry.span.row, entry.is_local, entry)
            for definition in () if entry.is_star else self._resolver.resolve(entry.origin, path):
                if definition.path is not None and not definition.qualname:
                    yield (definition.path, ""), Reader(path, entry.span.row, True, entry)
                yield from self._iter_reads_via(
                    definition, attributes, Reader(path, entry.span.row, entry.is_local, entry)
                )
        for access in facts.attribute_accesses:
            for definition in self._resolver.resolve(access.base, path):
                if definition.path is not None and not definition.qualname:
                    yield (definition.path, access.attribute), Reader(path, access.span.row, True, access)
            for definition in self._resolver.resolve(attribute_origin(access.base, access.attribute), path):
                yield from self._iter_reads_via(
                    definition, access.attribute, Reader(path, access.span.row, True, access)
                )

    def _iter_reads_via(
        self, definition: Definition, attributes: str, reader: Reader
    ) -> Iterator[tuple[ModuleAttribute, Reader]]:
        """The reads of the modules that re-export a name, under the same name as star imports have no other."""
        for module in definition.via:
            via_path = self._resolver.path_of(module, reader.path)
            if via_path is not None and attributes:
                yield (via_path, attributes.partition(".")[0]), reader

    @cached_property
    def patches_by_path(self) -> dict[str, list[StringReference]]:
        """The patches in each file that has any, in order of path."""
        patches = {
            path: [each for each in facts.string_references if is_patch(each)]
            for path, facts in sorted(self.facts.items())
        }
        return {path: strings for path, strings in patches.items() if strings}

    @cached_property
    def patches(self) -> dict[ModuleAttribute, list[PatchTarget]]:
        """The strings that patch each name, or an attribute of it, in order of path."""
        return self._collect_targets(lambda reference: is_patch(reference) or reference.role == "dict")

    @cached_property
    def string_targets(self) -> dict[ModuleAttribute, list[PatchTarget]]:
        """The other strings that are a dotted path to each name: settings, entry points."""
        return self._collect_targets(lambda reference: not is_patch(reference))

    def _collect_targets(
        self, is_relevant: Callable[[StringReference], bool]
    ) -> dict[ModuleAttribute, list[PatchTarget]]:
        targets: dict[ModuleAttribute, list[PatchTarget]] = {}
        for path, facts in sorted(self.facts.items()):
            for reference in facts.string_references:
                for origin in string_origins(reference, self._resolver) if is_relevant(reference) else ():
                    module, _, attributes = origin.partition(":")
                    target_path = self._resolver.path_of(module, path)
                    if target_path is not None:
                        key = (target_path, attributes.partition(".")[0])
                        targets.setdefault(key, []).append(PatchTarget(path, reference, attributes))
        return targets
