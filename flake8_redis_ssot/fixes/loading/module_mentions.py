"""Whether the bytes of a file can read a module as an attribute or from `sys.modules`: only then it is parsed."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache

_IMPORT_LINE = re.compile(rb"(?:\xef\xbb\xbf)?[ \t]*(?:from|import)[ \t]")
# A dotted name at the end of a text, which is read backwards.
_DOTTED_NAME = re.compile(rb"(?:\w+\.)*(\w+)(?![\w.\x80-\xff])")
_MAX_LENGTH = 4096  # bytes before an attribute that are looked at
STAR_IMPORT = re.compile(rb"\bimport[ \t]*(?:\([ \t]*)?\*")
# How a name is bound, as seen behind it or in its line: a line of names can be a part of an import.
_ASSIGNMENT = re.compile(rb"[ \t]*(?::[^=\n)]*)?:?=(?!=)|[ \t]*,[^\n]*=(?!=)")
_NAMES_ONLY = re.compile(rb"[\w \t,]*(?:[)\\][ \t\\]*)?(?:#[^\n]*)?\r?\Z")
_KEYWORD = re.compile(rb"\b(?:import|as|class|for)\b")


class ModuleMentions:
    """What the bytes of a file say about modules. If it `is_package`, names without a binding can be its modules."""

    def __init__(self, code: bytes, *, is_package: bool) -> None:
        self._code = code
        self._is_package = is_package
        self._bindings: dict[bytes, bool] = {}

    def may_read(self, module: str) -> bool:
        """Whether the file may read a module (dotted name) other than by importing it.

        It has the last part of the name as an attribute of a dotted name, or the whole name as a string beside
        `modules`.
        """
        name = module.encode("utf-8", "surrogateescape")
        return self._has_attribute(name.rpartition(b".")[2]) or self._has_key(name)

    def _has_attribute(self, word: bytes) -> bool:
        code = self._code
        for match in _word_pattern(word).finditer(code):
            start = match.start()
            line_start = max(code.rfind(b"\n", 0, start) + 1, start - _MAX_LENGTH)
            before = code[line_start:start].rstrip(b" \t")
            if before.endswith(b".") and not self._is_import(start) and self._may_be_module(before[:-1]):
                return True
        return False

    def _is_import(self, offset: int) -> bool:
        """Whether an offset is in a line that begins an import statement."""
        return _IMPORT_LINE.match(self._code, self._code.rfind(b"\n", 0, offset) + 1) is not None

    def _may_be_module(self, before: bytes) -> bool:
        """Whether what is written before an attribute may be a package.

        That is not so for an item, a string, what a call returns, and a name that is nothing but a parameter.
        """
        if before.endswith((b"]", b"}", b'"', b"'")) or _ends_with_call(before):
            return False
        match = _DOTTED_NAME.match(before[::-1])
        if match is None or match.end() > _MAX_LENGTH // 2 or self._is_package:
            return True
        name = match[1][::-1]
        if name not in self._bindings:
            self._bindings[name] = self._has_star or self._may_bind(name)
        return self._bindings[name]

    @cached_property
    def _has_star(self) -> bool:
        return STAR_IMPORT.search(self._code) is not None

    def _may_bind(self, name: bytes) -> bool:
        """Whether a name may be bound to a module: by an import, a class, a loop or an assignment."""
        for match in _word_pattern(name).finditer(self._code):
            start, end = match.span()
            before = self._code[start - 1 : start]
            if before == b"." or before.isalnum() or before == b"_":
                continue
            line = self._line_at(start)
            if _ASSIGNMENT.match(self._code, end) or _KEYWORD.search(line) or _NAMES_ONLY.match(line):
                return True
        return False

    def _line_at(self, offset: int) -> bytes:
        end = self._code.find(b"\n", offset)
        return self._code[self._code.rfind(b"\n", 0, offset) + 1 : end if end >= 0 else None]

    def _has_key(self, name: bytes) -> bool:
        if b"modules" not in self._code or name not in self._code:
            return False
        quoted = rb"[\"']" + re.escape(name) + rb"[\"']"
        pattern = re.compile(rb"\bmodules\b.*" + quoted + rb"|" + quoted + rb".*\bmodules\b")
        return any(not self._is_import(match.start()) for match in pattern.finditer(self._code))


@lru_cache(maxsize=256)
def _word_pattern(word: bytes) -> re.Pattern[bytes]:
    return re.compile(re.escape(word) + rb"(?!\w)")


def _ends_with_call(text: bytes) -> bool:
    """Whether a text ends with the arguments of a call, as far as its last line without strings tells."""
    depth = 0
    for index in range(len(text) - 1, -1, -1):
        depth += {b")": 1, b"(": -1}.get(text[index : index + 1], 0)
        if depth == 0 or text[index] in b"\"'":
            return text[index : index + 1] == b"(" and re.match(rb"\w", text[index - 1 : index]) is not None
    return False
