"""The bytes and trees of a project's files, as they are on disk or replaced in memory."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.syntax.source import decode, parse_decoded, parse_decoded_partially


class ProjectContents:
    """The files of a project (absolute paths, sorted); `overlay` maps some of them to other bytes than those on disk.

    `consulted_paths` are the files that `read_bytes` was asked for. `read_file` reads what is not in the overlay. All
    methods take absolute paths.
    """

    def __init__(
        self, files: Iterable[str], overlay: Mapping[str, bytes], read_file: Callable[[str], bytes] = read
    ) -> None:
        self.overlay = dict(overlay)
        self.files = sorted({*files, *self.overlay})
        self.consulted_paths: set[str] = set()
        self._read_file = read_file
        self._trees: dict[str, ast.Module] = {}
        self._matches: dict[bytes, tuple[str, ...]] = {}

    @property
    def files_on_disk(self) -> list[str]:
        """The files that are not in the overlay, in order."""
        return [path for path in self.files if path not in self.overlay]

    def update(self, contents: Mapping[str, bytes]) -> None:
        """Replace the bytes of some files."""
        self.overlay |= contents
        for path in contents:
            self._trees.pop(path, None)
        for pattern, matches in self._matches.items():
            new_matches = self._matching(pattern, (), contents)
            self._matches[pattern] = tuple(sorted({*(each for each in matches if each not in contents), *new_matches}))

    def current_bytes(self, path: str) -> bytes:
        """The bytes of a file, without recording that it was consulted. Raises OSError."""
        return self.overlay[path] if path in self.overlay else self._read_file(path)

    def read_bytes(self, path: str) -> bytes:
        """The bytes of a file. Raises OSError."""
        self.consulted_paths.add(path)
        return self.current_bytes(path)

    def tree(self, path: str) -> ast.Module:
        """The tree of a file. Raises OSError."""
        if path not in self._trees:
            self._trees[path] = parse_decoded(decode(self.read_bytes(path))).tree
        return self._trees[path]

    def load_outline(self, path: str) -> ast.Module | None:
        """The tree of a file in which function bodies may be empty; None if it can't be read."""
        try:
            decoded = decode(self.current_bytes(path))
        except OSError:
            return None
        return (parse_decoded_partially(decoded, lambda first, last: False) or parse_decoded(decoded)).tree

    @property
    def patterns(self) -> frozenset[bytes]:
        """The regular expressions that were searched for."""
        return frozenset(self._matches)

    def find_matching(self, pattern: bytes, words: Sequence[bytes] = ()) -> tuple[str, ...]:
        """All files whose bytes match a regular expression, in order; each expression is searched for once.

        Every match contains one of `words`, if any are given: looking for these is faster.
        """
        if pattern not in self._matches:
            is_narrow = len(words) == 1 and re.escape(words[0]) != pattern
            paths = self.find_matching(re.escape(words[0])) if is_narrow else self.files
            self._matches[pattern] = tuple(self._matching(pattern, words, paths))
        return self._matches[pattern]

    def _matching(self, pattern: bytes, words: Sequence[bytes], paths: Iterable[str]) -> Iterator[str]:
        search = re.compile(pattern).search
        for path in paths:
            with suppress(OSError):  # an unreadable file can't match
                data = self.current_bytes(path)
                if (not words or any(word in data for word in words)) and search(data):
                    yield path

    def find_with_words(self, words: Collection[str]) -> tuple[str, ...]:
        """All files whose bytes contain one of some words, in order."""
        return self.find_matching(word_pattern(words).pattern, [word.encode() for word in words])


def word_pattern(words: Iterable[str]) -> re.Pattern[bytes]:
    """The pattern of any of some words."""
    return re.compile(rb"\b(?:" + b"|".join(re.escape(word.encode()) for word in sorted(words)) + rb")\b")
