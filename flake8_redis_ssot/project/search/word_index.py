"""Which files of the repository contain a word: those of the project, and all other text files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial

from flake8_redis_ssot.files.processes import map_chunks
from flake8_redis_ssot.files.text_files import find_text_files, read_text
from flake8_redis_ssot.project.contents import ProjectContents, compile_word
from flake8_redis_ssot.project.vocabulary import split_words

_CHUNK_SIZE = 200
_MANY_WORDS = 20  # to search a text for so many takes as long as dividing it into words
# What loads modules whose names are computed.
LOADERS = (
    b"import_module",
    b"__import__",
    b"exec_module",
    b"load_module",
    b"run_module",
    b"run_path",
    b"execfile(",
    b"modules.items(",
    b"modules.values(",
)
LOADER_WORD = "<loader>"


class WordIndex:
    """The files that contain words: of the project (`contents`), and the other text files below `root`.

    `add` searches all files: best once, for every expected word. Other words are searched for when they are asked for.
    """

    def __init__(self, contents: ProjectContents, root: str, jobs: int) -> None:
        self.contents = contents
        self.root = root
        self.jobs = jobs
        self.words: set[str] = set()
        self._paths_by_word: dict[str, set[str]] = {}

    @cached_property
    def _other_files(self) -> frozenset[str]:
        return frozenset(find_text_files(self.root)).difference(self.contents.files)

    @property
    def project_files(self) -> frozenset[str]:
        """The files of the project that contain any of the words."""
        return frozenset().union(*self._paths_by_word.values()) - self._other_files if self.words else frozenset()

    @cached_property
    def _other_code(self) -> Mapping[str, bytes]:
        """The Python files that are no part of the project, because they are excluded or ignored."""
        return {path: read_text(path) for path in sorted(self._other_files) if path.endswith((".py", ".pyw"))}

    def find_other_code(self, pattern: bytes, literal: bytes = b"") -> tuple[str, ...]:
        """The Python files outside the project whose bytes match a regular expression, in order.

        Whatever matches contains the literal: others are not searched.
        """
        search = re.compile(pattern).search
        return tuple(path for path, data in self._other_code.items() if literal in data and search(data))

    def find_other_code_with(self, words: Iterable[str]) -> tuple[str, ...]:
        """The Python files outside the project that contain one of some words, in order."""
        literals = sorted(word.encode() for word in words)
        search = re.compile(rb"\b(?:" + b"|".join(map(re.escape, literals)) + rb")\b").search
        return tuple(
            path
            for path, data in self._other_code.items()
            if any(literal in data for literal in literals) and search(data)
        )

    def is_other_code(self, path: str) -> bool:
        """Whether a file is a Python file outside the project, whose names can't be resolved."""
        return path in self._other_code

    def add(self, words: Iterable[str]) -> None:
        """Search all files for the words that have no answer yet."""
        new_words = sorted({*words} - self.words)
        if new_words:
            self.words.update(new_words)
            self._search(self.contents.files, new_words, self.contents.current_bytes)
            self._search(sorted(self._other_files), new_words, read_text)

    def _search(self, paths: Sequence[str], words: Sequence[str], read_bytes: Callable[[str], bytes]) -> None:
        find_words = partial(
            _find_words,
            words=frozenset(word.encode() for word in words if word != LOADER_WORD),
            with_loaders=LOADER_WORD in words,
            read_bytes=read_bytes,
        )
        for path, found in map_chunks(find_words, paths, _CHUNK_SIZE, self.jobs):
            for word in found:
                self._paths_by_word.setdefault(word, set()).add(path)

    def update_files(self, paths: Iterable[str]) -> None:
        """Search files of the project again that have changed."""
        changed = sorted(paths)
        for known_paths in self._paths_by_word.values():
            known_paths.difference_update(changed)
        if self.words:
            self._search(changed, sorted(self.words), self.contents.current_bytes)

    def find_project_files(self, word: str) -> tuple[str, ...]:
        """The files of the project that contain a word, in order."""
        self.add([word])
        return tuple(sorted(self._paths_by_word.get(word, set()) - self._other_files))

    def find_other_files(self, word: str) -> tuple[str, ...]:
        """The other text files that contain a word, in order."""
        self.add([word])
        return tuple(sorted(self._paths_by_word.get(word, set()) & self._other_files))


def _find_words(
    paths: Sequence[str], words: frozenset[bytes], with_loaders: bool, read_bytes: Callable[[str], bytes]
) -> list[tuple[str, set[str]]]:
    words_by_path = []
    for path in paths:
        with suppress(OSError):
            data = read_bytes(path)
            found = {word.decode() for word in _words_in(data, words)}
            if with_loaders and any(loader in data for loader in LOADERS):
                found.add(LOADER_WORD)
            if found:
                words_by_path.append((path, found))
    return words_by_path


def _words_in(data: bytes, words: frozenset[bytes]) -> Iterator[bytes]:
    """Those of some words that are in some bytes: looked for one by one, or among all words if there are many."""
    if len(words) > _MANY_WORDS:
        yield from words.intersection(split_words(data))
        words = frozenset(word for word in words if not word.isascii())  # which `split_words` divides
    yield from (word for word in words if word in data and compile_word(word).search(data))
