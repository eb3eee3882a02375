"""What a file must hold to be worth parsing: byte strings, looked for before anything else is done."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from flake8_redis_ssot.semantic.method_profile import Profile, resembles_any
from flake8_redis_ssot.semantic.name_patterns import Words
from flake8_redis_ssot.syntax.notebooks import ENDING

# What can follow a module's name: an import from it, the end of a text, of a line in an import list, an alias.
_IMPORTED = re.compile(rb"\s+import\b|[\"']")
_LISTED = re.compile(rb"\s*(?:,|as\b|[\r\n]|\Z)")
_PASSED_ON = re.compile(rb"\s+as\b|\s+import\s*\(?\s*\*")
_ATTRIBUTE = re.compile(rb"\s*\.\s*(\w+)")
_IN_WORD = re.compile(rb"\w")
_RELATIVE_STAR = re.compile(rb"\.\s+import\s*\*")
# What JSON may write any character as; control characters can be no part of a word.
_ESCAPED = re.compile(rb"\\u(?!00[01])")


class Hunt(NamedTuple):
    """Names that matter only in the company of the module that offers them.

    A file that holds one of `names` is worth a look where `module` (a word) stands in it in one of the ways in
    which code imports or reaches a module, or below `folder` (empty: nowhere), where the module can be named by
    dots alone. With `passes`, so is a file without a name that passes the whole module on, by a star or an alias.
    """

    module: bytes
    folder: str
    passes: bool
    names: tuple[bytes, ...]

    def wants(self, data: bytes, path: str) -> bool:
        """Whether a file is worth a look."""
        inside = bool(self.folder) and path.startswith(self.folder)
        if not inside and self.module not in data:
            return False
        named = any(name in data for name in self.names)
        if named and (inside or any(self._is_reached(*place) for place in self._mentions(data))):
            return True
        return self.passes and self._is_passed_on(data, inside)

    def _mentions(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """What stands before the module's name on its line, and some of what follows it."""
        place = data.find(self.module)
        while place >= 0:
            end = place + len(self.module)
            if not (place and _IN_WORD.match(data, place - 1)) and not _IN_WORD.match(data, end):
                line = max(data.rfind(b"\n", 0, place), data.rfind(b"\r", 0, place)) + 1
                yield data[line:place], data[end : end + 80]
            place = data.find(self.module, end)

    def _is_reached(self, before: bytes, after: bytes) -> bool:
        left = before.rstrip()
        if left.endswith((b".", b'"', b"'")) or b"import" in before or _IMPORTED.match(after):
            return True
        attribute = _ATTRIBUTE.match(after)
        return attribute[1] in self.names if attribute else not left and _LISTED.match(after) is not None

    def _is_passed_on(self, data: bytes, inside: bool) -> bool:
        if any(_PASSED_ON.match(after) for _, after in self._mentions(data)):
            return True
        return inside and _RELATIVE_STAR.search(data) is not None

    def literals(self) -> tuple[bytes, ...]:
        """Byte strings of which every file that is worth a look holds one."""
        if not self.passes:
            return self.names
        return (self.module, *self.names, b"import *") if self.folder else (self.module,)


class Stem(NamedTuple):
    """A byte string that some words share, and an expression for any of these words from there on."""

    literal: bytes
    words: re.Pattern[bytes]


