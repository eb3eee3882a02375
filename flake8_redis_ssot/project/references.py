"""Who reads, patches and imports the names of modules: one index, which searches the project for what it lacks."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.import_graph import ImportGraph
from flake8_redis_ssot.project.patch_targets import is_patch
from flake8_redis_ssot.project.search.demand_queries import QueryResults
from flake8_redis_ssot.project.search.prefilter import AttributeUse, code_bytes
from flake8_redis_ssot.project.search.reference_table import PatchTarget, Reader, ReferenceTable
from flake8_redis_ssot.semantic.facts import Import


class ReferenceQuery(NamedTuple):
    """What a search through all files answers: who reads and who patches `name` of the module at `path`.

    With an empty path: where an attribute of that name is read, of whatever object.
    """

    path: str
    name: str


@dataclass
class _Snapshot:
    """What follows from the files that are known while the analysis has these `results`."""

    results: QueryResults
    table: ReferenceTable
    importers: dict[str, frozenset[str]] = field(default_factory=dict)
    files_by_pattern: dict[bytes, tuple[str, ...]] = field(default_factory=dict)


class ReferenceIndex:
    """The references of a project, in the files that the analysis has read so far.

    `add` searches all files for more: best once, for everything that will be asked for. What is asked for and is not
    known is searched for there and then.
    """

    def __init__(self, analysis: Analysis, import_graph: ImportGraph) -> None:
        self._analysis = analysis
        self._import_graph = import_graph
        self._code_by_path: dict[str, bytes] = {}
        self._files_by_module_word: dict[str, tuple[str, ...]] = {}
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

    def add(self, queries: Iterable[ReferenceQuery]) -> None:
        """Search all files for the answers that are not known yet."""
        analysis, queries = self._analysis, set(queries)
        names = {query for query in queries if query.path and not analysis.has_all_readers(*query)}
        attributes = {query.name for query in queries if not query.path}
        unknown_attributes = attributes - analysis.query_results.attribute_uses.keys()
        if names or unknown_attributes:
            analysis.run_queries(names, unknown_attributes)

    @contextmanager
    def isolate(self) -> Iterator[None]:
        """Know afterwards what was known before, whatever is searched for meanwhile.

        What is known of other files has a say in fixes; so the fixes of one file do not depend on those before it.
        """
        snapshot = self._snapshot
        try:
            yield
        finally:
            self._current, self._analysis.query_results = snapshot, snapshot.results

    def update_files(self, paths: Iterable[str]) -> None:
        """Read some files anew, whose bytes are others in the analysis."""
        for path in paths:
            self._code_by_path.pop(path, None)
        self._files_by_module_word.clear()

    def find_readers(self, path: str, name: str) -> tuple[Reader, ...]:
        """Every other file that reads `name` of the module at `path`."""
        self.add([ReferenceQuery(path, name)])
        readers = self._snapshot.table.readers
        named_readers, star_readers = readers.get((path, name), []), readers.get((path, "*"), [])
        if self._analysis.has_all_occurrences(name):
            # A star brings in what it is not asked for; who has the name from there is among its own readers.
            star_readers = [
                star_reader for star_reader in star_readers if name.encode() in self.code_bytes(star_reader.path)
            ]
        return tuple(reader for reader in (*named_readers, *star_readers) if reader.path != path)

    def find_deferred_readers(self, path: str, name: str) -> tuple[Reader, ...]:
        """Those known that look the name up each time a function runs, or have the whole module and may do so."""
        readers = self._snapshot.table.readers
        module_readers = readers.get((path, ""), [])
        module_reader_paths = {reader.path for reader in module_readers}
        deferred = [reader for reader in readers.get((path, name), []) if reader.is_deferred]
        # What is read as an attribute of an imported module goes with the import.
        name_readers = [
            reader for reader in deferred if isinstance(reader.fact, Import) or reader.path not in module_reader_paths
        ]
        return (*name_readers, *module_readers)

    def find_patches(self, path: str, name: str) -> tuple[PatchTarget, ...]:
        """Every string that patches `name` of the module at `path`, or something in it."""
        self.add([ReferenceQuery(path, name)])
        return tuple(self._snapshot.table.patches.get((path, name), ()))

    def find_patches_in(self, path: str) -> list[tuple[PatchTarget, str]]:
        """Every patch known in the module at `path`, in order of place, and its first name (empty: the module)."""
        patches = [
            (target, name)
            for (file, name), targets in self._snapshot.table.patches.items()
            if file == path
            for target in targets
        ]
        return sorted(
            ((target, name) for target, name in patches if is_patch(target.reference)), key=lambda entry: entry[0][:2]
        )

    def find_string_targets(self, path: str, name: str) -> tuple[PatchTarget, ...]:
        """Every string known besides that is a dotted path to `name` of the module at `path`."""
        return tuple(self._snapshot.table.string_targets.get((path, name), ()))

    def find_attribute_uses(self, name: str) -> Mapping[str, tuple[AttributeUse, ...]]:
        """Where an attribute of that name is read, of whatever object, by file."""
        self.add([ReferenceQuery("", name)])
        return self._analysis.query_results.attribute_uses[name]

    def has_import(self, importer: str, path: str) -> bool:
        """Whether one file imports another one (both paths), as far as its facts show, or whenever it is loaded."""
        return importer in self.find_importers(path)

    def find_importers(self, path: str) -> frozenset[str]:
        """The files known that import the file at `path`."""
        snapshot = self._snapshot
        if path not in snapshot.importers:
            # Whoever imports a module names it, but for a package, which those in it may mean by dots alone.
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
        """The bytes of a file's code; none where it can't be read."""
        if path not in self._code_by_path:
            try:
                self._code_by_path[path] = code_bytes(self._analysis.read_bytes(path), path)
            except OSError:
                self._code_by_path[path] = b""
        return self._code_by_path[path]

    def find_files_naming(self, path: str) -> tuple[str, ...]:
        """All files of the project in whose text the last part of a module's name stands, in order."""
        if path not in self._files_by_module_word:
            word = re.escape(self._last_part(path))
            self._files_by_module_word[path] = self._analysis.contents.find_matching(rb"\b" + word + rb"\b")
        return self._files_by_module_word[path]

    def find_files_matching(self, pattern: bytes) -> tuple[str, ...]:
        """The files known whose bytes match a regular expression, in order."""
        snapshot = self._snapshot
        if pattern not in snapshot.files_by_pattern:
            search = re.compile(pattern).search
            snapshot.files_by_pattern[pattern] = tuple(
                file for file in sorted(snapshot.table.facts) if search(self.code_bytes(file))
            )
        return snapshot.files_by_pattern[pattern]
