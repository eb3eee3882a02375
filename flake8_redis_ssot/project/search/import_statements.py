"""Import statements in the text of a file, around the name of a module or all of them: nothing is parsed.

What is not sure to be an import statement, such as one that a backslash continues, is none: who asks treats the name as
if it could be anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.semantic.flow.evaluator import resolve_relative_module

_FROM_PATH = re.compile(rb"from[ \t]+(\.*(?:\w+\.)*)")
_FROM_HEAD = re.compile(rb"from[ \t]+(\.*(?:\w+\.)*\w*)[ \t]+")
_PLAIN_PATH = re.compile(rb"import[ \t]+(?:[\w.]+(?:[ \t]+as[ \t]+\w+)?[ \t]*,[ \t]*)*((?:\w+\.)*)")
_REST = re.compile(rb"((?:\.\w+)*)(?![\w\x80-\xff])")
_IMPORT = re.compile(rb"[ \t]+import[ \t]*(?=[\w(*])")
# Not sure to be a `from` statement: one whose path goes on behind a space or a backslash, or in other letters.
_FROM = re.compile(
    rb"from(?!\w)[ \t\f]*(?:(\.+)(?!\.)[ \t\f]*)?(?:(\w[\w.]*)(?![\w.])[ \t\f]*)?"
    rb"(?:(import)(?!\w)[ \t\f]*|[\\.\x80-\xff])"
)
# Of a statement that can't be read, a backslash may continue the line.
_IMPORT_OR_LINE_END = re.compile(rb"import|[\n\r\\]")
_LINE_END = re.compile(rb"[\n\r;#]")
_COMMENT = re.compile(rb"#[^\n\r]*")
_MAX_LIST = 20_000  # bytes of a list of names
_MAX_GAP = 200  # bytes between the keyword and the bracket of a list, or before a statement on its line


class ImportStatement(NamedTuple):
    """An import statement with the name of a module in it.

    `module` is what it names up to that name, with the dots of a relative import, and `rest` the parts that follow in
    the path. `names` are imported from the whole path; None: they are not known, or the statement `is_plain`. In the
    list of names of a `from` statement (`is_listed`), `module` is the whole path, without the name.
    """

    module: str
    rest: tuple[bytes, ...] = ()
    names: tuple[bytes, ...] | None = None
    is_plain: bool = False
    is_listed: bool = False


def read_import(data: bytes, line_start: int, start: int, end: int) -> ImportStatement | None:
    """The import statement around `data[start:end]`, on a line that starts at `line_start`; None if there is none."""
    before = data[line_start:start].rpartition(b";")[2]
    keyword = before.rfind(b"import")
    if keyword >= 0:
        return _read_behind_import(data, before, keyword, start, end)
    keyword = before.rfind(b"from")
    path = _FROM_PATH.fullmatch(before, keyword) if keyword >= 0 else None
    rest = _REST.match(data, end)
    keyword_after = _IMPORT.match(data, rest.end()) if path and rest else None
    if path is None or rest is None or keyword_after is None:
        return None
    names = read_names(data, keyword_after.end())
    return ImportStatement((path[1] + data[start:end]).decode(), _split(rest[1]), names)


class FromStatement(NamedTuple):
    """A `from` statement at `offset` of a text: its module as written, and the offset of the names that it imports.

    `module` is empty if it could not be read.
    """

    offset: int
    module: str
    names_offset: int

    def absolute_module(self, package: str) -> str:
        """The module's full name, if the statement is in `package`; empty for one outside the import root."""
        name = self.module.lstrip(".")
        level = len(self.module) - len(name)
        return (resolve_relative_module(package, level, name) if level else name) or ""


def find_from_statements(data: bytes) -> Iterator[FromStatement]:
    """All `from` statements of a text, and what looks like one in strings and comments."""
    for match in _FROM.finditer(data):
        if match[3] is not None:
            yield FromStatement(match.start(), ((match[1] or b"") + (match[2] or b"")).decode(), match.end())
        elif starts_statement(data, match.start()):
            yield FromStatement(match.start(), "", match.end())


def starts_statement(data: bytes, offset: int) -> bool:
    """Whether something at an offset may be an import statement by what is around it on its line."""
    end = _IMPORT_OR_LINE_END.search(data, offset)
    if end is None or end[0] in b"\n\r":
        return False
    before = re.split(rb"[\n\r]", data[max(offset - _MAX_GAP, 0) : offset])[-1].strip()
    return not before or before.endswith((b";", b":"))


def _read_behind_import(data: bytes, before: bytes, keyword: int, start: int, end: int) -> ImportStatement | None:
    """The statement around a name that the word `import` precedes on its line."""
    head = before[:keyword]
    from_keyword = head.rfind(b"from")
    if from_keyword >= 0:
        path = _FROM_HEAD.fullmatch(head, from_keyword)
        return ImportStatement(path[1].decode(), is_listed=True) if path else None
    path, rest = _PLAIN_PATH.fullmatch(before, keyword), _REST.match(data, end)
    if head.strip() or path is None or rest is None:
        return None
    return ImportStatement((path[1] + data[start:end]).decode(), _split(rest[1]), is_plain=True)


def read_names(data: bytes, start: int) -> tuple[bytes, ...] | None:
    """The names that a `from` statement imports, from `start` on, without aliases; `*` for a star, None: not known."""
    if data.startswith(b"(", start):
        end = data.find(b")", start, start + _MAX_LIST)
        if end < 0 or b"#" in data[start:end].rpartition(b"\n")[2]:
            return None  # the bracket may be in a comment
        text = _COMMENT.sub(b"", data[start + 1 : end])
    else:
        text = _LINE_END.split(data[start : start + _MAX_LIST], maxsplit=1)[0]
    if b"\\" in text or len(text) == _MAX_LIST:
        return None
    return tuple(item.split()[0] for item in text.split(b",") if item.strip())


def _split(path: bytes) -> tuple[bytes, ...]:
    return tuple(path.split(b".")[1:])


def is_listed(data: bytes, line_start: int) -> bool:
    """Whether a line that starts with a name may belong to the list of a `from` statement."""
    if data[max(line_start - 3, 0) : line_start].rstrip(b"\r\n").endswith(b"\\"):
        return True
    bracket = data.rfind(b"(", max(line_start - _MAX_LIST, 0), line_start)
    if bracket < 0:
        return line_start > _MAX_LIST
    before = data[max(bracket - _MAX_GAP, 0) : bracket]
    return before.rstrip(b" \t\\\r\n").endswith(b"import") or b"#" in before
