"""Which files contain a text, by the words of all files: each file is read once, however many texts are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cached_property

_WORD_BYTES = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
# Maps all bytes that are no part of a word to a blank.
_BLANK_OTHERS = bytes(byte if byte in _WORD_BYTES else ord(" ") for byte in range(256))


class Vocabulary:
    """The words of files (a word: ASCII letters, digits and underscores), as `read_bytes` returns them.

    Files that changed since are searched themselves. All methods return paths in no particular order.
    """

    def __init__(self, paths: Iterable[str], read_bytes: Callable[[str], bytes]) -> None:
        self._read_bytes = read_bytes
        self._changed_paths: set[str] = set()
        self._files = list(paths)
        self._paths_by_word: dict[bytes, str | list[str]] = {}  # most words are those of one file
        for path in self._files:
            with suppress(OSError):  # an unreadable file contains nothing
                self._add(path, set(split_words(read_bytes(path))))

    def _add(self, path: str, words: Iterable[bytes]) -> None:
        for word in words:
            known = self._paths_by_word.setdefault(word, path)
            if isinstance(known, list):
                known.append(path)
            elif known is not path:
                self._paths_by_word[word] = [known, path]

    def update(self, paths: Iterable[str]) -> None:
        """Some files have changed."""
        self._changed_paths.update(paths)

    def find_word(self, word: bytes) -> Iterator[str]:
        """The files that contain a word as a whole."""
        yield from (path for path in self._paths(word) if path not in self._changed_paths)
        yield from (path for path in self._changed_paths if word in split_words(self._bytes(path)))

    def find_text(self, text: bytes) -> Iterator[str]:
        """The files that contain a text, also as a part of words."""
        part = max(split_words(text), key=len, default=b"")
        found = {path for word in self._find_words(part) for path in self._paths(word)} if part else {*self._files}
        unchanged = found - self._changed_paths
        yield from unchanged if part == text else (path for path in unchanged if text in self._bytes(path))
        yield from (path for path in self._changed_paths if text in self._bytes(path))

    def _paths(self, word: bytes) -> Iterable[str]:
        paths = self._paths_by_word.get(word, ())
        return (paths,) if isinstance(paths, str) else paths

    def _bytes(self, path: str) -> bytes:
        try:
            return self._read_bytes(path)
        except OSError:
            return b""

    @cached_property
    def _joined_words(self) -> bytes:
        return b"\n".join([b"", *self._paths_by_word, b""])

    def _find_words(self, part: bytes) -> Iterator[bytes]:
        """The words that contain a text."""
        words = self._joined_words
        place = words.find(part)
        while place >= 0:
            end = words.index(b"\n", place)
            yield words[words.rindex(b"\n", 0, place) + 1 : end]
            place = words.find(part, end)


def split_words(data: bytes) -> list[bytes]:
    """The words in some bytes, in order."""
    return data.translate(_BLANK_OTHERS).split()
