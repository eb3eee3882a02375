"""The results of queries over all files that fixes make, beyond what checks need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from contextlib import suppress
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from flake8_redis_ssot.files.processes import map_chunks
from flake8_redis_ssot.project.search.prefilter import AttributeUse, Search, code_bytes, find_attribute_uses
from flake8_redis_ssot.semantic.facts import FileFacts

_CHUNK_SIZE = 150
UsesByPath = Mapping[str, tuple[AttributeUse, ...]]


class QueryResults(NamedTuple):
    """The results of all queries so far.

    `facts` (by path) are those of all files that read `searched_names` (the path of a module and a name in it), found
    by `searches`. `attribute_uses` are all uses of attributes, by name and path.
    """

    searched_names: frozenset[tuple[str, str]] = frozenset()
    facts: Mapping[str, FileFacts] = MappingProxyType({})
    attribute_uses: Mapping[str, UsesByPath] = MappingProxyType({})
    searches: tuple[Search, ...] = ()

    def merge(self, other: QueryResults) -> QueryResults:
        """These results and others; the facts of a file in both are merged."""
        merged_facts = {
            path: merge_facts(self.facts[path], new) if path in self.facts else new for path, new in other.facts.items()
        }
        return QueryResults(
            self.searched_names | other.searched_names,
            {**self.facts, **merged_facts},
            {**self.attribute_uses, **other.attribute_uses},
            (*self.searches, *(search for search in other.searches if search not in self.searches)),
        )

    def since(self, earlier: QueryResults) -> QueryResults:
        """The results that are not among earlier ones."""
        return QueryResults(
            self.searched_names - earlier.searched_names,
            {path: facts for path, facts in self.facts.items() if earlier.facts.get(path) is not facts},
            {name: uses for name, uses in self.attribute_uses.items() if name not in earlier.attribute_uses},
            tuple(search for search in self.searches if search not in earlier.searches),
        )

    def update(self, files: Iterable[FileFacts], data: Mapping[str, bytes]) -> QueryResults:
        """The results after some files have changed; `data` are their new bytes by path, `files` their new facts."""
        uses = {
            name: {**known_uses, **{path: find_attribute_uses(text, name) for path, text in data.items()}}
            for name, known_uses in self.attribute_uses.items()
        }
        facts = {path: facts for path, facts in self.facts.items() if path not in data}
        return self._replace(facts=facts | {each.path: each for each in files}, attribute_uses=uses)


def merge_facts(first: FileFacts, second: FileFacts) -> FileFacts:
    """The facts of one file that was searched for different names."""
    return second._replace(
        imports=tuple(sorted({*first.imports, *second.imports})),
        attribute_accesses=tuple(sorted({*first.attribute_accesses, *second.attribute_accesses})),
        string_references=tuple(sorted({*first.string_references, *second.string_references})),
    )


def find_uses_in_files(
    files: Sequence[str], names: Set[str], data: Callable[[str], bytes], jobs: int
) -> dict[str, UsesByPath]:
    """All uses of attributes with some names in `files`, by name and path; `data` returns the bytes of a file."""
    uses_by_name: dict[str, dict[str, tuple[AttributeUse, ...]]] = {name: {} for name in names}
    find_uses = partial(_uses_in_files, names=names, data=data)
    for name, path, uses in map_chunks(find_uses, files if names else (), _CHUNK_SIZE, jobs):
        uses_by_name[name][path] = uses
    return {**uses_by_name}


def _uses_in_files(
    files: Iterable[str], names: Set[str], data: Callable[[str], bytes]
) -> list[tuple[str, str, tuple[AttributeUse, ...]]]:
    uses_found = []
    for path in files:
        with suppress(OSError):
            text = code_bytes(data(path), path)
            uses_found += [(name, path, uses) for name in names if (uses := find_attribute_uses(text, name))]
    return uses_found