class Search(NamedTuple):
    """What to look for: any of `needles`, of `hunts`, or a class that resembles one of `profiles`.

    `words` are those whose uses are recorded; with `suppressions`, codes of ours in comments are recorded as well.

    Every file that holds a needle or a hunt's names holds one of `stems` in one of the ways that go with it; most
    others hold none, and need no further questions.
    """

    needles: tuple[bytes, ...]
    hunts: tuple[Hunt, ...]
    words: Words
    roots: tuple[str, ...]
    stems: tuple[Stem, ...] | None = None
    profiles: tuple[Profile, ...] = ()
    suppressions: bool = False

    def wants(self, data: bytes, path: str) -> bool:
        """Whether a file's bytes hold anything that is looked for."""
        if self.stems is None:
            return self._wants(data, path) or self._wants_class(data)
        for stem, words in self.stems:
            if stem in data and words.search(data):
                return self._wants(data, path) or self._wants_class(data)
        return (path.endswith(ENDING) and self._wants(data, path)) or self._wants_class(data)

    def _wants_class(self, data: bytes) -> bool:
        # Only the search for the configured names looks for classes; later ones note those in what they read.
        return bool(self.needles) and resembles_any(self.profiles, data)

    def _wants(self, data: bytes, path: str) -> bool:
        if path.endswith(ENDING):
            escapes = b"\\u" in data and _ESCAPED.search(data)
            if not escapes and not any(literal in data for literal in self.literals()):
                return False
            data = code(data, path)
        for needle in self.needles:
            if needle in data:
                return True
        return any(hunt.wants(data, path) for hunt in self.hunts)

    def literals(self) -> set[bytes]:
        """Byte strings of which every file that is worth a look holds one."""
        return {*self.needles, *(literal for hunt in self.hunts for literal in hunt.literals())}


def code(data: bytes, path: str) -> bytes:
    """The bytes of a file's code: its own, or those of a notebook's code cells; all, where these can't be told."""
    if not path.endswith(ENDING):
        return data
    from flake8_redis_ssot.syntax.source import decode  # late: most projects have no notebook

    decoded = decode(data, path)
    return data if decoded.gaps else decoded.text.encode("utf-8", "surrogatepass")


_CANDIDATES = 12  # more of them cost more to compare than they can save


def stems(words: set[bytes], sample: Sequence[bytes]) -> tuple[Stem, ...]:
    """A few stems of which each word holds one: guarded names tend to be much alike.

    Of pieces that serve as many words, the one that is in the fewest files of `sample` is taken.
    """
    left, found = set(words), []
    while left:
        pieces = {word[start:end] for word in left for start, end in _pieces(len(word))}
        most = max(sum(piece in word for word in left) for piece in pieces)
        serving = sorted((piece for piece in pieces if sum(piece in word for word in left) == most), key=_longest_first)
        best = min(serving[:_CANDIDATES], key=lambda piece: (sum(piece in data for data in sample), -len(piece)))
        found.append(Stem(best, _from(best, left)))
        left = {word for word in left if best not in word}
    return tuple(found)


def _from(stem: bytes, words: Iterable[bytes]) -> re.Pattern[bytes]:
    ends = sorted({re.escape(word.partition(stem)[2]) for word in words if stem in word})
    return re.compile(re.escape(stem) + b"(?:" + b"|".join(ends) + b")")


def _longest_first(piece: bytes) -> tuple[int, bytes]:
    return -len(piece), piece


def _pieces(length: int) -> Iterator[tuple[int, int]]:
    """Every stretch that is long enough to be rare (4 bytes), and words that are shorter as a whole."""
    if length < 4:
        yield 0, length
    yield from ((start, end) for start in range(length - 3) for end in range(start + 4, length + 1))


class AttributeUse(NamedTuple):
    """An attribute as a text shows it.

    `row` is 1-based, `member` what is read of it (may be empty); `sets`: something is assigned there.
    """

    row: int
    member: str
    sets: bool


def attribute_uses(data: bytes, name: str) -> tuple[AttributeUse, ...]:
    """Every place in a text where `.name` stands, comments and strings included."""
    if name.encode() not in data:
        return ()
    found = []
    for match in re.finditer(rb"\.\s*" + name.encode() + rb"\b(?:\s*\.\s*(\w+))?(\s*=(?!=))?", data):
        row = len(re.findall(rb"\r\n|\r|\n", data[: match.start()])) + 1
        found.append(AttributeUse(row, (match[1] or b"").decode("utf-8", "replace"), bool(match[2])))
    return tuple(found)
