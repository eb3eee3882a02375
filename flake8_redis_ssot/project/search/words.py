"""Whether a file contains one of many words."""

from __future__ import annotations

import re
from functools import cached_property

from flake8_redis_ssot.project.contents import compile_word

_SINGLE_WORD = re.compile(rb"\w+")
# What precedes the name of a member: a dot, or in a string, its start, the end of a replacement field or a colon.
_MEMBER_PREFIXES = (b".", b'"', b"'", b"}", b":")
_MEMBER = re.compile(rb"(?:[\"'}:]|\.[\s\\]*)(\w+)")
_GAP = b" \t\r\n\\"
_MAX_GAP = 200  # bytes between a dot and a name
_MANY_NAMES = 20  # of which searching for each one takes longer than reading all words of a file


def has_word(word: bytes, data: bytes) -> bool:
    """Whether some bytes contain a word that is not part of a longer one; other than ASCII letters may be either."""
    return compile_word(word).search(data) is not None


class Names(tuple[bytes, ...]):
    """Names to search for, in order, each a word."""

    @cached_property
    def as_set(self) -> frozenset[bytes]:
        """The same without an order."""
        return frozenset(self)

    @cached_property
    def _has_single_words(self) -> bool:
        return all(map(_SINGLE_WORD.fullmatch, self))

    def is_any_in(self, data: bytes) -> bool:
        """Whether some bytes contain one of the names as a word."""
        if len(self) >= _MANY_NAMES and self._has_single_words:
            return not self.as_set.isdisjoint(match[0] for match in _SINGLE_WORD.finditer(data))
        return any(name in data and has_word(name, data) for name in self)

    def is_any_member_in(self, data: bytes) -> bool:
        """Whether some bytes contain one of the names as that of a member, or in a string."""
        if len(self) >= _MANY_NAMES and self._has_single_words:
            return not self.as_set.isdisjoint(_MEMBER.findall(data))
        spans = (match.start() for name in self if name in data for match in compile_word(name).finditer(data))
        return any(_is_member(data, start) for start in spans)


def _is_member(data: bytes, start: int) -> bool:
    """Whether the word at an offset is the name of a member, or in a string."""
    before = data[start - 1 : start]
    if before in _MEMBER_PREFIXES:
        return True
    return before in _GAP and data[max(start - _MAX_GAP, 0) : start].rstrip(_GAP).endswith(b".")
