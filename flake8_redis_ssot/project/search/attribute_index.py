"""Which files have the name of a module as an attribute, or as a string: found in one pass for all modules."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from flake8_redis_ssot.project.contents import MAX_LINE, ProjectContents, whole_word
from flake8_redis_ssot.project.modules import ModuleMap
from flake8_redis_ssot.project.search.file_index import FileIndex

_DOTTED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_."
_BLANKS = bytes(each if each in _DOTTED else 0x20 for each in range(256))
_OWN_ATTRIBUTE = (b"self.", b"cls.")
# What binds these names otherwise: imports, classes, assignments, loops.
_OWN_BINDING = re.compile(
    rb"\b(?:import|as|class|for)\b[^\n]*\b(?:self|cls)\b|\bimport[ \t]*(?:\*|\([^)]*\b(?:self|cls)\b)"
    rb"|\b(?:self|cls)[ \t]*(?:,[^\n=]*|:[^=\n)]*)?:?=(?!=)"
)
# Python lets blanks stand between a dot and a name.
_APART = re.compile(rb"\.[ \t]+(\w+)")


class AttributeIndex:
    """The files whose bytes have the last part of a module's name behind a dot, or its dotted name in one piece.

    That may be in code, in a string or in a comment. Attributes of `self` and `cls` count only where a file has
    something else than parameters of these names.
    """

    def __init__(self, contents: ProjectContents, modules: ModuleMap) -> None:
        self._contents = contents
        names = [modules.name_of(path) for path in contents.files]
        self._modules = frozenset(map(_encode, names))
        self._words = frozenset(name.rpartition(b".")[2] for name in self._modules)
        self._files = FileIndex(contents, self._find_mentions)

    def update(self, paths: Iterable[str]) -> None:
        """Read files again whose bytes have changed."""
        self._files.update(paths)

    def find(self, module: str) -> tuple[str, ...]:
        """The files that may read a module (dotted name) by an attribute or a string, in order."""
        word = _encode(module.rpartition(".")[2])
        self._contents.add_dependency(whole_word(word))
        return self._files.find_any(b"." + word, _encode(module))

    def is_last_part(self, name: str) -> bool:
        """Whether a name is the last part of the name of a module."""
        return _encode(name) in self._words

    def is_module(self, name: str) -> bool:
        """Whether a dotted name is that of a module."""
        return name.isprintable() and _encode(name) in self._modules

    def _find_mentions(self, path: str, data: bytes) -> set[bytes]:
        """The words of modules that are attributes, each with a dot before it, and the dotted names of modules."""
        texts = set(data.translate(_BLANKS).split())
        has_own_names = is_package(path) or _binds_own_names(data)
        parts = {
            part
            for text in texts
            if b"." in text and (has_own_names or not text.startswith(_OWN_ATTRIBUTE))
            for part in text.split(b".")[1:]
        }
        if b". " in data or b".\t" in data:
            parts.update(_APART.findall(data))
        names = texts & self._modules if b"modules" in data else set()
        return names | {b"." + part for part in parts & self._words}


def _binds_own_names(data: bytes) -> bool:
    """Whether a file may bind `self` or `cls` other than as parameters; one with a long line may."""
    return any(len(line) > MAX_LINE for line in data.split(b"\n")) or _OWN_BINDING.search(data) is not None


def _encode(name: str) -> bytes:
    """A name as bytes; that of a file can hold bytes that are not UTF-8."""
    return name.encode("utf-8", "surrogateescape")


def is_package(path: str) -> bool:
    """Whether a file is an `__init__` module, in which a name without a binding can be a module of the package."""
    return os.path.basename(path).startswith("__init__.")
