"""Which files may load a file: a question that is asked backwards, as most files are imported by few."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator

from flake8_redis_ssot.project.loading.possible_imports import EVERYTHING, PossibleImportReader, PossibleImports
from flake8_redis_ssot.project.resolver import Resolver
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

_NOTHING_KNOWN = PossibleImports(frozenset(), frozenset({EVERYTHING}))


class Importers:
    """The files (absolute paths) that may load others, found out when they are first asked for.

    `read_code` returns the bytes of a file, with line feeds in its line breaks, and `load` its symbol table.
    """

    def __init__(
        self,
        files: Iterable[str],
        read_code: Callable[[str], bytes],
        resolver: Resolver,
        load: Callable[[str], SymbolTable],
    ) -> None:
        self._files = files
        self._read_code = read_code
        self._reader = PossibleImportReader(resolver, load)
        self._imports: dict[str, PossibleImports] = {}
        self._importers: dict[str, list[str]] = {}
        self._found: dict[tuple[str, frozenset[str]], set[str]] = {}

    def update_files(self, paths: Iterable[str]) -> None:
        """Forget what was read from files that have changed."""
        self._found.clear()
        for path in paths:
            old_imports = self._imports.pop(path, None)
            if old_imports is not None:
                for place in (*old_imports.files, *old_imports.folders):
                    self._importers[place].remove(path)
                self._add_importer(path)

    def may_load(self, start: str, goal: str, excluded: Collection[str] = ()) -> bool:
        """Whether loading `start` may load `goal`, without `excluded` files."""
        key = goal, frozenset(excluded)
        if key not in self._found:
            self._found[key] = self._search(*key)
        return start in self._found[key]

    def _search(self, goal: str, excluded: Collection[str]) -> set[str]:
        """The goal, and all files from which a chain of possible imports leads to it."""
        found, seen_places = {goal}, set[str]()
        stack = [goal]
        while stack:
            for place in _places_of(stack.pop()):
                if place not in seen_places:
                    seen_places.add(place)
                    new_files = set(self.importers_of(place)).difference(found, excluded)
                    found |= new_files
                    stack += new_files
        return found

    def importers_of(self, place: str) -> Collection[str]:
        """The files that may import a file, or any file of a folder."""
        if not self._importers:
            for path in self._files:
                self._add_importer(path)
        return self._importers.get(place, ())

    def _add_importer(self, path: str) -> None:
        imports = self._imports[path] = self._read_imports(path)
        for place in (*imports.files, *imports.folders):
            self._importers.setdefault(place, []).append(path)

    def _read_imports(self, path: str) -> PossibleImports:
        try:
            return self._reader.read(path, self._read_code(path))
        except (OSError, RecursionError):
            return _NOTHING_KNOWN


def _places_of(path: str) -> Iterator[str]:
    """A file, the folders around it, and what stands for any file."""
    yield path
    end = path.rfind(os.sep)
    while end > 0:
        yield path[: end + 1]
        end = path.rfind(os.sep, 0, end)
    yield EVERYTHING
