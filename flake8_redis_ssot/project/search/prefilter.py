"""What a file must hold to be worth parsing: byte strings, looked for before anything else is done."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from flake8_redis_ssot.semantic.method_profile import MethodProfile, matches_any_profile
from flake8_redis_ssot.semantic.name_patterns import NamePatterns
from flake8_redis_ssot.syntax.notebooks import NOTEBOOK_SUFFIX

# What can follow a module's name: an import from it, the end of a text, of a line in an import list, an alias.
_IMPORT_AFTER = re.compile(rb"\s+import\b|[\"']")
_LIST_ITEM_AFTER = re.compile(rb"\s*(?:,|as\b|[\r\n]|\Z)")
_REEXPORT_AFTER = re.compile(rb"\s+as\b|\s+import\s*\(?\s*\*")
_ATTRIBUTE_AFTER = re.compile(rb"\s*\.\s*(\w+)")
_WORD_CHARACTER = re.compile(rb"\w")
_RELATIVE_STAR_IMPORT = re.compile(rb"\.\s+import\s*\*")
# What JSON may write any character as; control characters can be no part of a word.
_JSON_ESCAPE = re.compile(rb"\\u(?!00[01])")


class ModuleQuery(NamedTuple):
    """Names that matter only in the company of the module that offers them.

    A file that holds one of `names` is worth a look where `module` (a word) stands in it in one of the ways in which
    code imports or reaches a module, or below `folder` (empty: nowhere), where the module can be named by dots alone.
    With `match_reexports`, so is a file without a name that passes the whole module on, by a star or an alias.
    """

    module: bytes
    folder: str
    match_reexports: bool
    names: tuple[bytes, ...]

    def matches(self, data: bytes, path: str) -> bool:
        """Whether a file is worth a look."""
        is_inside = bool(self.folder) and path.startswith(self.folder)
        if not is_inside and self.module not in data:
            return False
        has_name = any(name in data for name in self.names)
        if has_name and (
            is_inside or any(self._is_imported_or_accessed(*occurrence) for occurrence in self._occurrences(data))
        ):
            return True
        return self.match_reexports and self._is_reexported(data, is_inside)

    def _occurrences(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """What stands before the module's name on its line, and some of what follows it."""
        offset = data.find(self.module)
        while offset >= 0:
            end = offset + len(self.module)
            if not (offset and _WORD_CHARACTER.match(data, offset - 1)) and not _WORD_CHARACTER.match(data, end):
                line_start = max(data.rfind(b"\n", 0, offset), data.rfind(b"\r", 0, offset)) + 1
                yield data[line_start:offset], data[end : end + 80]
            offset = data.find(self.module, end)

    def _is_imported_or_accessed(self, before: bytes, after: bytes) -> bool:
        prefix = before.rstrip()
        if prefix.endswith((b".", b'"', b"'")) or b"import" in before or _IMPORT_AFTER.match(after):
            return True
        attribute = _ATTRIBUTE_AFTER.match(after)
        return attribute[1] in self.names if attribute else not prefix and _LIST_ITEM_AFTER.match(after) is not None

    def _is_reexported(self, data: bytes, is_inside: bool) -> bool:
        if any(_REEXPORT_AFTER.match(after) for _, after in self._occurrences(data)):
            return True
        return is_inside and _RELATIVE_STAR_IMPORT.search(data) is not None

    def literals(self) -> tuple[bytes, ...]:
        """Byte strings of which every file that is worth a look holds one."""
        if not self.match_reexports:
            return self.names
        return (self.module, *self.names, b"import *") if self.folder else (self.module,)


class LiteralPrefix(NamedTuple):
    """A byte string that some words share, and an expression for any of these words from there on."""

    literal: bytes
    pattern: re.Pattern[bytes]


