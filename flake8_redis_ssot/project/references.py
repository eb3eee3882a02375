"""An index of the readers, patches and importers of names, which searches the project for missing entries."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.contents import break_lines, row_at
from flake8_redis_ssot.project.import_graph import ImportGraph
from flake8_redis_ssot.project.search.demand_queries import QueryResults
from flake8_redis_ssot.project.search.prefilter import AttributeUse, code_bytes
from flake8_redis_ssot.project.search.reference_table import PatchTarget, Reader, ReferenceTable
from flake8_redis_ssot.project.search.string_references import is_patch
from flake8_redis_ssot.semantic.facts import Import, StringReference

# Ways to read an attribute whose name is not written out.
_COMPOSED_READ = re.compile(rb"\b(?:getattr|vars|dir|__dict__|getmembers|attrgetter|eval|exec)\b")


class ReferenceQuery(NamedTuple):
    """A query over all files: who reads and who patches `name` of the module at `path` (absolute).

    With an empty path: where an attribute of that name is read, of any object.
    """

    path: str
    name: str


@dataclass
class _Snapshot:
    """Tables of the files that are known while the analysis has these `results`."""

    results: QueryResults
    table: ReferenceTable
    importers: dict[str, frozenset[str]] = field(default_factory=dict)
    files_by_pattern: dict[bytes, tuple[str, ...]] = field(default_factory=dict)
    deferred_readers: dict[tuple[str, str], tuple[Reader, ...]] = field(default_factory=dict)
    reader_paths: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    identity: object = field(default_factory=object)


class ReferenceIndex:
    """The references in the files that the analysis has read so far, the known files; all paths are absolute.

    `add` searches all files: best once, for every expected query. Other queries are searched for when they are made.
    """

    def __init__(self, analysis: Analysis, import_graph: ImportGraph) -> None:
        self._analysis = analysis
        self._import_graph = import_graph
        self._code_by_path: dict[str, bytes] = {}
        self._current = self._take_snapshot()

    def _take_snapshot(self) -> _Snapshot:
        return _Snapshot(
            self._analysis.query_results, ReferenceTable(self._analysis.all_facts(), self._analysis.resolver)
        )

    @property
    def _snapshot(self) -> _Snapshot:
        if self._current.results is not self._analysis.query_results:
            self._current = self._take_snapshot()
        return self._current

    @property
    def state(self) -> object:
        """Identifies which files are known: a new object after each search that found more."""
        return self._snapshot.identity

    def add(self, queries: Iterable[ReferenceQuery]) -> None:
        """Search all files for the queries that have no answer yet."""
        analysis, queries = self._analysis, set(queries)
        names = {query for query in queries if query.path and not analysis.has_all_readers(*query)}
        attributes = {query.name for query in queries if not query.path}
        unknown_attributes = attributes - analysis.query_results.attribute_uses.keys()
        if names or unknown_attributes:
            analysis.run_queries(names, unknown_attributes)

    @contextmanager
    def isolate(self) -> Iterator[None]:
        """Forget the results of all searches in the block.

        Fixes depend on which files are known, and the fixes of one file must not depend on those of another.
        """
        snapshot = self._snapshot
        try:
            yield
        finally:
            self._current, self._analysis.query_results = snapshot, snapshot.results

    def update_files(self, paths: Iterable[str]) -> None:
        """Forget the bytes of files that have changed in the analysis."""
        for path in paths:
            self._code_by_path.pop(path, None)

    def find_readers(self, path: str, name: str) -> tuple[Reader, ...]:
        """Every other file that reads `name` of the module at `path`."""
        self.add([ReferenceQuery(path, name)])
        readers = self._snapshot.table.readers
        named_readers, star_readers = readers.get((path, name), []), readers.get((path, "*"), [])
        if self._analysis.has_all_occurrences(name):
            # A star import binds the name in files that never use it; files that import it from there have entries too.
            star_readers = [each for each in star_readers if name.encode() in self.code_bytes(each.path)]
        return tuple(reader for reader in (*named_readers, *star_readers) if reader.path != path)

    def find_deferred_readers(self, path: str, name: str) -> tuple[Reader, ...]:
        """The known readers that look the name up each time a function runs, and those of the whole module."""
        found = self._snapshot.deferred_readers
        if (path, name) not in found:
            found[path, name] = self._collect_deferred_readers(path, name)
        return found[path, name]

    def find_deferred_reader_paths(self, path: str, name: str) -> tuple[str, ...]:
        """The files of these readers, in order."""
        found = self._snapshot.reader_paths
        if (path, name) not in found:
            readers = self.find_deferred_readers(path, name)
            found[path, name] = tuple(sorted({reader.path for reader in readers}))
        return found[path, name]

    def _collect_deferred_readers(self, path: str, name: str) -> tuple[Reader, ...]:
        readers = self._snapshot.table.readers
        module_readers = [each for each in readers.get((path, ""), []) if self._may_read(each.path, name)]
        module_reader_paths = {reader.path for reader in module_readers}
        deferred = [reader for reader in readers.get((path, name), []) if reader.is_deferred]
        # An access through an imported module is covered by that import.
        name_readers = [
            reader for reader in deferred if isinstance(reader.fact, Import) or reader.path not in module_reader_paths
        ]
        return (*name_readers, *module_readers)

    def _may_read(self, reader: str, name: str) -> bool:
        """Whether a file that imports a whole module may read `name` from it: it contains or composes the name.

        Others are known only by chance, such as files that a fix has changed.
        """
        code = self.code_bytes(reader)
        return name.encode() in code or _COMPOSED_READ.search(code) is not None

    def find_patches(self, path: str, name: str) -> tuple[PatchTarget, ...]:
        """Every string that patches `name` of the module at `path`, or an attribute of it."""
        self.add([ReferenceQuery(path, name)])
        return tuple(self._snapshot.table.patches.get((path, name), ()))

    @property
    def patches_by_path(self) -> Mapping[str, Sequence[StringReference]]:
        """The strings of each known file that are patches, in order of path."""
        return self._snapshot.table.patches_by_path

    def find_patches_in(self, path: str) -> list[tuple[PatchTarget, str]]:
        """Every known patch of the module at `path`, in order of position, with the first name that it patches."""
        patches = [
            (target, name)
            for (file, name), targets in self._snapshot.table.patches.items()
            for target in targets
            if file == path and is_patch(target.reference)
        ]
        return sorted(patches, key=lambda entry: entry[0][:2])

    def find_string_targets(self, path: str, name: str) -> tuple[PatchTarget, ...]:
        """Every other known string that is a dotted path to `name` of the module at `path`."""
        return tuple(self._snapshot.table.string_targets.get((path, name), ()))

    def find_attribute_uses(self, name: str) -> Mapping[str, tuple[AttributeUse, ...]]:
        """Where an attribute of that name is read, of any object, by path."""
        self.add([ReferenceQuery("", name)])
        return self._analysis.query_results.attribute_uses[name]

    def has_import(self, importer: str, path: str) -> bool:
        """Whether the file `importer` imports the file `path`, by its facts or when it is loaded."""
        return importer in self.find_importers(path)

    def find_importers(self, path: str) -> frozenset[str]:
        """The known files that import the file at `path`."""
        snapshot = self._snapshot
        if path not in snapshot.importers:
            # A file that imports a module contains its name; only modules of a package can import it by dots alone.
            word, folder = self._last_part(path), os.path.dirname(path) + os.sep
            package_prefix = folder if os.path.basename(path).startswith("__init__.") else path
            candidate_paths = [
                file
                for file in snapshot.table.facts
                if word in self.code_bytes(file) or file.startswith(package_prefix)
            ]
            snapshot.importers[path] = frozenset(file for file in candidate_paths if self._has_import(file, path))
        return snapshot.importers[path]

    def _has_import(self, importer: str, path: str) -> bool:
        module, facts = self._analysis.modules.name_of(path), self._snapshot.table.facts[importer]
        origins = [entry.origin for entry in facts.imports]
        is_named = any(module in (origin.partition(":")[0], origin.replace(":", ".")) for origin in origins)
        return is_named or self._import_graph.has_import(importer, path)

    def _last_part(self, path: str) -> bytes:
        return self._analysis.modules.name_of(path).rpartition(".")[2].encode()

    def code_bytes(self, path: str) -> bytes:
        """The bytes of a file's code, with a line feed in each line break; empty if it can't be read."""
        if path not in self._code_by_path:
            try:
                self._code_by_path[path] = break_lines(code_bytes(self._analysis.read_bytes(path), path))
            except OSError:
                self._code_by_path[path] = b""
        return self._code_by_path[path]

    def find_row(self, pattern: bytes | re.Pattern[bytes], path: str) -> int:
        """The row (1-based) of the first match of a regular expression in a file's code; 0 if there is none."""
        code = self.code_bytes(path)
        match = re.search(pattern, code)
        return row_at(code, match.start()) if match else 0

    def find_rows(self, pattern: bytes, words: Sequence[bytes]) -> Iterator[tuple[str, int]]:
        """Each file whose code matches a regular expression, with the row (1-based) of the first match, in order.

        Every match contains one of `words`.
        """
        rows = ((path, self.find_row(pattern, path)) for path in self._analysis.contents.find_matching(pattern, words))
        yield from ((path, row) for path, row in rows if row)

    def find_files_naming(self, path: str) -> tuple[str, ...]:
        """All files of the project that contain the last part of a module's name as a word, in order."""
        return self._analysis.contents.find_with_words([self._last_part(path).decode()])

    def find_files_matching(self, pattern: bytes) -> tuple[str, ...]:
        """The known files whose bytes match a regular expression, in order."""
        snapshot = self._snapshot
        if pattern not in snapshot.files_by_pattern:
            search = re.compile(pattern).search
            snapshot.files_by_pattern[pattern] = tuple(
                file for file in sorted(snapshot.table.facts) if search(self.code_bytes(file))
            )
        return snapshot.files_by_pattern[pattern]
