"""The bytes and trees of a project's files, as they are on disk or replaced in memory."""

from __future__ import annotations

import ast
import codecs
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache

from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.project.vocabulary import Vocabulary, split_words
from flake8_redis_ssot.syntax.source import decode, parse_decoded, parse_decoded_partially

# Reading the words of all files takes as long as searching these for so many texts.
_VOCABULARY_COST = 40
# More than the Python files of the largest repositories.
_MAX_KEPT_BYTES = 512 * 1024 * 1024


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
        self._unsearched_paths: dict[bytes, set[str]] = {}  # by pattern: those of its matches may be out of date
        self._lazy_patterns: frozenset[bytes] = frozenset()
        self._paths_by_literal: dict[bytes, tuple[str, ...]] = {}
        self._kept_bytes: dict[str, bytes] | None = None
        self._kept_size = 0  # bytes
        self._searched_texts = 0
        self._vocabulary: Vocabulary | None = None

    @property
    def files_on_disk(self) -> list[str]:
        """The files that are not in the overlay, in order."""
        return [path for path in self.files if path not in self.overlay]

    def update(self, contents: Mapping[str, bytes]) -> None:
        """Replace the bytes of some files."""
        self.overlay |= contents
        self._paths_by_literal.clear()
        if self._vocabulary is not None:
            self._vocabulary.update(contents)
        for path in contents:
            self._trees.pop(path, None)
        for pattern in self._matches:
            self._unsearched_paths.setdefault(pattern, set()).update(contents)

    def current_bytes(self, path: str) -> bytes:
        """The bytes of a file, without recording that it was consulted. Raises OSError."""
        if path in self.overlay:
            return self.overlay[path]
        if self._kept_bytes is None:
            return self._read_file(path)
        if path not in self._kept_bytes:
            data = self._read_file(path)
            if self._kept_size > _MAX_KEPT_BYTES:
                return data
            self._kept_bytes[path] = data
            self._kept_size += len(data)
        return self._kept_bytes[path]

    @contextmanager
    def keep_bytes(self) -> Iterator[None]:
        """Keep the bytes that are read in the block, up to a limit: fixes search all files many times."""
        if self._kept_bytes is not None:
            yield
            return
        self._kept_bytes, self._kept_size = {}, 0
        try:
            yield
        finally:
            self._kept_bytes = self._vocabulary = None
            self._paths_by_literal.clear()

    def read_bytes(self, path: str) -> bytes:
        """The bytes of a file. Raises OSError."""
        self.consulted_paths.add(path)
        return self.current_bytes(path)

    def tree(self, path: str) -> ast.Module:
        """The tree of a file. Raises OSError."""
        if path not in self._trees:
            self._trees[path] = parse_decoded(decode(self.read_bytes(path), path)).tree
        return self._trees[path]

    def load_outline(self, path: str) -> ast.Module | None:
        """The tree of a file in which function bodies may be empty; None if it can't be read."""
        try:
            decoded = decode(self.current_bytes(path), path)
        except OSError:
            return None
        return (parse_decoded_partially(decoded, lambda first, last: False) or parse_decoded(decoded)).tree

    @property
    def patterns(self) -> frozenset[bytes]:
        """The regular expressions that were searched for."""
        return self._lazy_patterns.union(self._matches)

    def find_matching(self, pattern: bytes, words: Sequence[bytes] = ()) -> tuple[str, ...]:
        """All files whose bytes match a regular expression, in order; each expression is searched for once.

        Every match contains one of `words`, if any are given: looking for these is faster.
        """
        if pattern not in self._matches:
            paths = self.find_literals(words) if words else self.files
            self._matches[pattern] = tuple(self._matching(pattern, paths))
        changed_paths = self._unsearched_paths.pop(pattern, None)
        if changed_paths is not None:
            kept = (path for path in self._matches[pattern] if path not in changed_paths)
            self._matches[pattern] = tuple(sorted({*kept, *self._matching(pattern, changed_paths)}))
        return self._matches[pattern]

    def _matching(self, pattern: bytes, paths: Iterable[str]) -> Iterator[str]:
        search = re.compile(pattern).search
        for path in paths:
            with suppress(OSError):  # an unreadable file can't match
                if search(break_lines(self.current_bytes(path))):
                    yield path

    def find_literals(self, literals: Collection[bytes]) -> list[str]:
        """All files whose bytes contain one of some texts, in order; much faster than a regular expression."""
        self._add_literals([each for each in dict.fromkeys(literals) if each not in self._paths_by_literal])
        return sorted({path for literal in literals for path in self._paths_by_literal[literal]})

    def _add_literals(self, literals: Sequence[bytes]) -> None:
        """Search all files for some texts: one file after the other for all of them, while its bytes are at hand."""
        vocabulary = self._prepare_vocabulary(len(literals))
        if vocabulary is not None:
            self._paths_by_literal |= {literal: tuple(vocabulary.find_text(literal)) for literal in literals}
            return
        paths: dict[bytes, list[str]] = {literal: [] for literal in literals}
        for path in self.files if literals else ():
            with suppress(OSError):  # an unreadable file can't match
                data = self.current_bytes(path)
                for literal, matches in paths.items():
                    if literal in data:
                        matches.append(path)
        self._paths_by_literal |= {literal: tuple(matches) for literal, matches in paths.items()}

    def _prepare_vocabulary(self, new_texts: int) -> Vocabulary | None:
        """The words of all files, once so many texts have been searched for that it is worth reading them."""
        self._searched_texts += new_texts
        if self._vocabulary is None and self._searched_texts > _VOCABULARY_COST and self._kept_bytes is not None:
            self._vocabulary = Vocabulary(self.files, self.current_bytes)
        return self._vocabulary

    def iter_matching(self, pattern: bytes, words: Sequence[bytes]) -> Iterator[str]:
        """The files of `find_matching`, searched one by one while they are asked for; not kept."""
        self.add_dependency(pattern)
        search = re.compile(pattern).search
        for path in self.files:
            with suppress(OSError):
                data = self.current_bytes(path)
                if any(word in data for word in words) and search(break_lines(data)):
                    yield path

    def add_dependency(self, pattern: bytes) -> None:
        """Record that results depend on which files match a regular expression."""
        self._lazy_patterns |= {pattern}

    def find_matching_any(self, patterns: Iterable[bytes]) -> tuple[str, ...]:
        """All files whose bytes match one of some regular expressions, in order.

        Several that begin with a text, such as those of `word_start`, are much faster than one with alternatives.
        """
        return tuple(sorted({path for pattern in patterns for path in self.find_matching(pattern)}))

    def find_with_words(self, words: Collection[str]) -> tuple[str, ...]:
        """All files whose bytes contain one of some words, in order."""
        words_by_pattern = {whole_word(word): word for word in map(str.encode, words)}
        new_words = {pattern: word for pattern, word in words_by_pattern.items() if pattern not in self._matches}
        for pattern, word in new_words.items():
            if self._vocabulary is not None and split_words(word) == [word]:
                self._matches[pattern] = tuple(sorted(self._vocabulary.find_word(word)))
        self.find_literals([word for pattern, word in new_words.items() if pattern not in self._matches])  # all at once
        found = (self.find_matching(pattern, [word]) for pattern, word in words_by_pattern.items())
        return tuple(sorted({path for paths in found for path in paths}))


