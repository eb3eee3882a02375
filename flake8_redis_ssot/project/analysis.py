"""The analysis of one project under one configuration: scanned once, then queried file by file."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence, Set
from functools import cache, cached_property, partial
from types import MappingProxyType

from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.project.class_readers import reads_class, top_level_name
from flake8_redis_ssot.project.contents import ProjectContents
from flake8_redis_ssot.project.dependencies import Dependencies
from flake8_redis_ssot.project.modules import ModuleMap
from flake8_redis_ssot.project.resolver import Resolver
from flake8_redis_ssot.project.resources import ResourceIndex, third_party_names
from flake8_redis_ssot.project.search.attribute_index import AttributeIndex
from flake8_redis_ssot.project.search.attribute_writes import AttributeWriteIndex
from flake8_redis_ssot.project.search.demand_queries import QueryResults, find_uses_in_files
from flake8_redis_ssot.project.search.facts_cache import FactsCache
from flake8_redis_ssot.project.search.facts_reader import FactsReader
from flake8_redis_ssot.project.search.module_query import ModuleQueries
from flake8_redis_ssot.project.search.package_query import (
    PackageQuery,
    group_by_package,
    is_worthwhile,
    new_package_query,
)
from flake8_redis_ssot.project.search.prefilter import Search
from flake8_redis_ssot.project.search.scan import facts_from_bytes, facts_from_source
from flake8_redis_ssot.project.search.word_index import WordIndex
from flake8_redis_ssot.project.search.worklist import SearchWorklist
from flake8_redis_ssot.project.similarity.guarded_classes import GuardedClasses
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.facts import NO_EXPORTS, Exports, FileFacts
from flake8_redis_ssot.semantic.name_patterns import NamePatterns
from flake8_redis_ssot.syntax.notebooks import NOTEBOOK_SUFFIX
from flake8_redis_ssot.syntax.source import ParsedFile


class Analysis:
    """The facts of a project.

    `files` are all files of the project (absolute paths), which `read_file` reads. `overlay` maps absolute paths to
    bytes that replace those on disk (an editor's buffer). `jobs` is the number of processes and `facts_cache` the facts
    of an earlier run; neither changes the results. With `suppressions`, comments that name our codes are recorded.
    `query_results` are the answers to the queries of fixes so far. Only `scanned` files are searched (None: all), for a
    first impression of a large project.
    """

    def __init__(
        self,
        config: Config,
        files: Sequence[str],
        *,
        jobs: int = 1,
        overlay: Mapping[str, bytes] | None = None,
        facts_cache: FactsCache | None = None,
        suppressions: bool = False,
        read_file: Callable[[str], bytes] = read,
        scanned: Set[str] | None = None,
    ) -> None:
        self.config = config
        self._scanned = scanned
        self._jobs = jobs
        self.contents = ProjectContents(files, overlay or {}, read_file)
        self._reader = FactsReader(self.contents, facts_cache, jobs)
        self._searches: list[Search] = []
        self.modules = ModuleMap(config.import_roots, self.contents.files)
        self._exports: dict[str, Exports] = {}
        self._facts: dict[str, FileFacts] = {}
        self.query_results = QueryResults()
        self._results_by_query: dict[tuple[frozenset[tuple[str, str]], frozenset[str]], QueryResults] = {}
        self.resolver = Resolver(self.modules, self._load_exports, third_party_names(config, self.modules))
        self.resources = ResourceIndex(config, self.resolver)
        self._guarded_classes = self._new_guarded_classes()
        self._worklist = SearchWorklist(
            self.resolver,
            self.resources,
            self._guarded_classes.profiles(),
            suppressions=suppressions,
            package_queries=self._choose_package_queries(),
        )
        self._searched_names: dict[str, Set[str]] = {}
        self.tree_readers: dict[str, set[str]] = {}  # the files whose findings depend on the tree of another
        self._run_searches(self._worklist.initial_search())

    def _new_guarded_classes(self) -> GuardedClasses:
        contents = self.contents
        return GuardedClasses(self.config, self.resources, self.resolver, contents.tree, cache(contents.load_outline))

    def _choose_package_queries(self) -> tuple[PackageQuery, ...]:
        """The queries for names of third-party packages; names that are rare are searched for in any context."""
        symbols, _ = self.resources.names_to_search()
        groups = group_by_package(symbols, third_party_names(self.config, self.modules))
        has_classes = bool(self._guarded_classes.classes) and self.config.duplicates != "off"
        queries = [new_package_query(*group, match_classes=has_classes) for group in sorted(groups.items())]
        file_count = len(self.contents.files)
        return tuple(query for query in queries if is_worthwhile(query, self._reader.sample, file_count))

    def _run_searches(self, search: Search | None) -> None:
        """Scan for the guarded names, then for each new name under which a module re-exports one of them."""
        if search is None:
            return
        with self._reader.start() as search_files:
            while search is not None:
                self._searches.append(search)
                new_facts = self._reader.search_overlay(search)
                for names, paths in self._group_by_searched_names():
                    remaining_search = search.without_names(names)
                    new_facts += search_files(paths, remaining_search) if remaining_search is not None else ()
                # Facts that have the new names already may have new aliases as well.
                earlier_facts = [*self._facts.values()]
                search = self._add_facts(new_facts, search, earlier_facts)

    def _group_by_searched_names(self) -> Sequence[tuple[Set[str], list[str]]]:
        """The files on disk to search, by the names that their facts have already."""
        groups: dict[Set[str], list[str]] = {}
        for path in self.contents.files_on_disk:
            if self._scanned is None or path in self._scanned:
                groups.setdefault(self._searched_names.get(path, frozenset()), []).append(path)
        return list(groups.items())

    def _add_facts(
        self, new_facts: Sequence[FileFacts], search: Search, earlier_facts: Sequence[FileFacts] = ()
    ) -> Search | None:
        """Add the facts of files that were read; the search that they and `earlier_facts` make necessary, if any."""
        self._searched_names |= {facts.path: search.patterns.exact for facts in new_facts}
        self._facts |= {facts.path: facts for facts in new_facts}
        self._exports |= {facts.path: facts.exports for facts in new_facts}
        self.resolver.clear_cache()
        self.resources.clear_cache()
        replaced = {facts.path for facts in new_facts}
        return self._worklist.next_search(
            [*new_facts, *(facts for facts in earlier_facts if facts.path not in replaced)]
        )

    def _load_exports(self, path: str) -> Exports:
        """The exports of a file, which is parsed if no search matched it."""
        if path not in self._exports:
            self._exports[path] = NO_EXPORTS
            search = Search((), ModuleQueries(), NamePatterns(frozenset()), self.modules.roots)
            self._exports[path] = self._reader.read_facts(path, search).exports
        return self._exports[path]

    def known_exports(self, path: str) -> Exports:
        """The exports of a file, if anything found so far depends on them; else none."""
        return self._exports.get(path, NO_EXPORTS)

    @property
    def searches(self) -> tuple[Search, ...]:
        """All searches that were run."""
        return (*self._searches, *self.query_results.searches)

    @property
    def files(self) -> Sequence[str]:
        """All files of the project, in order."""
        return self.contents.files

    def read_bytes(self, path: str) -> bytes:
        """The bytes of a file, as they are analysed. Raises OSError."""
        return self.contents.read_bytes(path)

    def tree(self, path: str) -> ast.Module:
        """The tree of a file. Raises OSError."""
        return self.contents.tree(path)

    def update_files(
        self, contents: Mapping[str, bytes], parsed_files: Mapping[str, ParsedFile] = MappingProxyType({})
    ) -> None:
        """Replace the bytes of some files (absolute paths), with the same result as a new analysis.

        `parsed_files` are those of them that were parsed already.
        """
        self.contents.update(contents)
        self.words.update_files(contents)
        for index in ("attribute_index", "attribute_writes"):
            if index in self.__dict__:  # made already
                self.__dict__[index].update(contents)
        self._results_by_query.clear()
        self._guarded_classes = self._new_guarded_classes()
        # The facts have to answer the queries so far as well.
        search = self._worklist.search_for_readers(self.query_results.searched_names)
        matching_paths = [
            path for path, data in contents.items() if any(each.matches(data, path) for each in self.searches)
        ]
        for path in contents:
            self._facts.pop(path, None)
            self._exports.pop(path, None)
        new_facts = [
            facts_from_source(path, parsed_files[path], search)
            if path in parsed_files
            else facts_from_bytes(path, contents[path], search)
            for path in matching_paths
        ]
        self._run_searches(self._add_facts(new_facts, search))
        self.query_results = self.query_results.update(new_facts, contents)

    def all_facts(self) -> Mapping[str, FileFacts]:
        """The facts of every file that matched a search or a query, by path."""
        return {**self._facts, **self.query_results.facts}

    def has_all_readers(self, path: str, name: str) -> bool:
        """Whether the facts include every file that reads `name` from the module at `path`."""
        return self.has_all_occurrences(name) or (path, name) in self.query_results.searched_names

    def has_all_occurrences(self, name: str) -> bool:
        """Whether the facts include every file that contains a name, in whatever context."""
        return self._worklist.has_all_occurrences(name)

    def run_queries(self, names: Set[tuple[str, str]], attributes: Set[str]) -> None:
        """Find the readers of names of modules (path and name), and the uses of attributes with some names."""
        key = frozenset(names - self.query_results.searched_names), frozenset(attributes)
        if key not in self._results_by_query:
            self._results_by_query[key] = self._search_for_queries(*key)
        self.query_results = self.query_results.merge(self._results_by_query[key])

    def _search_for_queries(self, names: frozenset[tuple[str, str]], attributes: frozenset[str]) -> QueryResults:
        search = self._worklist.search_for_readers(names)
        new_facts: list[FileFacts] = []
        if search.module_queries:
            with self._reader.start() as search_files:
                new_facts = search_files(self._narrow_search(search), search)
            new_facts += self._reader.search_overlay(search)
        facts_by_path = {facts.path: facts for facts in new_facts}
        files = self.contents.find_literals([name.encode() for name in attributes]) if attributes else []
        uses = find_uses_in_files(files, attributes, self.contents.current_bytes, self._jobs)
        return QueryResults(names, facts_by_path, uses, (search,) if search.module_queries else ())

    def _narrow_search(self, search: Search) -> list[str]:
        """The files on disk that can match a search by names: those that contain one, and all notebooks."""
        files = set(self.contents.find_literals(search.literals()))
        return [path for path in self.contents.files_on_disk if path in files or path.endswith(NOTEBOOK_SUFFIX)]

    def search_files(self, paths: Sequence[str], search: Search) -> list[FileFacts]:
        """The facts of those of some files on disk (absolute paths) that match a search."""
        self._searches.append(search)
        with self._reader.start() as search_files:
            return search_files(paths, search)

    def file_context(self, path: str) -> FileContext | None:
        """One file as rules see it; None if no search matched it."""
        facts = self._facts.get(path)
        if facts is None:
            return None
        name = self.modules.name_of(path)
        return FileContext(
            path,
            name,
            self.resolver,
            self.resources,
            self.config,
            facts,
            self._guarded_classes,
            self.find_class_readers,
            partial(self._load_tree, path),
        )

    def _load_tree(self, reader: str, path: str) -> ast.Module:
        self.tree_readers.setdefault(path, set()).add(reader)
        return self.tree(path)

    @cached_property
    def words(self) -> WordIndex:
        """Which files of the repository contain a word."""
        return WordIndex(self.contents, str(self.config.root), self._jobs)

    @cached_property
    def attribute_index(self) -> AttributeIndex:
        """Which files have the name of a module as an attribute."""
        return AttributeIndex(self.contents, self.modules)

    @cached_property
    def attribute_writes(self) -> AttributeWriteIndex:
        """Which files may set or delete an attribute of some name."""
        return AttributeWriteIndex(self.contents)

    def find_class_readers(self, path: str, qualname: str) -> tuple[str, ...]:
        """The files that import a class (the file that defines it, and its local name) under any name, in order.

        Files that access it as an attribute of its module are included if their facts are known.
        """
        name = top_level_name(qualname)
        if not self._worklist.has_all_imports(name) and not self.has_all_readers(path, name):
            self.run_queries({(path, name)}, set())
        return tuple(
            file
            for file, facts in sorted(self.all_facts().items())
            if reads_class(facts, (path, qualname), self.resolver)
        )

    def find_files_with_words(self, words: Set[str]) -> tuple[str, ...]:
        """All files whose bytes contain one of some words, in order; each word is searched for once."""
        return self.contents.find_with_words(words)

    def dependencies(self) -> Dependencies:
        """What the results so far depend on."""
        attribute_paths = {path for uses in self.query_results.attribute_uses.values() for path in uses}
        direct_paths = {*self.all_facts(), *self._exports, *self.contents.consulted_paths, *attribute_paths}
        direct_paths |= self.words.project_files
        words = {*self.words.words, *self.query_results.attribute_uses}
        return Dependencies(frozenset(direct_paths), self.searches, frozenset(words), self.contents.patterns)
