"""Dotted-name patterns, and the prefilter: the names that a file must contain to be worth parsing."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from flake8_redis_ssot.files.wildcards import STAR, AnyParts, compile_parts

# The first bytes, in UTF-8, of characters that Python reads as other letters or digits (fullwidth, mathematical,
# superscript, ligatures and such).
_COMPATIBLE_LETTER = re.compile(
    rb"\xc2[\xaa\xb2\xb3\xb9\xba]|\xc5\xbf|\xc7[\x84-\x8c\xb1-\xb3]|[\xca\xcb]|\xe1[\xb4-\xb6]"
    rb"|\xe2(?:\x81|\x82[\x80-\x9c]|\x84(?!\xa2|\xb9)|\x85|\x86[\x80-\x88]|\x91|\x92|\x93|\xb1)"
    rb"|\xef(?:\xac[\x80-\x86]|\xbc|\xbd)|\xf0\x9d[\x90-\x9f]|\xf0\x9f[\x84\x85\xaf]"
)
_ASCII = bytes(range(128))
# The parts of dotted names and origins, between separators.
_PART_PATTERN = re.compile(r"[^.:|*@#]+")


def has_compatible_letter(data: bytes) -> bool:
    """Whether some bytes may contain a character that Python reads as another letter or digit."""
    # Of most files, few bytes are left to search.
    return not data.isascii() and _COMPATIBLE_LETTER.search(data.translate(None, _ASCII)) is not None


def normalise_identifiers(text: str) -> str:
    """A text with identifiers as Python reads them (NFKC, PEP 3131); its rows stay, its columns need not."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


@functools.cache
def dotted_pattern(pattern: str) -> re.Pattern[str]:
    """A regular expression for a dotted-name pattern: `*` matches (some of) one part, `**` any number of parts."""
    parts = [AnyParts() if part == "**" else _split_part(part) for part in pattern.split(".")]
    return re.compile(f"(?:{compile_parts(parts, '.')})\\Z")


def _split_part(part: str) -> tuple[str, ...]:
    if part == "*":
        return "[^.]", STAR
    return tuple(STAR if piece == "*" else re.escape(piece) for piece in re.split(r"(\*)", part) if piece)


def is_glob(pattern: str) -> bool:
    """Whether a dotted name contains a wildcard."""
    return "*" in pattern


class NamePatterns(NamedTuple):
    """The last parts of the guarded names: `exact` are identifiers, `globs` are patterns of one identifier."""

    exact: frozenset[str]
    globs: tuple[str, ...] = ()

    @classmethod
    def from_patterns(cls, patterns: Iterable[str]) -> NamePatterns:
        """Take from each dotted name or pattern the last part that has a letter in it."""
        parts = {_last_literal(pattern) for pattern in patterns}
        globs = sorted(part for part in parts if is_glob(part))
        return cls(frozenset(part for part in parts if part not in globs), tuple(globs))

    def with_names(self, names: Iterable[str]) -> NamePatterns:
        """These patterns and more identifiers."""
        new_names = frozenset(names) - self.exact
        return NamePatterns(self.exact | new_names, self.globs) if new_names else self

    def matches_dotted(self, dotted: str) -> bool:
        """Whether a part of an origin or dotted name matches."""
        parts = _PART_PATTERN.findall(dotted)
        return not self.exact.isdisjoint(parts) or (bool(self.globs) and any(map(self.matches_name, parts)))

    def matches_name(self, name: str) -> bool:
        """Whether an identifier matches."""
        return name in self.exact or (bool(self.globs) and any(dotted_pattern(glob).match(name) for glob in self.globs))

    def is_contained_in(self, name: str) -> bool:
        """Whether an identifier contains one of the `exact` ones, as `StubManager` contains `Manager`."""
        return any(literal in name for literal in self.exact)

    @property
    def prefilter_literals(self) -> tuple[bytes, ...]:
        """The fewest byte strings of which every file with a match contains one."""
        return _prefilter_literals(self)


@functools.cache
def _prefilter_literals(patterns: NamePatterns) -> tuple[bytes, ...]:
    literals = set(patterns.exact) | {max(glob.split("*"), key=len) for glob in patterns.globs}
    minimal = {literal for literal in literals if not _contains_other(literal, literals)}
    return tuple(literal.encode() for literal in sorted(minimal))


def _contains_other(literal: str, literals: AbstractSet[str]) -> bool:
    """Whether another one of some texts is a part of a text: its parts are looked up, as there may be many texts."""
    if len(literals) < len(literal):
        return any(other != literal and other in literal for other in literals)
    parts = (literal[start:end] for start in range(len(literal) + 1) for end in range(start, len(literal) + 1))
    return any(part != literal and part in literals for part in parts)


def _last_literal(pattern: str) -> str:
    return next(part for part in reversed(pattern.split(".")) if re.search(r"\w", part))
