"""Dotted-name patterns, and the words that a file must hold to be worth parsing."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import NamedTuple

# Parts of dotted names and origins: whatever their separators do not hold.
_PART = re.compile(r"[^.:|*@#]+")


@functools.cache
def dotted_pattern(pattern: str) -> re.Pattern[str]:
    """A regular expression for a dotted-name pattern: `*` is one part or some of it, `**` any parts or none."""
    parts = [r"(?:[^.]+\.)*" if part == "**" else _part(part) + r"\." for part in pattern.split(".")]
    return re.compile("".join(parts).removesuffix(r"\.") + r"\Z")


def _part(part: str) -> str:
    return "[^.]+" if part == "*" else re.escape(part).replace(r"\*", "[^.]*")


def is_glob(pattern: str) -> bool:
    """Whether a dotted name holds a wildcard."""
    return "*" in pattern


class Words(NamedTuple):
    """The last parts of the guarded names. `exact` are whole identifiers, `globs` are patterns for one."""

    exact: frozenset[str]
    globs: tuple[str, ...] = ()

    @classmethod
    def of(cls, patterns: Iterable[str]) -> Words:
        """The words of dotted names and patterns: of each the last part that has a letter in it."""
        parts = {_last_literal(pattern) for pattern in patterns}
        globs = sorted(part for part in parts if is_glob(part))
        return cls(frozenset(part for part in parts if part not in globs), tuple(globs))

    def plus(self, names: Iterable[str]) -> Words:
        """These words and more."""
        return Words(self.exact | frozenset(names), self.globs)

    def hits(self, dotted: str) -> bool:
        """Whether a part of an origin or dotted name is one of the words."""
        parts = _PART.findall(dotted)
        return not self.exact.isdisjoint(parts) or (bool(self.globs) and any(map(self.has, parts)))

    def has(self, name: str) -> bool:
        """Whether one identifier is one of the words."""
        return name in self.exact or (bool(self.globs) and any(dotted_pattern(glob).match(name) for glob in self.globs))

    def is_in(self, name: str) -> bool:
        """Whether an identifier has one of the words in it, as `StubManager` has `Manager`."""
        return any(word in name for word in self.exact)

    @property
    def needles(self) -> tuple[bytes, ...]:
        """The fewest byte strings of which a file holds one if it holds any of the words."""
        return _needles(self)


@functools.cache
def _needles(words: Words) -> tuple[bytes, ...]:
    literals = set(words.exact) | {max(glob.split("*"), key=len) for glob in words.globs}
    kept = {word for word in literals if not any(other != word and other in word for other in literals)}
    return tuple(word.encode() for word in sorted(kept))


def _last_literal(pattern: str) -> str:
    return next(part for part in reversed(pattern.split(".")) if re.search(r"\w", part))
