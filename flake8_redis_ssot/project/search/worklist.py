"""The names to search for: first the configured ones, then the aliases that modules define for them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from flake8_redis_ssot.project.deprecations import replacement_module
from flake8_redis_ssot.project.resolver import Definition, Resolver
from flake8_redis_ssot.project.resources import ResourceIndex
from flake8_redis_ssot.project.search.module_query import ModuleQueries, ModuleQuery
from flake8_redis_ssot.project.search.package_query import PackageQuery, group_by_package
from flake8_redis_ssot.project.search.packaged_names import PackagedNames
from flake8_redis_ssot.project.search.prefilter import Search
from flake8_redis_ssot.project.search.words import Names
from flake8_redis_ssot.semantic.facts import FileFacts
from flake8_redis_ssot.semantic.method_profile import MethodProfile
from flake8_redis_ssot.semantic.name_patterns import NamePatterns, is_glob

# Every comment that names one of our codes contains this, except for RSS9…: searching for a second word would take
# as long again, and those codes are reported in files that match anyway.
_CODE_PREFIX = b"RSS0"


class SearchWorklist:
    """Creates the searches of a project, and records which modules define which aliases from one to the next.

    A module defines an alias, which no configuration names, if it imports a guarded name under another name, derives a
    class from it or re-exports what a deprecated module defines. A file that uses the alias contains it and the name
    of the module, unless a third module re-exports the whole module by a star or under an alias.

    `profiles` are those of guarded classes. With `suppressions`, comments that name our codes are searched for. The
    names of third-party packages that have one of `package_queries` are searched for by that: then a module also
    defines an alias if it passes such a package, or a part of it, on under another name.
    """

    def __init__(
        self,
        resolver: Resolver,
        resources: ResourceIndex,
        profiles: tuple[MethodProfile, ...] = (),
        *,
        suppressions: bool = False,
        package_queries: tuple[PackageQuery, ...] = (),
    ) -> None:
        self._resolver = resolver
        self._package_queries = package_queries
        self._resources = resources
        self._profiles = profiles
        self._suppressions = suppressions
        self._searched_aliases: set[tuple[ModuleQuery, str]] = set()
        self._aliases_by_path: dict[str, set[str]] = {}
        self._paths_with_members: set[str] = set()  # of the files of which members of classes are aliases
        self._aliasing_modules: set[str] = set()  # the last parts of the names of modules that define aliases
        symbols, modules = resources.names_to_search()
        # The name of a deprecated module is often common (`redis_manager` is a variable everywhere), so it is searched
        # for together with its package, in a context that imports or accesses it.
        self._qualified_modules = [module for module in modules if "." in module and not is_glob(module)]
        packages = [query.package.decode() for query in package_queries]
        self._packaged_names = PackagedNames(group_by_package(symbols, packages))
        self._standalone_names = [
            *(symbol for symbol in symbols if symbol not in self._packaged_names.names),
            *(module for module in modules if "." not in module or is_glob(module)),
        ]
        self._standalone_patterns = NamePatterns.from_patterns(self._standalone_names)
        self._patterns = NamePatterns.from_patterns([*symbols, *modules])

    def has_all_occurrences(self, name: str) -> bool:
        """Whether every file that contains a name is read, in whatever context."""
        return self._standalone_patterns.matches_name(name)

    def has_all_imports(self, name: str) -> bool:
        """Whether every import of a name is recorded, because every file that contains it is read."""
        return self._standalone_patterns.matches_name(name) or self._standalone_patterns.is_contained_in(name)

    def search_for_readers(self, names: Iterable[tuple[str, str]]) -> Search:
        """The search for the readers of names, each the path of a module and a name in it."""
        queries = [
            self._new_query(path)._replace(names=Names((name.encode(),)), complete=False)
            for path, name in sorted(names)
        ]
        patterns = self._patterns.with_names(name for _, name in names)
        return self._new_search((), queries, patterns)

    def initial_search(self) -> Search:
        """The search for the configured names."""
        needles = (*self._standalone_patterns.prefilter_literals, *((_CODE_PREFIX,) if self._suppressions else ()))
        queries = sorted(self._module_queries())
        return self._new_search(needles, queries, self._patterns)._replace(package_queries=self._package_queries)

    def _new_search(self, needles: tuple[bytes, ...], queries: Iterable[ModuleQuery], patterns: NamePatterns) -> Search:
        return Search(
            needles,
            ModuleQueries(queries),
            patterns,
            self._resolver.modules.roots,
            profiles=self._profiles,
            suppressions=self._suppressions,
        )

    def _module_queries(self) -> Iterator[ModuleQuery]:
        """The queries for modules: one for all those of a package."""
        by_package: dict[str, list[bytes]] = {}
        for module in self._qualified_modules:
            package, _, name = module.rpartition(".")
            by_package.setdefault(package, []).append(name.encode())
        for package, names in by_package.items():
            modules, name = self._resolver.modules, package.rpartition(".")[2]
            folder, location = modules.folder_of(package) or "", modules.locate(package, modules.path_of(package))
            yield ModuleQuery(name.encode(), folder, False, Names(names), location, complete=True)

    def next_search(self, new_facts: Iterable[FileFacts]) -> Search | None:
        """The search for the new aliases that files define; None if there are none."""
        new_aliases = {alias for facts in new_facts for alias in self._find_aliases(facts)} - self._searched_aliases
        needles = self._search_in_any_context() if self._packaged_names.is_passed_on_unnamed else ()
        if not new_aliases and not needles:
            return None
        self._searched_aliases |= new_aliases
        self._patterns = self._patterns.with_names(name for _, name in new_aliases)
        by_module: dict[ModuleQuery, list[bytes]] = {}
        for query, name in sorted(new_aliases):
            by_module.setdefault(query, []).append(name.encode())
        queries = [query._replace(names=Names(names)) for query, names in by_module.items()]
        return self._new_search(needles, queries, self._patterns)

    def _search_in_any_context(self) -> tuple[bytes, ...]:
        """From now on, search for the names of packages in any context; what every file with one of them contains."""
        names = self._packaged_names.names
        self._packaged_names = PackagedNames({})
        self._standalone_names += sorted(names)
        self._standalone_patterns = NamePatterns.from_patterns(self._standalone_names)
        return NamePatterns.from_patterns(names).prefilter_literals

    def _find_aliases(self, facts: FileFacts) -> Iterator[tuple[ModuleQuery, str]]:
        """The aliases that a file defines, each with the query (still without names) for files that use it."""
        path, module = facts.path, self._resolver.modules.name_of(facts.path)
        if not module.rpartition(".")[2].isidentifier():
            return  # no import statement can name it
        aliases = set(self._aliases_by_path.get(path, ()))
        checked_keys: set[str] = set()
        self._packaged_names.add_stars(facts.exports.stars)
        patterns = self._patterns.with_names(self._packaged_names.packages)
        # An alias may be the source of another one in the same file.
        while keys := set(self._possible_aliases(facts, patterns.with_names(aliases))) - checked_keys:
            checked_keys |= keys
            for key in sorted(keys):
                definitions = self._resolver.resolve(f"{module}:{key}", path)
                if self._packaged_names.is_passed_on(key, definitions):
                    aliases.add(key)
                if any(self._is_guarded(each) and not _is_missing_in(path, each) for each in definitions):
                    aliases.add(key.rpartition(".")[2])
                    self._paths_with_members |= {path} if "." in key else set()
                yield from self._module_aliases(key, definitions)
        if aliases:
            self._aliases_by_path[path] = aliases
            self._aliasing_modules.add(module.rpartition(".")[2])
            query = self._new_query(path)
            yield from ((query, name) for name in sorted(aliases))

    def _new_query(self, path: str) -> ModuleQuery:
        """The query, still without names, for those of a file."""
        module = self._resolver.modules.name_of(path)
        is_package = os.path.basename(path).startswith("__init__.")
        folder = os.path.dirname(path) + os.sep if is_package else ""
        location, is_complete = self._resolver.modules.locate(module, path), path not in self._paths_with_members
        return ModuleQuery(module.rpartition(".")[2].encode(), folder, True, Names(), location, is_complete)

    def _module_aliases(self, key: str, definitions: Iterable[Definition]) -> Iterator[tuple[ModuleQuery, str]]:
        """The aliases that can be accessed through `key`, if it resolves to a whole module."""
        for definition in definitions:
            path = definition.path or ""
            for name in () if definition.qualname else self._aliases_by_path.get(path, ()):
                is_complete = path not in self._paths_with_members
                yield ModuleQuery(key.encode(), "", False, Names(), complete=is_complete), name

    def _possible_aliases(self, facts: FileFacts, patterns: NamePatterns) -> Iterator[str]:
        """The names of a file that may be aliases, as their sources match one of the patterns."""
        exports = facts.exports
        for key, origins in exports.names.items():
            if not (origins or exports.bases.get(key)) or self._standalone_patterns.matches_name(
                key.rpartition(".")[2]
            ):
                continue  # it has no source, or is searched for in any context
            classes = (key, *(origin.partition(":@")[2] for origin in origins))
            sources = (*origins, *(base for name in classes for base in exports.bases.get(name, ())))
            if any(map(patterns.matches_dotted, sources)) or any(
                _last_part(origin) in self._aliasing_modules for origin in origins
            ):
                yield key
        for star in exports.stars:
            path = self._resolver.path_of(star, facts.path)
            if path is not None:
                is_star_matching = patterns.matches_dotted(star)
                yield from (
                    name
                    for name in self._star_imported_names(path, set())
                    if is_star_matching or patterns.matches_name(name)
                )

    def _star_imported_names(self, path: str, seen: set[str]) -> Iterator[str]:
        """The names that a star import of a file binds, including those of its own star imports."""
        if path in seen:
            return
        seen.add(path)
        exports = self._resolver.load_exports(path)
        yield from (
            name for name in exports.names if "." not in name and not self._standalone_patterns.matches_name(name)
        )
        for star in exports.stars:
            inner_path = self._resolver.path_of(star, path)
            if inner_path is not None:
                yield from self._star_imported_names(inner_path, seen)

    def _is_guarded(self, definition: Definition) -> bool:
        """Whether a name that leads to a definition counts as another name of something guarded."""
        if self._resources.constructor_resource(definition) is not None:
            return True
        old = self._resources.find_deprecated(definition.name)
        # What is imported through the replacement of a deprecated module is as it should be.
        return old is not None and replacement_module(old, self._resolver, "") not in definition.via


def _is_missing_in(path: str, definition: Definition) -> bool:
    """Whether a file was expected to define a name and does not, as a star import might have bound it."""
    return definition.path == path and not definition.is_found


def _last_part(origin: str) -> str:
    return re.split(r"[.:|*]", origin.rstrip(":"))[-1]
