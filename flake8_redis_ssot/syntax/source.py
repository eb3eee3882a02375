"""One file: its bytes as text and tree, and every coordinate that is told about it."""

from __future__ import annotations

import ast
import codecs
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from flake8_redis_ssot.model import Gap, Span
from flake8_redis_ssot.syntax.lazy_bodies import Matters, Outline, outline
from flake8_redis_ssot.syntax.notebooks import ENDING
from flake8_redis_ssot.syntax.parsing import parse, parse_parts

if TYPE_CHECKING:
    from flake8_redis_ssot.syntax.notebooks.cells import Layout


LINE_BREAK = re.compile(r"\r\n|\r|\n")
# PEP 263: a coding line is a comment in the first two lines.
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$")


class Text(NamedTuple):
    """Decoded bytes: the text without its byte order mark, the codec's name, and what could not be decoded.

    That of a notebook is the text of its code cells, whose `layout` says which rows belong to which of them.
    """

    text: str
    encoding: str
    gaps: tuple[Gap, ...]
    layout: Layout | None = None

    @property
    def python(self) -> str:
        """The text without the magic commands of a notebook, which no Python can read; as long, line by line."""
        return self.layout.python if self.layout else self.text


class Source(NamedTuple):
    """A parsed file. `text` is as long as the file's own text, line by line; the tree's columns count in it.

    `bound_names` are names that newer syntax binds and the tree does not show, by row (1-based). Where there is an
    `outline`, its hollow functions are hollow in `tree` too. `is_plain`: bytes and characters are the same, so that
    there is no need for `lines`.
    """

    text: str
    tree: ast.Module
    gaps: tuple[Gap, ...]
    bound_names: Mapping[int, tuple[str, ...]]
    lines: list[str]
    is_plain: bool
    outline: Outline | None = None

    def span(self, node: ast.expr | ast.stmt | ast.alias) -> Span:
        """The node's place, in characters (`ast` itself counts columns in UTF-8 bytes)."""
        end_row = node.end_lineno or node.lineno
        end_offset = node.end_col_offset or 0
        if self.is_plain:
            return Span(node.lineno, node.col_offset, end_row, end_offset)
        return Span(
            node.lineno,
            self._column(node.lineno, node.col_offset),
            end_row,
            self._column(end_row, end_offset),
        )

    def _column(self, row: int, offset: int) -> int:
        line = self.lines[row - 1]
        return (
            offset if line.isascii() else len(line.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "ignore"))
        )


def read_source(data: bytes, path: str = "") -> Source:
    """Decode and parse the bytes of a file. Never raises: what had to be left out is in `gaps`."""
    return parsed_source(decode(data, path))


def parsed_source(decoded: Text) -> Source:
    """The same from the text."""
    parsed = parse_parts(decoded.python, decoded.layout.starts) if decoded.layout else parse(decoded.text)
    return Source(parsed.text, parsed.tree, decoded.gaps + parsed.gaps, parsed.bound_names, *_measured(parsed.text))


def outlined_source(decoded: Text, matters: Matters) -> Source | None:
    """A file whose functions are parsed only where they matter; None where that takes the whole text."""
    found = outline(decoded.text, matters) if decoded.layout is None else None
    gaps = decoded.gaps + found.gaps if found else ()
    return found and Source(decoded.text, found.tree, gaps, {}, *_measured(decoded.text), found)


def _measured(text: str) -> tuple[list[str], bool]:
    """The lines that columns are counted in, where bytes and characters differ, and whether they do not."""
    plain = text.isascii()
    return [] if plain else lines_of(text), plain


def lines_of(text: str) -> list[str]:
    """The physical lines of a text, without their line breaks, as Python counts them."""
    return LINE_BREAK.split(text) if "\r" in text else text.split("\n")


def decode(data: bytes, path: str = "") -> Text:
    """Decode a file as Python does: byte order mark, coding line (PEP 263), else UTF-8; as a notebook if `path` is one.

    Bytes that do not fit are a gap, and the whole text is read as Latin-1 then (as flake8 does), so that
    each byte is one character and the rest can still be checked. Of a notebook that can't be read nothing is left.
    """
    if path.endswith(ENDING):
        return _decode_notebook(data)
    if data.startswith(codecs.BOM_UTF8):
        return _decode_as(data[len(codecs.BOM_UTF8) :], "utf-8", "utf-8-sig")
    name = _coding_line(data)
    return _decode_as(data, name, name)


def _decode_notebook(data: bytes) -> Text:
    from flake8_redis_ssot.syntax.notebooks.cells import read_layout
    from flake8_redis_ssot.syntax.notebooks.document import NotebookError  # late: most projects have none

    try:
        layout = read_layout(data)
    except NotebookError as error:
        return Text("", "utf-8", (Gap(1, 0, str(error)),))
    return Text(layout.text, "utf-8", (), layout)


def named_parts(name: str, before: Text, after: Text) -> Iterator[tuple[str, str, str]]:
    """What changes are shown of: a file as a whole, or each cell of a notebook, as it was and as it is."""
    if before.layout is None or after.layout is None:
        yield name, before.text, after.text
        return
    for number, old, new in zip(before.layout.numbers, before.layout.texts(), after.layout.texts()):
        yield f"{name}:cell {number}", old, new


def _decode_as(data: bytes, codec: str, encoding: str) -> Text:
    try:
        return Text(data.decode(codec), encoding, ())
    except UnicodeDecodeError as error:
        return Text(data.decode("latin-1"), "latin-1", (_undecodable(data, error, codec),))
    except (LookupError, UnicodeError, TypeError):
        reason = f"unknown encoding `{codec}` in the coding line"
        return Text(data.decode("latin-1"), "latin-1", (Gap(1, 0, reason),))


def _undecodable(data: bytes, error: UnicodeDecodeError, codec: str) -> Gap:
    before = LINE_BREAK.split(data[: error.start].decode("latin-1"))
    advice = "" if codec != "utf-8" else "; save it as UTF-8 or add a coding line"
    return Gap(len(before), len(before[-1]), f"byte 0x{data[error.start]:02x} is not {codec}{advice}")


def _coding_line(data: bytes) -> str:
    for line in re.split(rb"\r\n|\r|\n", data[:1024], maxsplit=2)[:2]:
        found = _COOKIE.match(line)
        if found:
            return _normal(found[1].decode("ascii"))
        if not _BLANK.match(line):
            break
    return "utf-8"


def _normal(name: str) -> str:
    lowered = name.lower().replace("_", "-")
    return "utf-8" if lowered == "utf-8" or lowered.startswith("utf-8-") else lowered
