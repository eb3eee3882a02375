"""The project as fixes need it: documents, inferred types, references and the import graph."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeVar, cast

from flake8_redis_ssot.files.paths import to_display_path, to_relative_path
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.import_layout.style import ImportStyle, read_import_style
from flake8_redis_ssot.fixes.lazy_list import LazyList
from flake8_redis_ssot.fixes.loading.effects import LoadingEffects
from flake8_redis_ssot.fixes.loading.module_readers import ModuleReaders
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.contents import break_lines
from flake8_redis_ssot.project.import_graph import ImportGraph
from flake8_redis_ssot.project.imported_names import ModuleNames, read_module_names
from flake8_redis_ssot.project.references import ReferenceIndex
from flake8_redis_ssot.project.resolver import Definition, Resolver
from flake8_redis_ssot.project.search.prefilter import code_bytes
from flake8_redis_ssot.project.search.word_index import WordIndex
from flake8_redis_ssot.project.services import ServiceBoundaries
from flake8_redis_ssot.project.types.class_members import class_members
from flake8_redis_ssot.project.types.class_model import ClassMembers
from flake8_redis_ssot.project.types.inference import infer_return, infer_undecorated_return
from flake8_redis_ssot.project.types.inferred import InferredReturn
from flake8_redis_ssot.project.types.names import FileNames, SymbolTableLoader
from flake8_redis_ssot.project.view import ConfirmedFinding, FileContext
from flake8_redis_ssot.semantic.symbol_table import SymbolTable
from flake8_redis_ssot.syntax.nesting import is_nested_deeply

_MAX_PASSING = 64  # files that are only passed through and parsed at the same time
ItemT = TypeVar("ItemT")
InferredT = TypeVar("InferredT")
ComputedT = TypeVar("ComputedT")


class _LastResult(NamedTuple):
    """The result of a computation, and the arguments that it was made for."""

    arguments: Hashable
    result: object


@dataclass
class FixContext:
    """What fixes are drafted from, in one state of the files.

    `confirm_findings` returns the confirmed candidates of a file.
    """

    analysis: Analysis
    confirm_findings: Callable[[str], Sequence[ConfirmedFinding]]
    documents: dict[str, SourceDocument] = field(default_factory=dict)
    _passing: dict[str, SourceDocument] = field(default_factory=dict)
    _confirmed_findings: dict[str, Sequence[ConfirmedFinding]] = field(default_factory=dict)
    _inference_cache: dict[tuple[str, str, str], object] = field(default_factory=dict)
    _remembered: dict[Hashable, object] = field(default_factory=dict)
    _module_names: dict[str, ModuleNames | None] = field(default_factory=dict)
    _import_styles: dict[str, ImportStyle] = field(default_factory=dict)

    @property
    def resolver(self) -> Resolver:
        """Resolves names to their definitions."""
        return self.analysis.resolver

    def document(self, path: str) -> SourceDocument:
        """The parsed file at an absolute path. Raises OSError."""
        if path not in self.documents:
            self.documents[path] = self._take(path)
        return self.documents[path]

    def tree(self, path: str) -> ast.Module:
        """The tree of a file. Raises OSError."""
        return self.document(path).tree

    def symbol_table(self, path: str) -> SymbolTable:
        """The symbol table of a file. Raises OSError."""
        return self.document(path).symbol_table

    def names(self, path: str) -> FileNames:
        """Resolves the names of a file."""
        return FileNames(path, self.symbol_table, self.resolver)

    def passing_table(self, path: str) -> SymbolTable:
        """The symbol table of a file that is only passed through: it is not kept for long. Raises OSError."""
        if path in self.documents:
            return self.documents[path].symbol_table
        document = self._take(path)
        self._passing[path] = document  # last, as the one that was used last
        if len(self._passing) > _MAX_PASSING:
            del self._passing[next(iter(self._passing))]
        return document.symbol_table

    def find_deeply_nested(self) -> str | None:
        """The path of a parsed file that is nested so deeply that errors of recursion are due to it."""
        documents = (*self.documents.values(), *self._passing.values())
        return next((each.path for each in documents if is_nested_deeply(each.tree)), None)

    def _take(self, path: str) -> SourceDocument:
        """The document of a file that is not among `documents`: one that was passed through, or a new one."""
        if path in self._passing:
            return self._passing.pop(path)
        return SourceDocument.from_bytes(path, self.analysis.read_bytes(path))

    def passing_names(self, path: str) -> FileNames:
        """Resolves the names of a file that is only passed through; its nodes stay those of one table."""
        table = self.passing_table(path)
        return FileNames(path, lambda other: table if other == path else self.passing_table(other), self.resolver)

    def confirmed_findings(self, path: str) -> Sequence[ConfirmedFinding]:
        """The confirmed candidates of a file, whichever codes are selected."""
        if path not in self._confirmed_findings:
            self._confirmed_findings[path] = self.confirm_findings(path)
        return self._confirmed_findings[path]

    def class_members(self, definition: Definition | None) -> ClassMembers | None:
        """The members of a class of the project; None for anything else."""
        if definition is None or definition.path is None:
            return None
        return self._get_or_infer(class_members, definition.path, definition.qualname)

    def function_result(self, definition: Definition) -> InferredReturn | None:
        """What a function of the project returns; None for anything else."""
        return (
            None if definition.path is None else self._get_or_infer(infer_return, definition.path, definition.qualname)
        )

    def undecorated_result(self, definition: Definition) -> InferredReturn | None:
        """What the body of a function of the project returns, whatever unknown decorators make of it."""
        if definition.path is None:
            return None
        return self._get_or_infer(infer_undecorated_return, definition.path, definition.qualname)

    def _get_or_infer(
        self, infer: Callable[[str, str, SymbolTableLoader, Resolver], InferredT], path: str, qualname: str
    ) -> InferredT:
        key = (infer.__name__, path, qualname)
        if key not in self._inference_cache:
            self._inference_cache[key] = infer(path, qualname, self.symbol_table, self.resolver)
        return cast("InferredT", self._inference_cache[key])

    def remember(self, key: Hashable, compute: Callable[[], InferredT]) -> InferredT:
        """The result of a computation with that key, computed once in each state of the files."""
        if key not in self._remembered:
            self._remembered[key] = compute()
        return cast("InferredT", self._remembered[key])

    def remember_with_references(self, key: Hashable, compute: Callable[[], InferredT]) -> InferredT:
        """The same for a computation that depends on which files are known: once for each state of these as well."""
        state = self.references.state
        if (state, key) not in self._remembered:
            result = compute()
            state = self.references.state  # it may have searched for more
            self._remembered[state, key] = result
        return cast("InferredT", self._remembered[state, key])

    def remember_each(self, key: Hashable, compute: Callable[[], Iterable[ItemT]]) -> Iterator[ItemT]:
        """The items of a computation with that key, each computed once, and only those that are asked for."""
        return iter(self.remember(key, lambda: LazyList(compute())))

    def remember_last(self, key: Hashable, arguments: Hashable, compute: Callable[[], InferredT]) -> InferredT:
        """The result of a computation, which is kept until it is needed for other arguments."""
        remembered = self._remembered.get(key)
        if isinstance(remembered, _LastResult) and remembered.arguments == arguments:
            return cast("InferredT", remembered.result)
        result = compute()
        self._remembered[key] = _LastResult(arguments, result)
        return result

    def replace_documents(self, documents: Mapping[str, SourceDocument]) -> None:
        """Replace documents; the analysis already has their bytes."""
        self.documents |= documents
        self.import_graph.update_files(documents)
        self.references.update_files(documents)
        self._confirmed_findings.clear()
        self._inference_cache.clear()
        self._remembered.clear()
        self._module_names.clear()
        self._passing.clear()
        for name in ("loading_effects", "module_readers"):
            self.__dict__.pop(name, None)

    def file_context(self, path: str, template: FileContext) -> FileContext:
        """The context of a file, derived from `template` (any other file's) if it has no candidates.

        Raises KeyError if the file was not analysed.
        """
        file = self.analysis.file_context(path)
        return file or template._replace(
            path=path, module=self.module_name(path), facts=self.analysis.all_facts()[path]
        )

    def import_style(self, path: str) -> ImportStyle:
        """How imports are written in a file."""
        folder = os.path.dirname(path)
        if folder not in self._import_styles:
            self._import_styles[folder] = read_import_style(folder, str(self.analysis.config.root))
        return self._import_styles[folder]

    def module_name(self, path: str) -> str:
        """The dotted module name of a file."""
        return self.resolver.modules.name_of(path)

    def relative_path(self, path: str) -> str:
        """A path as messages show it: relative to the root of the configuration, with `/`."""
        return to_display_path(to_relative_path(str(self.analysis.config.root), path))

    @cached_property
    def service_boundaries(self) -> ServiceBoundaries:
        """The services, which must not import each other."""
        return ServiceBoundaries(self.analysis.config, self.resolver)

    @property
    def words(self) -> WordIndex:
        """Which files of the repository contain a word."""
        return self.analysis.words

    @cached_property
    def import_graph(self) -> ImportGraph:
        """The imports that run when modules are loaded."""
        return ImportGraph(self.resolver, self.outline, self.passing_table, self._read_code)

    def _read_code(self, path: str) -> bytes:
        return break_lines(code_bytes(self.analysis.read_bytes(path), path))

    def outline(self, path: str) -> ast.Module:
        """The tree of a file, in which function bodies may be empty. Raises OSError."""
        document = self.documents.get(path) or self._passing.get(path)
        if document is not None:
            return document.tree
        outline = self.analysis.contents.load_outline(path)
        return self.tree(path) if outline is None else outline

    @cached_property
    def loading_effects(self) -> LoadingEffects:
        """What loading modules does besides defining names."""
        return LoadingEffects(self.passing_table, self.analysis)

    @cached_property
    def module_readers(self) -> ModuleReaders:
        """Who reads modules without importing them."""
        return ModuleReaders(self.passing_table, self.analysis)

    def module_names(self, path: str) -> ModuleNames | None:
        """The names that a file imports and offers; None if they could not be read."""
        if path not in self._module_names:
            try:
                document = self.document(path)
            except OSError:
                return None
            self._module_names[path] = self.names_in(document)
        return self._module_names[path]

    def names_in(self, document: SourceDocument) -> ModuleNames | None:
        """The names that a state of a file imports and offers; None if a part of it could not be analysed."""
        is_known = not document.unanalysed_ranges
        return (
            read_module_names(document.path, document.tree, document.data, self.resolver.modules.roots)
            if is_known
            else None
        )

    @cached_property
    def references(self) -> ReferenceIndex:
        """The index of reads, patches and imports."""
        return ReferenceIndex(self.analysis, self.import_graph)