# Python ends a line at it as well: https://docs.python.org/3/reference/lexical_analysis.html#physical-lines
_LONE_RETURN = re.compile(rb"\r(?!\n)")


def break_lines(data: bytes) -> bytes:
    """The bytes of a file without a byte order mark, and with a line feed in each line break.

    Regular expressions know no other, and begin the first line with the mark. No row changes.
    """
    data = data.removeprefix(codecs.BOM_UTF8)
    return _LONE_RETURN.sub(b"\n", data) if b"\r" in data else data


# In a longer line, an expression that looks at its rest from each of many places would take too long.
MAX_LINE = 4096  # bytes


def row_at(data: bytes, offset: int) -> int:
    """The row (1-based) of an offset (0-based) in the bytes of a file whose line breaks have line feeds."""
    return data.count(b"\n", 0, offset) + 1


def word_start(text: bytes) -> bytes:
    """A regular expression for a text at the start of a word; it begins with the text, so that searches are fast."""
    literal = re.escape(text)
    return literal + rb"(?<!\w" + literal + b")"


def whole_word(text: bytes) -> bytes:
    """A regular expression for a text that is no part of a longer word; ASCII letters only."""
    return word_start(text) + rb"(?!\w)"


@cache
def compile_word(text: bytes) -> re.Pattern[bytes]:
    """The compiled expression of `whole_word`."""
    return re.compile(whole_word(text))
