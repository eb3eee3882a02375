"""One project under one configuration: scanned once, then ready to answer for any of its files."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from contextlib import suppress
from functools import cache
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple

from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.project.modules import ModuleMap
from flake8_redis_ssot.project.resolver import Resolver
from flake8_redis_ssot.project.resources import ResourceIndex
from flake8_redis_ssot.project.search.demand_queries import QueryResults, find_uses_in_files
from flake8_redis_ssot.project.search.facts_cache import FactsCache
from flake8_redis_ssot.project.search.prefilter import Search, choose_literal_prefixes
from flake8_redis_ssot.project.search.scan import (
    ScanFunction,
    facts_from_bytes,
    facts_from_source,
    scanner_pool,
    unreadable_facts,
)
from flake8_redis_ssot.project.search.worklist import SearchWorklist
from flake8_redis_ssot.project.similarity.guarded_classes import GuardedClasses
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.facts import NO_EXPORTS, Exports, FileFacts, attribute_origin
from flake8_redis_ssot.semantic.name_patterns import NamePatterns, is_glob
from flake8_redis_ssot.syntax.source import ParsedFile, decode, parse_decoded, parse_decoded_partially

_SAMPLE_SIZE = 50


class Analysis:
    """The facts of a project.

    `files` is the whole project (absolute paths). `overlay` maps absolute paths to bytes that stand
    in for what is on disk (an editor's buffer). `jobs` is the number of processes and `facts_cache` what an earlier run
    has found out; they change nothing but the time. With `suppressions`, comments that name codes of ours are looked
    at. `query_results` is what fixes have wanted to know so far.
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
    ) -> None:
        self.config = config
        self._overlay = dict(overlay or {})
        self._jobs = jobs
        self._facts_cache = facts_cache
        self.consulted_paths: set[str] = set()
        self._searches: list[Search] = []
        files = sorted({*files, *self._overlay})
        self.modules = ModuleMap(config.import_roots, files)
        self._exports: dict[str, Exports] = {}
        self._facts: dict[str, FileFacts] = {}
        self._trees: dict[str, ast.Module] = {}
        self._files = files
        self.query_results = QueryResults()
        self._results_by_query: dict[tuple[frozenset[tuple[str, str]], frozenset[str]], QueryResults] = {}
        self.resolver = Resolver(self.modules, self._load_exports, _third_party_names(config, self.modules))
        self.resources = ResourceIndex(config, self.resolver)
        self._guarded_classes = self._new_guarded_classes()
        self._worklist = SearchWorklist(
            self.resolver, self.resources, self._guarded_classes.profiles(), suppressions=suppressions
        )
        self._searched_names: dict[str, Set[str]] = {}
        self._run_searches(self._worklist.initial_search())

    def _run_searches(self, search: Search | None) -> None:
        """Scan for the guarded words, then for each new name under which a module passes a guarded one on."""
        if search is None:
            return
        on_disk = self._files_on_disk()
        sample = cache(lambda: _sample_files(on_disk))
        with scanner_pool(self._jobs) as scan:
            while search is not None:
                # A file that was read with these words in mind already has nothing new to say.
                names = {name.decode() for query in search.module_queries for name in query.names}
                paths = [path for path in on_disk if not names or not names <= self._searched_names.get(path, set())]
                self._searches.append(search)
                facts = self._search_files(paths, search, scan, sample)
                search = self._add_facts([*facts, *self._scan_overlay(search)], search)

    def _search_files(
        self, paths: Sequence[str], search: Search, scan: ScanFunction, sample: Callable[[], list[bytes]]
    ) -> list[FileFacts]:
        """The facts of those files that hold what is looked for, in the order of `paths`."""
        cached_facts, remaining = self._facts_cache.get(search, paths) if self._facts_cache else ([], paths)
        if not remaining:
            return cached_facts
        use_prefixes = len(remaining) >= _SAMPLE_SIZE * 10
        found_facts = scan(
            remaining,
            search._replace(literal_prefixes=choose_literal_prefixes(search.literals(), sample()))
            if use_prefixes
            else search,
        )
        if self._facts_cache:
            self._facts_cache.put(search, remaining, found_facts)
        return sorted([*cached_facts, *found_facts], key=attrgetter("path")) if cached_facts else found_facts

    def _add_facts(self, new_facts: Sequence[FileFacts], search: Search) -> Search | None:
        """Learn from files that have been read; what there is to look for now."""
        self._searched_names |= {facts.path: search.patterns.exact for facts in new_facts}
        self._facts |= {facts.path: facts for facts in new_facts}
        self._exports |= {facts.path: facts.exports for facts in new_facts}
        self.resolver.clear_cache()
        self.resources.clear_cache()
        return self._worklist.next_search(new_facts)

    @property
    def searches(self) -> tuple[Search, ...]:
        """All that files were searched for."""
        return (*self._searches, *self.query_results.searches)

    @property
    def files(self) -> Sequence[str]:
        """All files of the project, in order."""
        return self._files

    def _files_on_disk(self) -> list[str]:
        return [path for path in self._files if path not in self._overlay]

    def _scan_overlay(self, search: Search) -> list[FileFacts]:
        return [
            facts_from_bytes(path, data, search) for path, data in self._overlay.items() if search.matches(data, path)
        ]

    def update_files(
        self, contents: Mapping[str, bytes], parsed_files: Mapping[str, ParsedFile] = MappingProxyType({})
    ) -> None:
        """Go on with other bytes for some of the files (absolute paths), as a run would that reads them afresh.

        `parsed_files` are those of them that were parsed already.
        """
        self._overlay |= contents
        self._invalidate(contents)
        # What was asked is looked for as well.
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

    def _invalidate(self, paths: Iterable[str]) -> None:
        for path in paths:
            self._trees.pop(path, None)
        self._results_by_query.clear()
        self._guarded_classes = self._new_guarded_classes()

    def all_facts(self) -> Mapping[str, FileFacts]:
        """The facts of every file that was read, for whichever reason."""
        return {**self._facts, **self.query_results.facts}

    def has_all_readers(self, path: str, name: str) -> bool:
        """Whether every file that reads a name of the module at `path` has been read."""
        return self.has_all_occurrences(name) or (path, name) in self.query_results.searched_names

    def has_all_occurrences(self, name: str) -> bool:
        """Whether every file that holds a name has been read, whatever stands beside it."""
        return self._worklist.has_all_occurrences(name)

    def find_files_matching(self, pattern: bytes) -> tuple[str, ...]:
        """All files of the project whose bytes match a regular expression, in order."""
        search, matches = re.compile(pattern).search, []
        for path in self._files:
            with suppress(OSError):  # what can't be read names nothing
                matches += [path] if search(self._current_bytes(path)) else []
        return tuple(matches)

    def run_queries(self, names: Set[tuple[str, str]], attributes: Set[str]) -> None:
        """Find who reads names of modules (path and name), and where attributes of some names are read."""
        key = frozenset(names - self.query_results.searched_names), frozenset(attributes)
        if key not in self._results_by_query:
            self._results_by_query[key] = self._search_for_queries(*key)
        self.query_results = self.query_results.merge(self._results_by_query[key])

    def _search_for_queries(self, names: frozenset[tuple[str, str]], attributes: frozenset[str]) -> QueryResults:
        search = self._worklist.search_for_readers(names)
        on_disk, new_facts = self._files_on_disk(), []
        with scanner_pool(self._jobs) as scan:
            if search.module_queries:
                new_facts = [
                    *self._search_files(on_disk, search, scan, lambda: _sample_files(on_disk)),
                    *self._scan_overlay(search),
                ]
        facts_by_path = {facts.path: facts for facts in new_facts}
        uses = find_uses_in_files(self._files, attributes, self._current_bytes, self._jobs)
        return QueryResults(names, facts_by_path, uses, (search,) if search.module_queries else ())

    def search_files(self, paths: Sequence[str], search: Search) -> list[FileFacts]:
        """The facts of those of some files (absolute paths) that hold what a search of the caller's looks for."""
        self._searches.append(search)
        with scanner_pool(self._jobs) as scan:
            return self._search_files(paths, search, scan, lambda: _sample_files(paths))

    def known_exports(self, path: str) -> Exports:
        """What a file exports, as far as anything found so far depends on it."""
        return self._exports.get(path, NO_EXPORTS)

    def _load_exports(self, path: str) -> Exports:
        """The exports of a file that the search had no reason to parse."""
        if path not in self._exports:
            self._exports[path] = NO_EXPORTS
            self._exports[path] = self._read_facts(path).exports
        return self._exports[path]

    def _read_facts(self, path: str) -> FileFacts:
        search = Search((), (), NamePatterns(frozenset()), self.modules.roots)
        if self._facts_cache is None or path in self._overlay:
            return self._read_unmatched(path, search)
        facts, _ = self._facts_cache.get(search, [path])
        if not facts:
            facts = [self._read_unmatched(path, search)]
            self._facts_cache.put(search, [path], facts)
        return facts[0]

    def _read_unmatched(self, path: str, search: Search) -> FileFacts:
        """The facts of a file that holds nothing that is looked for."""
        try:
            data = self._overlay[path] if path in self._overlay else read(path)
        except OSError as error:
            return unreadable_facts(path, error)
        return facts_from_bytes(path, data, search)

    def file_context(self, path: str) -> FileContext | None:
        """One file as the project sees it; None where it mentions nothing that is guarded."""
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
        )

    def _new_guarded_classes(self) -> GuardedClasses:
        return GuardedClasses(self.config, self.resources, self.resolver, self.tree, cache(self._load_outline))

    def tree(self, path: str) -> ast.Module:
        """The tree of a file. Raises OSError."""
        if path not in self._trees:
            self._trees[path] = parse_decoded(decode(self.read_bytes(path))).tree
        return self._trees[path]

    def _load_outline(self, path: str) -> ast.Module | None:
        """The tree of a file in which functions are hollow; None where it can't be read."""
        try:
            decoded = decode(self._current_bytes(path))
        except OSError:
            return None
        return (parse_decoded_partially(decoded, lambda first, last: False) or parse_decoded(decoded)).tree

    def find_class_readers(self, path: str, qualname: str) -> tuple[str, ...]:
        """The files that import a class (the file that defines it, and its local name), under whatever name.

        Or that reach it through its module, as far as is known.
        """
        name = qualname.partition(".")[0].partition("#")[0]
        if not self._worklist.has_all_imports(name) and not self.has_all_readers(path, name):
            self.run_queries({(path, name)}, set())
        return tuple(
            file
            for file, facts in sorted(self.all_facts().items())
            if self._is_reader(file, facts, (path, qualname), name)
        )

    def _is_reader(self, path: str, facts: FileFacts, target: tuple[str, str], name: str) -> bool:
        origins = [origin for entry in facts.imports for origin in (entry.origin, *entry.star_reads)]
        origins += [
            attribute_origin(access.base, access.attribute)
            for access in facts.attribute_accesses
            if access.attribute == name
        ]
        return any(
            (definition.path, definition.qualname) == target
            for each in origins
            for definition in self.resolver.resolve(each, path)
        )

    def read_bytes(self, path: str) -> bytes:
        """The bytes of a file, as they were analysed."""
        self.consulted_paths.add(path)
        return self._current_bytes(path)

    def _current_bytes(self, path: str) -> bytes:
        return self._overlay[path] if path in self._overlay else read(path)

    def dependencies(self) -> Dependencies:
        """What everything that was found out depends on."""
        attribute_paths = {path for uses in self.query_results.attribute_uses.values() for path in uses}
        direct_paths = {*self.all_facts(), *self._exports, *self.consulted_paths, *attribute_paths}
        return Dependencies(frozenset(direct_paths), self.searches, frozenset(self.query_results.attribute_uses))


def _sample_files(files: Sequence[str]) -> list[bytes]:
    """Some of the files."""
    sample = []
    for path in files[:: max(len(files) // _SAMPLE_SIZE, 1)]:
        with suppress(OSError):  # it is told when it is its turn
            sample.append(read(path))
    return sample


def _third_party_names(config: Config, modules: ModuleMap) -> frozenset[str]:
    """Top-level names of the configuration that no module of the project has: a third party's, also beside a script."""
    names = [name for resource in config.resources for name in resource.constructors]
    top_packages = {name.partition(".")[0] for name in names}
    return frozenset(
        package
        for package in top_packages
        if not is_glob(package) and modules.path_of(package) is None and modules.folder_of(package) is None
    )


class Dependencies(NamedTuple):
    """What was looked at: files `direct_paths` (absolute paths), and all others by `searches` and for `attributes`.

    A file that is not near stays without a say as long as no search wants it and it reads no such attribute.
    """

    direct_paths: frozenset[str]
    searches: tuple[Search, ...]
    attributes: frozenset[str]
