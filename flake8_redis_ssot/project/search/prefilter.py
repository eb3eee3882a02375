"""The prefilter: byte strings that a file must contain to be parsed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence, Set
from itertools import chain
from typing import NamedTuple

from flake8_redis_ssot.project.search.module_query import ModuleQueries
from flake8_redis_ssot.project.search.package_query import PackageQuery
from flake8_redis_ssot.project.search.words import Names
from flake8_redis_ssot.semantic.method_profile import MethodProfile, matches_any_profile
from flake8_redis_ssot.semantic.name_patterns import NamePatterns, has_compatible_letter, normalise_identifiers
from flake8_redis_ssot.syntax.notebooks import NOTEBOOK_SUFFIX

# An escaped character in JSON; control characters can't be part of a word.
_JSON_ESCAPE = re.compile(rb"\\u(?!00[01])")


class LiteralPrefix(NamedTuple):
    """A byte string that some literals contain, and a pattern for it and the rest of any of these literals."""

    literal: bytes
    pattern: re.Pattern[bytes]


class Search(NamedTuple):
    """A search for files: by `needles`, by queries or by classes that resemble one of `profiles`.

    Facts are recorded for `patterns` and, with `suppressions`, for comments that name our codes.

    Every file that contains a needle or a literal of a query matches one of `literal_prefixes`; most other files match
    none, and need no further checks.
    """

    needles: tuple[bytes, ...]
    module_queries: ModuleQueries
    patterns: NamePatterns
    roots: tuple[str, ...]
    literal_prefixes: tuple[LiteralPrefix, ...] | None = None
    profiles: tuple[MethodProfile, ...] = ()
    suppressions: bool = False
    package_queries: tuple[PackageQuery, ...] = ()

    def matches(self, data: bytes, path: str) -> bool:
        """Whether a file with the bytes `data` matches."""
        return self._matches_as_written(data, path) or (
            has_compatible_letter(data)
            and self._matches_as_written(normalise_identifiers(data.decode("utf-8", "replace")).encode(), path)
        )

    def _matches_as_written(self, data: bytes, path: str) -> bool:
        if self.literal_prefixes is None:
            return self._matches_names(data, path) or self._matches_class(data)
        for literal_prefix, pattern in self.literal_prefixes:
            if literal_prefix in data and pattern.search(data):
                return self._matches_names(data, path) or self._matches_class(data)
        return (path.endswith(NOTEBOOK_SUFFIX) and self._matches_names(data, path)) or self._matches_class(data)

    def _matches_class(self, data: bytes) -> bool:
        # Only the search for the configured names finds classes; later ones record those in the files that they match.
        return bool(self.needles) and matches_any_profile(self.profiles, data)

    def _matches_names(self, data: bytes, path: str) -> bool:
        if path.endswith(NOTEBOOK_SUFFIX):
            has_escapes = b"\\u" in data and _JSON_ESCAPE.search(data)
            if not has_escapes and not any(literal in data for literal in self.literals()):
                return False
            data = code_bytes(data, path)
        for needle in self.needles:
            if needle in data:
                return True
        return self.module_queries.is_any_matching(data, path) or any(
            query.matches(data) for query in self.package_queries
        )

    def without_names(self, known: Set[str]) -> Search | None:
        """The search in files whose facts have some names already; None if they can have nothing new."""
        if not known:
            return self
        encoded = {name.encode() for name in known}
        rest = [(query, [name for name in query.names if name not in encoded]) for query in self.module_queries]
        queries = [query._replace(names=Names(names), match_reexports=False) for query, names in rest if names]
        return self._replace(needles=(), module_queries=ModuleQueries(queries), package_queries=()) if queries else None

    def literals(self) -> set[bytes]:
        """Byte strings of which every file contains one that matches by its names."""
        by_module = (literal for query in self.module_queries for literal in query.literals())
        by_package = (literal for query in self.package_queries for literal in query.literals())
        return {*self.needles, *by_module, *by_package}


def code_bytes(data: bytes, path: str) -> bytes:
    """The bytes of a file's code: of a notebook, those of its code cells, or all if they can't be extracted."""
    if not path.endswith(NOTEBOOK_SUFFIX):
        return data
    from flake8_redis_ssot.syntax.source import decode  # late: most projects have no notebook

    decoded = decode(data, path)
    return data if decoded.unanalysed_ranges else decoded.text.encode("utf-8", "surrogatepass")


_MAX_PIECES = 12  # comparing more costs more than it saves
_MAX_ENDINGS = 1000  # trying more at each occurrence costs more than it saves
_MAX_COMPARED = 30  # literals of which all pieces are compared


def choose_literal_prefixes(literals: set[bytes], sample: Sequence[bytes]) -> tuple[LiteralPrefix, ...]:
    """A few prefixes such that each literal contains one, as guarded names tend to be similar.

    Of pieces that are in the same number of literals, the one in the fewest files of `sample` is chosen.
    """
    if len(literals) > _MAX_COMPARED:
        return _group_literals(literals)
    remaining, prefixes = set(literals), []
    while remaining:
        pieces = {literal[start:end] for literal in remaining for start, end in _piece_bounds(len(literal))}
        counts = {piece: sum(piece in literal for literal in remaining) for piece in pieces}
        max_count = max(counts.values())
        best_pieces = sorted((piece for piece in pieces if counts[piece] == max_count), key=_length_key)
        best = min(best_pieces[:_MAX_PIECES], key=lambda piece: (sum(piece in data for data in sample), -len(piece)))
        prefixes.append(LiteralPrefix(best, _continuation_pattern(best, remaining)))
        remaining = {literal for literal in remaining if best not in literal}
    return tuple(prefixes)


def _group_literals(literals: Set[bytes]) -> tuple[LiteralPrefix, ...]:
    """Prefixes of many literals, in linear time: of each literal, the 4 bytes that most of the others have as well."""
    pieces = {
        literal: {literal[start : start + 4] for start in range(max(len(literal) - 3, 1))} for literal in literals
    }
    counts = Counter(chain.from_iterable(pieces.values()))
    groups: dict[bytes, list[bytes]] = {}
    for literal in pieces:
        groups.setdefault(max(pieces[literal], key=lambda piece: (counts[piece], piece)), []).append(literal)
    return tuple(LiteralPrefix(piece, _continuation_pattern(piece, group)) for piece, group in groups.items())


def _continuation_pattern(literal: bytes, literals: Collection[bytes]) -> re.Pattern[bytes]:
    if len(literals) > _MAX_ENDINGS:
        return re.compile(re.escape(literal))
    endings = sorted({re.escape(each.partition(literal)[2]) for each in literals if literal in each})
    return re.compile(re.escape(literal) + b"(?:" + b"|".join(endings) + b")")


def _length_key(piece: bytes) -> tuple[int, bytes]:
    return -len(piece), piece


def _piece_bounds(length: int) -> Iterator[tuple[int, int]]:
    """Start and end of every piece that is long enough to be rare (4 bytes); a shorter literal is one piece."""
    if length < 4:
        yield 0, length
    yield from ((start, end) for start in range(length - 3) for end in range(start + 4, length + 1))


# What stands before a part of a path in an import statement.
_IMPORT_PATH = re.compile(rb"[ \t]*(?:from|import)[ \t]+[\w., \t]*\Z")


class AttributeUse(NamedTuple):
    """An occurrence of an attribute in a text.

    `row` is 1-based, `member` the attribute read from it (may be empty); `is_write`: it is assigned to.
    """

    row: int
    member: str
    is_write: bool


def find_attribute_uses(data: bytes, name: str) -> tuple[AttributeUse, ...]:
    """Every occurrence of `.name` in a text, including comments and strings, but not in the paths of imports."""
    if name.encode() not in data:
        return ()
    uses = []
    for match in re.finditer(rb"\.\s*" + name.encode() + rb"\b(?:\s*\.\s*(\w+))?(\s*=(?!=))?", data):
        line_start = max(data.rfind(b"\n", 0, match.start()), data.rfind(b"\r", 0, match.start())) + 1
        if _IMPORT_PATH.match(data, line_start, match.start()):
            continue
        row = len(re.findall(rb"\r\n|\r|\n", data[: match.start()])) + 1
        uses.append(AttributeUse(row, (match[1] or b"").decode("utf-8", "replace"), bool(match[2])))
    return tuple(uses)
