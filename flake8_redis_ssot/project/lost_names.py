"""The imported names of all files that lead nowhere, found by their text: only files that may have any are parsed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from flake8_redis_ssot.files.processes import map_chunks
from flake8_redis_ssot.project.imported_names import ImportedNames, LostName, ModuleNames, parse_module_names
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.project.resolver import Resolver
from flake8_redis_ssot.project.search.import_statements import find_from_statements, read_names
from flake8_redis_ssot.syntax.function_ranges import UnclosedStringError, find_long_strings

_DEFINITION = re.compile(r"\n(?:class|def|async[ \t]+def)[ \t]+(\w+)", re.ASCII)
_CHUNK_SIZE = 250  # files


class LostNameSearch:
    """Finds the lost names of many files; `read_bytes` returns the bytes of a file (a path), and may raise OSError.

    `offered_names` returns the names that a file offers to others; None if it could not be read or parsed.
    """

    def __init__(self, resolver: Resolver, read_bytes: Callable[[str], bytes]) -> None:
        self._resolver = resolver
        self._roots = resolver.modules.roots
        self._read_bytes = read_bytes
        self.offered_names = cache(self._read_offered_names)
        self._imported_names = ImportedNames(resolver, self.offered_names, self._contains_text)
        self._text_definitions = cache(self._find_definitions)

    def find(self, paths: Sequence[str], jobs: int) -> dict[str, tuple[LostName, ...]]:
        """The lost names of files, by path, of those that have any; the same as if all of them were parsed.

        `jobs` is the number of processes; each gets files that are close to each other, and so import the same modules.
        """
        lost_names = map_chunks(self._find_in_files, paths, _CHUNK_SIZE, jobs)
        return {path: names for path, names in lost_names if names}

    def _find_in_files(self, paths: Iterable[str]) -> list[tuple[str, tuple[LostName, ...]]]:
        return [(path, tuple(self._find_in_file(path))) for path in paths]

    def _find_in_file(self, path: str) -> Iterator[LostName]:
        data = self._try_read(path)
        offsets = [] if data is None else list(self._suspect_offsets(data, path))
        if data is None or not offsets:
            return iter(())
        rows = [data.count(b"\n", 0, offset) + 1 for offset in offsets]
        names = parse_module_names(path, data, self._roots, rows)
        return self._imported_names.find_lost(path, names.imports if names is not None else ())

    def _suspect_offsets(self, data: bytes, path: str) -> Iterator[int]:
        """The offsets of import statements in the text of a file that may lead nowhere."""
        package = package_name(path, self._roots)
        for statement in find_from_statements(data):
            module = statement.absolute_module(package)
            target = self._resolver.path_of(module, path) if module else None
            names = read_names(data, statement.names_offset) if target is not None else ()
            if not statement.module or names is None or (target == path and names):
                yield statement.offset
            elif target is not None and names:
                # Whatever is no identifier, such as a closing quote, is in no statement.
                identifiers = {name for name in map(bytes.decode, names) if name.isidentifier()}
                others = identifiers - self._text_definitions(target)
                if any(self._imported_names.may_be_lost(module, name, path) for name in others):
                    yield statement.offset

    def _find_definitions(self, path: str) -> frozenset[str]:
        """Functions and classes that a module certainly defines, by its text alone."""
        text = "\n" + (self._try_read(path) or b"").decode("latin-1")
        try:
            return frozenset(_names_outside(text, find_long_strings(text)))
        except UnclosedStringError:
            return frozenset()

    def _read_offered_names(self, path: str) -> ModuleNames | None:
        data = self._try_read(path)
        return None if data is None else parse_module_names(path, data, self._roots)

    def _contains_text(self, path: str, name: str) -> bool:
        return name.encode() in (self._try_read(path) or b"")

    def _try_read(self, path: str) -> bytes | None:
        try:
            return self._read_bytes(path)
        except OSError:
            return None


def _names_outside(text: str, strings: Iterator[tuple[int, int]]) -> Iterator[str]:
    """The names defined in the first column, but for those in strings (start and end of each, in order)."""
    nowhere = (len(text), len(text))
    start, end = next(strings, nowhere)
    for match in _DEFINITION.finditer(text):
        while end <= match.start() < len(text):
            start, end = next(strings, nowhere)
        # A line after a backslash may belong to a short string.
        if match.start() < start and not text.endswith(("\\", "\\\r"), 0, match.start()):
            yield match[1]
