"""Which files may set or delete an attribute of some name: found in one pass for all names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from flake8_redis_ssot.project.contents import MAX_LINE, ProjectContents
from flake8_redis_ssot.project.search.file_index import FileIndex

_DOTTED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_."
_BLANKS = bytes(each if each in _DOTTED or each >= 0x80 else 0x20 for each in range(256))
# All that stands before the last `=` of a line that is not part of a comparison.
_ASSIGNED = re.compile(rb"(.*)(?<![=!<>])=(?!=)")
# The same after a dot with blanks or line breaks behind it. A pattern that begins with a text is much faster.
_AFTER_BLANKS = re.compile(rb"\.\s+(\w+)\b[^\n]*(?<![=!<>])=(?!=)")
# The targets of statements without `=`. Brackets may hold an `in` of their own.
_STATEMENTS = (
    re.compile(rb"del(?<!\wdel)\b([^\n]*)"),
    re.compile(rb"as(?<!\was)\b([^\n]*)"),
    re.compile(rb"for(?<!\wfor)\b([^\n(\[]*?)\bin\b"),
    re.compile(rb"for(?<!\wfor)\b([^\n(\[]*[(\[][^\n]*)"),
    re.compile(rb"for(?<!\wfor)\b((?:(?!\bin\b)[^\n])*)$", re.MULTILINE),
)
# `setattr(module, "name", …)`, `module.__dict__["name"] = …`, `vars(module)["name"] = …`
_BY_TEXT = re.compile(rb"(?:attr(?:__)?\s*\(|__dict__|vars(?<!\wvars)\s*\()([^\n]*)")
_QUOTED = re.compile(rb"[\"'](\w+)(?=[\"'])")
_OWN_ATTRIBUTE = (b"self.", b"cls.")


class AttributeWriteIndex:
    """The files whose bytes may set or delete an attribute, by name; attributes of `self` and `cls` do not count."""

    def __init__(self, contents: ProjectContents) -> None:
        self._contents = contents
        self._files = FileIndex(contents, lambda path, data: find_written_attributes(data))

    def update(self, paths: Iterable[str]) -> None:
        """Read files again whose bytes have changed."""
        self._files.update(paths)

    def find(self, name: str) -> tuple[str, ...]:
        """The files that may set or delete an attribute of that name, in order."""
        self._contents.add_dependency(_pattern(name))
        return self._files.find_any(name.encode())


def find_written_attributes(data: bytes) -> set[bytes]:
    """The names of all attributes that some Python code may set or delete; also others of the same lines."""
    lines = data.split(b"\n")
    long_lines = [line for line in lines if len(line) > MAX_LINE]
    if long_lines:
        lines = [line for line in lines if len(line) <= MAX_LINE]
        data = b"\n".join(lines)
    names = {name for text in _iter_targets(data, lines) if b"." in text for name in _attributes(text)}.union(
        _AFTER_BLANKS.findall(data), *(_QUOTED.findall(arguments) for arguments in _BY_TEXT.findall(data))
    )
    for line in long_lines:  # each attribute and each string may be a target there
        names.update(_attributes(line), _QUOTED.findall(line))
    return names


def _iter_targets(data: bytes, lines: Iterable[bytes]) -> Iterator[bytes]:
    """The texts that have targets in the bytes of some code, which are also given as `lines`."""
    for line in lines:
        if b"=" in line and b"." in line:
            match = _ASSIGNED.match(line)
            if match:
                yield match[1]
        elif line[-1:] == b"\\" and b"." in line:
            yield line
    for pattern in _STATEMENTS:
        yield from pattern.findall(data)


def _attributes(text: bytes) -> Iterator[bytes]:
    """The names that follow a dot in a line, but for those of `self.name` and `cls.name`."""
    for dotted in text.translate(_BLANKS).split():
        if b"." in dotted:
            yield from dotted.split(b".")[2 if dotted.startswith(_OWN_ATTRIBUTE) else 1 :]


def _pattern(name: str) -> bytes:
    """A regular expression that matches all files of `AttributeWriteIndex.find`."""
    word = re.escape(name.encode())
    attribute = rb"\.\s*" + word + rb"\b(?:[^\n]*(?<![=!<>])=(?!=)|\s*\\\n)"
    statement = rb"\b(?:del|for|as)\b[^\n]*\.\s*" + word + rb"\b"
    item = rb"(?:attr(?:__)?\s*\(|__dict__|\bvars\s*\()[^\n]*[\"']" + word + rb"[\"']"
    return attribute + b"|" + statement + b"|" + item
