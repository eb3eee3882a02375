"""The project as fixers ask it: files to change, who else reads a name, what patches it, what importing it would do."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Protocol, TypeVar, cast

from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.project.import_graph import ImportGraph
from flake8_redis_ssot.project.patch_targets import is_patch, string_origins
from flake8_redis_ssot.project.resolver import Definition, Resolver
from flake8_redis_ssot.project.search.prefilter import AttributeUse, code_bytes
from flake8_redis_ssot.project.services import ServiceBoundaries
from flake8_redis_ssot.project.types.class_members import class_members
from flake8_redis_ssot.project.types.class_model import ClassMembers
from flake8_redis_ssot.project.types.inference import infer_return
from flake8_redis_ssot.project.types.inferred import InferredReturn
from flake8_redis_ssot.project.types.names import FileNames, SymbolTableLoader
from flake8_redis_ssot.project.view import ConfirmedFinding, FileContext
from flake8_redis_ssot.semantic.facts import AttributeAccess, FileFacts, Import, StringReference, attribute_origin
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

InferredT = TypeVar("InferredT")


class ReferenceQuery(NamedTuple):
    """Something that only a search through all files can answer: who reads `name` of the module at `path`.

    With an empty path: where an attribute of that name is read, of whatever object.
    """

    path: str
    name: str


class UnansweredQueryError(Exception):
    """A question that has not been asked yet; with its answer the work can be done again."""

    def __init__(self, *queries: ReferenceQuery) -> None:
        super().__init__(queries)
        self.queries = queries


class Reader(NamedTuple):
    """A file (`path`) that reads a name of a module: at `row` (1-based), each time a function runs if `is_deferred`."""

    path: str
    row: int
    is_deferred: bool
    fact: Import | AttributeAccess


class PatchTarget(NamedTuple):
    """A string in `path` that patches an attribute of a module, or of something in it.

    `attributes` is what it patches, as seen from the module.
    """

    path: str
    reference: StringReference
    attributes: str


class ProjectAnalysis(Protocol):
    """What a bench asks of an analysis."""

    config: Config
    resolver: Resolver

    @property
    def files(self) -> Sequence[str]:
        """All files of the project, in order."""

    def read_bytes(self, path: str) -> bytes:
        """The bytes of a file."""

    def file_context(self, path: str) -> FileContext | None:
        """A file as the project sees it."""

    def all_facts(self) -> Mapping[str, FileFacts]:
        """The facts of every file that was read."""

    def has_all_readers(self, path: str, name: str) -> bool:
        """Whether every reader of a name of a module has been read."""

    def has_all_occurrences(self, name: str) -> bool:
        """Whether every file that holds a name has been read."""

    def attribute_uses(self, name: str) -> Mapping[str, tuple[AttributeUse, ...]] | None:
        """Where an attribute of that name is read, by file; None while nobody has looked."""

    def find_files_matching(self, pattern: bytes) -> tuple[str, ...]:
        """All files whose bytes match a regular expression."""


@dataclass
class FixContext:
    """One round of fixing. `confirmed_findings` tells the confirmed sites of a file, whoever asked for it."""

    analysis: ProjectAnalysis
    confirmed_findings: Callable[[str], Sequence[ConfirmedFinding]]
    documents: dict[str, SourceDocument] = field(default_factory=dict)
    _inference_cache: dict[tuple[str, str, str], object] = field(default_factory=dict)
    _code_by_path: dict[str, bytes] = field(default_factory=dict)
    _importers: dict[str, frozenset[str]] = field(default_factory=dict)
    _files_by_pattern: dict[bytes, tuple[str, ...]] = field(default_factory=dict)
    _files_by_module_word: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def resolver(self) -> Resolver:
        """Where names are at home."""
        return self.analysis.resolver

    def document(self, path: str) -> SourceDocument:
        """A file, ready to be changed. Raises OSError."""
        if path not in self.documents:
            self.documents[path] = SourceDocument.from_bytes(path, self.analysis.read_bytes(path))
        return self.documents[path]

    def tree(self, path: str) -> ast.Module:
        """The tree of a file. Raises OSError."""
        return self.document(path).tree

    def symbol_table(self, path: str) -> SymbolTable:
        """The symbol table of a file. Raises OSError."""
        return self.document(path).symbol_table

    def names(self, path: str) -> FileNames:
        """What the names in a file stand for."""
        return FileNames(path, self.symbol_table, self.resolver)

    def class_members(self, definition: Definition | None) -> ClassMembers | None:
        """What a class of the project offers; None for anything else."""
        if definition is None or definition.path is None:
            return None
        return self._get_or_infer(class_members, definition.path, definition.qualname)

    def function_result(self, definition: Definition) -> InferredReturn | None:
        """What a function of the project gives back; None for anything else."""
        return (
            None if definition.path is None else self._get_or_infer(infer_return, definition.path, definition.qualname)
        )

    def _get_or_infer(
        self, infer: Callable[[str, str, SymbolTableLoader, Resolver], InferredT], path: str, qualname: str
    ) -> InferredT:
        key = (infer.__name__, path, qualname)
        if key not in self._inference_cache:
            self._inference_cache[key] = infer(path, qualname, self.symbol_table, self.resolver)
        return cast("InferredT", self._inference_cache[key])

    def replace_documents(self, documents: Mapping[str, SourceDocument]) -> None:
        """Go on with other files in the place of some."""
        self.documents |= documents
        self._code_by_path |= {path: code_bytes(document.data, path) for path, document in documents.items()}
        self._files_by_module_word.clear()
        self._inference_cache.clear()

    def invalidate_references(self) -> None:
        """Look again at the facts of the other files: there are more of them now."""
        for name in ("_readers", "_patches", "_named"):
            self.__dict__.pop(name, None)
        self._importers.clear()
        self._files_by_pattern.clear()

    def with_analysis(
        self, analysis: ProjectAnalysis, confirmed_findings: Callable[[str], Sequence[ConfirmedFinding]]
    ) -> FixContext:
        """A bench for the same files, once more is known about the others."""
        return FixContext(analysis, confirmed_findings, self.documents, self._inference_cache, self._code_by_path)

    def file_context(self, path: str, template: FileContext) -> FileContext:
        """A file as the project sees it, whether it mentions something guarded or not.

        `template` is the view of any other.

        Raises KeyError where nobody has had a reason to read the file.
        """
        file = self.analysis.file_context(path)
        return file or template._replace(
            path=path, module=self.module_name(path), facts=self.analysis.all_facts()[path]
        )

    def module_name(self, path: str) -> str:
        """The dotted name of a file."""
        return self.resolver.modules.name_of(path)

    def relative_path(self, path: str) -> str:
        """A path as messages show it: from the configuration's folder, with `/`."""
        return to_relative_path(str(self.analysis.config.root), path)

    @cached_property
    def service_boundaries(self) -> ServiceBoundaries:
        """The services, which may not import each other."""
        return ServiceBoundaries(self.analysis.config, self.resolver)

    @cached_property
    def import_graph(self) -> ImportGraph:
        """Who imports whom when modules are loaded."""
        return ImportGraph(self.resolver, self.tree)

    def would_create_cycle(self, importer: str, module: str) -> str | None:
        """The ring that an import of a module (dotted) by a file would close; None where there is none."""
        path = self.resolver.path_of(module, importer)
        return self.import_graph.would_create_cycle(importer, path) if path is not None else None

    def find_readers(self, path: str, name: str) -> tuple[Reader, ...]:
        """Every other file that reads `name` of the module at `path`. Raises Unanswered."""
        if not self.analysis.has_all_readers(path, name):
            raise UnansweredQueryError(ReferenceQuery(path, name))
        named_readers = self._readers.get((path, name), [])
        star_readers = self._readers.get((path, "*"), [])
        if self.analysis.has_all_occurrences(name):
            # A star brings in what it is not asked for; who has the name from there is among its own readers.
            star_readers = [
                star_reader for star_reader in star_readers if name.encode() in self.code_bytes(star_reader.path)
            ]
        return tuple(reader for reader in (*named_readers, *star_readers) if reader.path != path)

    def find_deferred_readers(self, path: str, name: str) -> tuple[Reader, ...]:
        """Those that look the name up each time a function runs, or have the whole module and may do so."""
        module_readers = self._readers.get((path, ""), [])
        module_reader_paths = {reader.path for reader in module_readers}
        deferred = [reader for reader in self._readers.get((path, name), []) if reader.is_deferred]
        # What is read as an attribute of an imported module goes with the import.
        name_readers = [
            reader for reader in deferred if isinstance(reader.fact, Import) or reader.path not in module_reader_paths
        ]
        return (*name_readers, *module_readers)

    @cached_property
    def _readers(self) -> dict[tuple[str, str], list[Reader]]:
        readers: dict[tuple[str, str], list[Reader]] = {}
        for path, facts in sorted(self.analysis.all_facts().items()):
            for key, reader in self._iter_reads(path, facts):
                readers.setdefault(key, []).append(reader)
        return readers

    def _iter_reads(self, path: str, facts: FileFacts) -> Iterator[tuple[tuple[str, str], Reader]]:
        for entry in facts.imports:
            module, _, attributes = entry.origin.partition(":")
            target = self.resolver.path_of(module, path)
            if target is not None and attributes:
                yield (target, attributes.partition(".")[0]), Reader(path, entry.span.row, entry.is_local, entry)
            for definition in () if entry.is_star else self.resolver.resolve(entry.origin, path):
                if definition.path is not None and not definition.qualname:
                    yield (definition.path, ""), Reader(path, entry.span.row, True, entry)
                yield from self._iter_reads_via(
                    definition, attributes, Reader(path, entry.span.row, entry.is_local, entry)
                )
        for access in facts.attribute_accesses:
            for definition in self.resolver.resolve(access.base, path):
                if definition.path is not None and not definition.qualname:
                    yield (definition.path, access.attribute), Reader(path, access.span.row, True, access)
            for definition in self.resolver.resolve(attribute_origin(access.base, access.attribute), path):
                yield from self._iter_reads_via(
                    definition, access.attribute, Reader(path, access.span.row, True, access)
                )

    def _iter_reads_via(
        self, definition: Definition, attributes: str, reader: Reader
    ) -> Iterator[tuple[tuple[str, str], Reader]]:
        """What somebody reads of the modules that pass it on: by stars, which name nothing, under the same name."""
        for module in definition.via:
            via_path = self.resolver.path_of(module, reader.path)
            if via_path is not None and attributes:
                yield (via_path, attributes.partition(".")[0]), reader

    def find_patches(self, path: str, name: str) -> tuple[PatchTarget, ...]:
        """Every string that patches `name` of the module at `path`, or something in it. Raises Unanswered."""
        if not self.analysis.has_all_readers(path, name):
            raise UnansweredQueryError(ReferenceQuery(path, name))
        return tuple(self._patches.get((path, name), ()))

    def find_patches_in(self, path: str) -> list[tuple[PatchTarget, str]]:
        """Every patch known in the module at `path`, in order of place, and its first name (empty: the module)."""
        patches = [
            (target, name) for (file, name), targets in self._patches.items() if file == path for target in targets
        ]
        return sorted(
            ((target, name) for target, name in patches if is_patch(target.reference)), key=lambda entry: entry[0][:2]
        )

    @cached_property
    def _patches(self) -> dict[tuple[str, str], list[PatchTarget]]:
        return self._collect_targets(lambda reference: is_patch(reference) or reference.role == "dict")

    def _collect_targets(
        self, is_relevant: Callable[[StringReference], bool]
    ) -> dict[tuple[str, str], list[PatchTarget]]:
        """The strings that name something in a module, by its path and the first name in it."""
        targets: dict[tuple[str, str], list[PatchTarget]] = {}
        for path, facts in sorted(self.analysis.all_facts().items()):
            for reference in facts.string_references:
                for origin in string_origins(reference, self.resolver) if is_relevant(reference) else ():
                    module, _, attributes = origin.partition(":")
                    target_path = self.resolver.path_of(module, path)
                    if target_path is not None:
                        key = (target_path, attributes.partition(".")[0])
                        targets.setdefault(key, []).append(PatchTarget(path, reference, attributes))
        return targets

    def find_string_targets(self, path: str, name: str) -> tuple[PatchTarget, ...]:
        """Every string besides that is a dotted path to `name` of the module at `path`: settings, entry points."""
        return tuple(self._named.get((path, name), ()))

    @cached_property
    def _named(self) -> dict[tuple[str, str], list[PatchTarget]]:
        return self._collect_targets(lambda reference: not is_patch(reference))

    def has_import(self, importer: str, path: str) -> bool:
        """Whether one file imports another one (both paths), as far as its facts show, or whenever it is loaded."""
        return importer in self.find_importers(path)

    def find_importers(self, path: str) -> frozenset[str]:
        """The files known that import the file at `path`."""
        if path not in self._importers:
            # Whoever imports a module names it, but for a package, which those in it may mean by dots alone.
            word, folder = self.module_name(path).rpartition(".")[2].encode(), os.path.dirname(path) + os.sep
            package_prefix = folder if os.path.basename(path).startswith("__init__.") else path
            candidate_paths = [
                file
                for file in self.analysis.all_facts()
                if word in self.code_bytes(file) or file.startswith(package_prefix)
            ]
            self._importers[path] = frozenset(file for file in candidate_paths if self._has_import(file, path))
        return self._importers[path]

    def _has_import(self, importer: str, path: str) -> bool:
        module, facts = self.module_name(path), self.analysis.all_facts()[importer]
        origins = [entry.origin for entry in facts.imports]
        is_named = any(module in (origin.partition(":")[0], origin.replace(":", ".")) for origin in origins)
        return is_named or self.import_graph.has_import(importer, path)

    def code_bytes(self, path: str) -> bytes:
        """The bytes of a file's code; none where it can't be read."""
        if path not in self._code_by_path:
            try:
                self._code_by_path[path] = code_bytes(self.analysis.read_bytes(path), path)
            except OSError:
                self._code_by_path[path] = b""
        return self._code_by_path[path]

    def find_files_naming(self, path: str) -> tuple[str, ...]:
        """All files of the project in whose text the last part of a module's name stands, in order."""
        if path not in self._files_by_module_word:
            word = re.escape(self.module_name(path).rpartition(".")[2].encode())
            self._files_by_module_word[path] = self.analysis.find_files_matching(rb"\b" + word + rb"\b")
        return self._files_by_module_word[path]

    def find_files_matching(self, pattern: bytes) -> tuple[str, ...]:
        """The files known whose bytes match a regular expression, in order."""
        if pattern not in self._files_by_pattern:
            search = re.compile(pattern).search
            self._files_by_pattern[pattern] = tuple(
                file for file in sorted(self.analysis.all_facts()) if search(self.code_bytes(file))
            )
        return self._files_by_pattern[pattern]

    def attribute_uses(self, name: str) -> Mapping[str, tuple[AttributeUse, ...]]:
        """Where an attribute of that name is read, of whatever object, by file. Raises Unanswered."""
        uses = self.analysis.attribute_uses(name)
        if uses is None:
            raise UnansweredQueryError(ReferenceQuery("", name))
        return uses
