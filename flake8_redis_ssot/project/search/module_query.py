"""The search for names together with the module that defines them, which code has to import or access."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cache, cached_property
from typing import NamedTuple

from flake8_redis_ssot.project.contents import MAX_LINE, compile_word, whole_word
from flake8_redis_ssot.project.module_location import ModuleLocation
from flake8_redis_ssot.project.search.import_statements import ImportStatement, is_listed, read_import
from flake8_redis_ssot.project.search.words import Names

# What can follow a module's name: an import from it, the end of a string or of an item in an import list, an alias.
# A backslash at the end of a line joins it to the next one anywhere between two names.
_IMPORT_AFTER = re.compile(rb"[\s\\]+import\b")
_LIST_ITEM_AFTER = re.compile(rb"[\s\\]*(?:,|as\b|[\r\n]|\Z)")
_REEXPORT_AFTER = rb"(?=[\s\\]+as\b|[\s\\]+import[\s\\]*\(?\s*\*)"
_ATTRIBUTE_AFTER = re.compile(rb"[\s\\]*\.[\s\\]*(\w+)(?![\w\x80-\xff])")
_RELATIVE_STAR_IMPORT = re.compile(rb"\.[\s\\]+import[\s\\]*\*")
# Imports in a package that need not name it: those of its own names, by dots alone, and those at run time.
_UNNAMED_IMPORT = re.compile(rb"\.[\s\\]*import\b|import_module|__import__|\b__getattr__\b")
_IMPORT_LINE = re.compile(rb"\b(?:from|import)\b([^\r\n]*)")
_WORD = re.compile(rb"\w+")
_QUOTES = (b'"', b"'")
# What can precede or follow the name of a module in a string that names it, other than a dot.
_PATH_CHARACTERS = (b"}", b"{", b":")
# What makes a dotted name of a string that is one word: a call, or another string that starts or ends with a dot.
_COMPOSITION = re.compile(
    rb"\bgetattr\b|__import__|import_module|[\"'}]\w*(?:\.\w+)*\.[\"'{]|}\.\w|(?:\+|[\"'])[\s\\]*[fr]?[\"']\.\w",
    re.IGNORECASE,
)
_MANY_QUERIES = 100  # for which dividing a file into words is faster than searching for each module


class Use(Enum):
    """What code may do with a module: import its names, use the module itself, or have its name as a string.

    A string that is one word names a module only as a part of a dotted name, which other code composes.
    """

    NAMES = "names"
    MODULE = "module"
    WORD = "word"
    NONE = "none"


class _Occurrence(NamedTuple):
    """The name of a module in `data`, from `start` to `end`, on a line that starts at `line_start`."""

    data: bytes
    line_start: int
    start: int
    end: int

    @property
    def before(self) -> bytes:
        """The text before it on its line."""
        return self.data[self.line_start : self.start]

    @property
    def is_in_long_line(self) -> bool:
        """Whether reading its line, for each name in it, would take too long."""
        return self.start - self.line_start > MAX_LINE


def _find_occurrences(pattern: re.Pattern[bytes], data: bytes) -> Iterator[_Occurrence]:
    """The matches of a pattern for the name of a module."""
    for match in pattern.finditer(data):
        line_start = max(data.rfind(b"\n", 0, match.start()), data.rfind(b"\r", 0, match.start())) + 1
        yield _Occurrence(data, line_start, *match.span())


def _use_in_string(after: bytes) -> Use:
    """What a string may do that starts with the name of a module, followed by `after` and no attribute."""
    if after.startswith(_QUOTES):
        return Use.WORD
    return Use.MODULE if after.startswith((b".", *_PATH_CHARACTERS)) else Use.NONE


@cache
def _reexport_pattern(module: bytes) -> re.Pattern[bytes]:
    """An expression for the name of a module of which all names are imported, or which gets another name."""
    return re.compile(whole_word(module) + _REEXPORT_AFTER)


class ModuleQuery(NamedTuple):
    """Names that are searched for only together with the module that defines them.

    A file that contains one of `names` matches if it also contains `module` (a word) as code imports or accesses a
    module that may be the one at `location`, or if it is below `folder` (empty: none), where a relative import need not
    name the module. With `match_reexports`, a file that re-exports the whole module, by a star or an alias, matches
    without any of the names. If `names` are `complete`, a statement that imports other names from the module does not
    count; else they may be those of members of its classes.
    """

    module: bytes
    folder: str
    match_reexports: bool
    names: Names
    location: ModuleLocation = ModuleLocation()
    complete: bool = False

    def matches(self, data: bytes, path: str) -> bool:
        """Whether a file with the bytes `data` matches."""
        is_inside = bool(self.folder) and path.startswith(self.folder)
        if not is_inside and self.module not in data:
            return False
        if self.names.is_any_in(data) and (
            (is_inside and self._may_be_imported_unnamed(data)) or self._is_imported_or_accessed(data, path)
        ):
            return True
        return self.match_reexports and self._is_reexported(data, path, is_inside)

    def _is_imported_or_accessed(self, data: bytes, path: str) -> bool:
        """Whether code imports one of the names from the module, or the module, whose members it accesses."""
        is_used = has_word = False
        for occurrence in _find_occurrences(compile_word(self.module), data):
            use = self._use_at(occurrence, path)
            if use is Use.NAMES:
                return True
            is_used |= use is Use.MODULE
            has_word |= use is Use.WORD
        if not (is_used or has_word) or (self.complete and not self._has_member(data)):
            return False
        return is_used or _COMPOSITION.search(data) is not None

    def _has_member(self, data: bytes) -> bool:
        # The keywords of `patch.multiple` are names of members.
        return self.names.is_any_member_in(data) or b"multiple" in data

    def _may_be_imported_unnamed(self, data: bytes) -> bool:
        """Whether a file in the package may import one of the names without naming the package."""
        if not self.complete or _UNNAMED_IMPORT.search(data):
            return True
        lines = (match[1] for match in _IMPORT_LINE.finditer(data))
        return any(line.endswith(b"\\") or not self.names.as_set.isdisjoint(_WORD.findall(line)) for line in lines)

    def _use_at(self, occurrence: _Occurrence, path: str) -> Use:
        """What code may do with the module there."""
        if occurrence.is_in_long_line:
            return Use.NAMES
        statement = read_import(*occurrence)
        if statement is not None:
            return self._imported_use(statement, path)
        before, after = occurrence.before, occurrence.data[occurrence.end : occurrence.end + 80]
        if b"import" in before or _IMPORT_AFTER.match(after):
            return Use.NAMES
        prefix, attribute = before.rstrip(), _ATTRIBUTE_AFTER.match(after)
        if before.endswith(_QUOTES) and not attribute:
            return _use_in_string(after)
        if prefix.endswith(b".") or before.endswith(_QUOTES):
            is_used = attribute is None or self._may_have(attribute[1])
        elif after.startswith(_QUOTES):
            is_used = not before or before.endswith(_PATH_CHARACTERS)
        elif attribute:
            is_used = attribute[1] in self.names.as_set
        else:
            is_used = not prefix and _LIST_ITEM_AFTER.match(after) is not None and is_listed(*occurrence[:2])
        return Use.MODULE if is_used else Use.NONE

    def _may_have(self, member: bytes) -> bool:
        """Whether a member of the module may be, or lead to, one of the names."""
        return not self.complete or member in self.names.as_set or member.startswith(b"__")

    def _imported_use(self, statement: ImportStatement, path: str) -> Use:
        """What an import statement, which contains the name of the module, may import."""
        may_be_named = self.location.may_be(statement.module, path)
        if statement.is_listed:
            # What the module itself binds to its own name is one of the names, or another module.
            return Use.NONE if self.complete and self.location.paths and may_be_named else Use.MODULE
        if not may_be_named or statement.rest:
            return Use.NAMES if may_be_named and self._may_have(statement.rest[0]) else Use.NONE
        if statement.names is None:
            return Use.MODULE if statement.is_plain else Use.NAMES
        has_name = b"*" in statement.names or any(map(self._may_have, statement.names))
        return Use.NAMES if has_name else Use.NONE

    def _is_reexported(self, data: bytes, path: str, is_inside: bool) -> bool:
        occurrences = _find_occurrences(_reexport_pattern(self.module), data)
        if any(self._may_be_reexported(occurrence, path) for occurrence in occurrences):
            return True
        return is_inside and _RELATIVE_STAR_IMPORT.search(data) is not None

    def _may_be_reexported(self, occurrence: _Occurrence, path: str) -> bool:
        """Whether code may import all names of the module there, or the module under another name."""
        if occurrence.is_in_long_line:
            return True
        statement = read_import(*occurrence)
        if statement is not None:
            return self._imported_use(statement._replace(names=None), path) is not Use.NONE
        if b"import" in occurrence.before or _IMPORT_AFTER.match(occurrence.data, occurrence.end):
            return True
        return not occurrence.before.strip(b" \t,(") and is_listed(*occurrence[:2])

    def literals(self) -> tuple[bytes, ...]:
        """Byte strings of which every matching file contains one."""
        if not self.match_reexports:
            return self.names
        return (self.module, *self.names, b"import *") if self.folder else (self.module,)


class ModuleQueries(tuple[ModuleQuery, ...]):
    """Queries, of which a file needs to match one."""

    @cached_property
    def _by_module(self) -> dict[bytes, list[ModuleQuery]]:
        queries: dict[bytes, list[ModuleQuery]] = {}
        for query in self:
            queries.setdefault(query.module, []).append(query)
        return queries

    @cached_property
    def _unusual_modules(self) -> frozenset[bytes]:
        """The modules whose names are not found by dividing a file into words."""
        return frozenset(module for module in self._by_module if not _WORD.fullmatch(module))

    @cached_property
    def _in_folders(self) -> tuple[ModuleQuery, ...]:
        return tuple(query for query in self if query.folder)

    def is_any_matching(self, data: bytes, path: str) -> bool:
        """Whether a file with the bytes `data` matches one of them."""
        modules: Iterable[bytes] = self._by_module
        if len(self) >= _MANY_QUERIES:
            modules = self._by_module.keys() & {*_WORD.findall(data)} | self._unusual_modules
        for module in modules:
            if module in data and any(query.matches(data, path) for query in self._by_module[module]):
                return True
        return any(path.startswith(query.folder) and query.matches(data, path) for query in self._in_folders)