class Search(NamedTuple):
    """What to look for: any of `needles`, of `module_queries`, or a class that resembles one of `profiles`.

    `patterns` are those whose uses are recorded; with `suppressions`, codes of ours in comments are recorded as well.

    Every file that holds a needle or a hunt's names holds one of `literal_prefixes` in one of the ways that go with it;
    most others hold none, and need no further questions.
    """

    needles: tuple[bytes, ...]
    module_queries: tuple[ModuleQuery, ...]
    patterns: NamePatterns
    roots: tuple[str, ...]
    literal_prefixes: tuple[LiteralPrefix, ...] | None = None
    profiles: tuple[MethodProfile, ...] = ()
    suppressions: bool = False

    def matches(self, data: bytes, path: str) -> bool:
        """Whether a file's bytes hold anything that is looked for."""
        if self.literal_prefixes is None:
            return self._matches_names(data, path) or self._matches_class(data)
        for literal_prefix, pattern in self.literal_prefixes:
            if literal_prefix in data and pattern.search(data):
                return self._matches_names(data, path) or self._matches_class(data)
        return (path.endswith(NOTEBOOK_SUFFIX) and self._matches_names(data, path)) or self._matches_class(data)

    def _matches_class(self, data: bytes) -> bool:
        # Only the search for the configured names looks for classes; later ones note those in what they read.
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
        return any(query.matches(data, path) for query in self.module_queries)

    def literals(self) -> set[bytes]:
        """Byte strings of which every file that is worth a look holds one."""
        return {*self.needles, *(literal for query in self.module_queries for literal in query.literals())}


def code_bytes(data: bytes, path: str) -> bytes:
    """The bytes of a file's code: its own, or those of a notebook's code cells; all, where these can't be told."""
    if not path.endswith(NOTEBOOK_SUFFIX):
        return data
    from flake8_redis_ssot.syntax.source import decode  # late: most projects have no notebook

    decoded = decode(data, path)
    return data if decoded.unanalysed_ranges else decoded.text.encode("utf-8", "surrogatepass")


_MAX_PIECES = 12  # more of them cost more to compare than they can save


def choose_literal_prefixes(literals: set[bytes], sample: Sequence[bytes]) -> tuple[LiteralPrefix, ...]:
    """A few stems of which each word holds one: guarded names tend to be much alike.

    Of pieces that serve as many words, the one that is in the fewest files of `sample` is taken.
    """
    remaining, prefixes = set(literals), []
    while remaining:
        pieces = {literal[start:end] for literal in remaining for start, end in _piece_bounds(len(literal))}
        max_count = max(sum(piece in literal for literal in remaining) for piece in pieces)
        best_pieces = sorted(
            (piece for piece in pieces if sum(piece in literal for literal in remaining) == max_count), key=_length_key
        )
        best = min(best_pieces[:_MAX_PIECES], key=lambda piece: (sum(piece in data for data in sample), -len(piece)))
        prefixes.append(LiteralPrefix(best, _continuation_pattern(best, remaining)))
        remaining = {literal for literal in remaining if best not in literal}
    return tuple(prefixes)


def _continuation_pattern(literal: bytes, literals: Iterable[bytes]) -> re.Pattern[bytes]:
    endings = sorted({re.escape(each.partition(literal)[2]) for each in literals if literal in each})
    return re.compile(re.escape(literal) + b"(?:" + b"|".join(endings) + b")")


def _length_key(piece: bytes) -> tuple[int, bytes]:
    return -len(piece), piece


def _piece_bounds(length: int) -> Iterator[tuple[int, int]]:
    """Every stretch that is long enough to be rare (4 bytes), and words that are shorter as a whole."""
    if length < 4:
        yield 0, length
    yield from ((start, end) for start in range(length - 3) for end in range(start + 4, length + 1))


class AttributeUse(NamedTuple):
    """An attribute as a text shows it.

    `row` is 1-based, `member` what is read of it (may be empty); `is_write`: something is assigned there.
    """

    row: int
    member: str
    is_write: bool


def find_attribute_uses(data: bytes, name: str) -> tuple[AttributeUse, ...]:
    """Every place in a text where `.name` stands, comments and strings included."""
    if name.encode() not in data:
        return ()
    uses = []
    for match in re.finditer(rb"\.\s*" + name.encode() + rb"\b(?:\s*\.\s*(\w+))?(\s*=(?!=))?", data):
        row = len(re.findall(rb"\r\n|\r|\n", data[: match.start()])) + 1
        uses.append(AttributeUse(row, (match[1] or b"").decode("utf-8", "replace"), bool(match[2])))
    return tuple(uses)
