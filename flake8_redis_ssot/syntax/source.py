"""One file: its bytes as text and tree, and the positions of nodes in characters."""

from __future__ import annotations

import ast
import codecs
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from flake8_redis_ssot.model import Span, UnanalysedRange
from flake8_redis_ssot.syntax.lazy_bodies import NeedsParsing, PartialTree, parse_partial_tree
from flake8_redis_ssot.syntax.notebooks import NOTEBOOK_SUFFIX
from flake8_redis_ssot.syntax.parsing import parse_parts, parse_tolerantly
from flake8_redis_ssot.syntax.trees import LINE_BREAK

if TYPE_CHECKING:
    from flake8_redis_ssot.syntax.notebooks.cells import CellMap


# PEP 263: a coding line is a comment in the first two lines.
_CODING_LINE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
_BLANK_OR_COMMENT = re.compile(rb"^[ \t\f]*(?:#.*)?$")


class DecodedText(NamedTuple):
    """The text of a file without its byte order mark, the codec's name, and what could not be decoded.

    The text of a notebook is that of its code cells; `cell_map` maps its rows to cells.
    """

    text: str
    encoding: str
    unanalysed_ranges: tuple[UnanalysedRange, ...]
    cell_map: CellMap | None = None

    @property
    def python_text(self) -> str:
        """The text with a notebook's magic commands replaced; lines keep their lengths."""
        return self.cell_map.python_text if self.cell_map else self.text


class ParsedFile(NamedTuple):
    """A parsed file. `text` has the same lines and lengths as the file's text; byte columns in `tree` refer to it.

    `bound_names` are names that newer syntax binds and the tree does not show, by row (1-based). `tree` lacks the
    bodies of the functions that `partial_tree` skipped. `is_ascii`: bytes and characters are the same, so that `lines`
    is empty.
    """

    text: str
    tree: ast.Module
    unanalysed_ranges: tuple[UnanalysedRange, ...]
    bound_names: Mapping[int, tuple[str, ...]]
    lines: list[str]
    is_ascii: bool
    partial_tree: PartialTree | None = None

    def span(self, node: ast.expr | ast.stmt | ast.alias | ast.keyword) -> Span:
        """The position of a node in characters (`ast` counts columns in UTF-8 bytes)."""
        end_row = node.end_lineno or node.lineno
        end_offset = node.end_col_offset or 0
        if self.is_ascii:
            return Span(node.lineno, node.col_offset, end_row, end_offset)
        return Span(
            node.lineno,
            self._column(node.lineno, node.col_offset),
            end_row,
            self._column(end_row, end_offset),
        )

    def _column(self, row: int, byte_offset: int) -> int:
        line = self.lines[row - 1]
        if line.isascii():
            return byte_offset
        return len(line.encode("utf-8", "surrogatepass")[:byte_offset].decode("utf-8", "ignore"))


def parse_bytes(data: bytes, path: str = "") -> ParsedFile:
    """Decode and parse the bytes of a file. Never raises: `unanalysed_ranges` are the parts left out."""
    return parse_decoded(decode(data, path))


def parse_decoded(decoded: DecodedText) -> ParsedFile:
    """Parse a decoded file. Never raises."""
    parsed = (
        parse_parts(decoded.python_text, decoded.cell_map.starts)
        if decoded.cell_map
        else parse_tolerantly(decoded.text)
    )
    return ParsedFile(
        parsed.text,
        parsed.tree,
        decoded.unanalysed_ranges + parsed.unanalysed_ranges,
        parsed.bound_names,
        *_measure_columns(parsed.text),
    )


def parse_decoded_partially(decoded: DecodedText, needs_parsing: NeedsParsing) -> ParsedFile | None:
    """Parse a decoded file without irrelevant function bodies; None if the whole text has to be parsed."""
    partial_tree = parse_partial_tree(decoded.text, needs_parsing) if decoded.cell_map is None else None
    unanalysed_ranges = decoded.unanalysed_ranges + partial_tree.unanalysed_ranges if partial_tree else ()
    return partial_tree and ParsedFile(
        decoded.text,
        partial_tree.tree,
        unanalysed_ranges,
        partial_tree.bound_names,
        *_measure_columns(decoded.text),
        partial_tree,
    )


def _measure_columns(text: str) -> tuple[list[str], bool]:
    """The lines, needed only where bytes and characters differ, and whether they are the same."""
    is_ascii = text.isascii()
    return [] if is_ascii else split_lines(text), is_ascii


def split_lines(text: str) -> list[str]:
    """The physical lines of a text, without their line breaks, as Python counts them."""
    return LINE_BREAK.split(text) if "\r" in text else text.split("\n")


def decode(data: bytes, path: str = "") -> DecodedText:
    """Decode a file as Python does: byte order mark, coding line (PEP 263), else UTF-8; as a notebook if `path` is one.

    If some bytes do not fit, they are unanalysed and the whole text is decoded as Latin-1 (as in flake8), so that each
    byte is one character and the rest can still be checked. An unreadable notebook has no text.
    """
    if path.endswith(NOTEBOOK_SUFFIX):
        return _decode_notebook(data)
    if data.startswith(codecs.BOM_UTF8):
        return _decode_as(data[len(codecs.BOM_UTF8) :], "utf-8", "utf-8-sig")
    name = _declared_encoding(data)
    if name != "utf-8" and not _is_source_encoding(name):
        reason = f"unsupported encoding `{name}` in the coding line"
        return DecodedText(data.decode("latin-1"), "latin-1", (UnanalysedRange(1, 0, reason),))
    return _decode_as(data, name, name)


def _is_source_encoding(name: str) -> bool:
    from flake8_redis_ssot.syntax.source_encodings import is_source_encoding  # late: most projects are in UTF-8

    return is_source_encoding(name)


def _decode_notebook(data: bytes) -> DecodedText:
    from flake8_redis_ssot.syntax.notebooks.cells import read_cell_map
    from flake8_redis_ssot.syntax.notebooks.document import NotebookError  # late: most projects have none

    try:
        cell_map = read_cell_map(data)
    except NotebookError as error:
        return DecodedText("", "utf-8", (UnanalysedRange(1, 0, str(error)),))
    return DecodedText(cell_map.text, "utf-8", (), cell_map)


def diff_parts(name: str, before: DecodedText, after: DecodedText) -> Iterator[tuple[str, str, str]]:
    """Name, old and new text of each part that gets a diff of its own: the file, or each cell of a notebook."""
    if before.cell_map is None or after.cell_map is None:
        yield name, before.text, after.text
        return
    for number, old, new in zip(before.cell_map.numbers, before.cell_map.cell_texts(), after.cell_map.cell_texts()):
        yield f"{name}:cell {number}", old, new


def _decode_as(data: bytes, codec: str, encoding: str) -> DecodedText:
    try:
        return DecodedText(data.decode(codec), encoding, ())
    except UnicodeDecodeError as error:
        return DecodedText(data.decode("latin-1"), "latin-1", (_describe_decode_error(data, error, codec),))


def _describe_decode_error(data: bytes, error: UnicodeDecodeError, codec: str) -> UnanalysedRange:
    before = LINE_BREAK.split(data[: error.start].decode("latin-1"))
    advice = "" if codec != "utf-8" else "; save it as UTF-8 or add a coding line"
    return UnanalysedRange(len(before), len(before[-1]), f"byte 0x{data[error.start]:02x} is not {codec}{advice}")


def find_lossy_encoding(data: bytes, path: str = "") -> str | None:
    """The encoding of a file, if decoding and encoding its bytes does not give the same bytes back; else None."""
    decoded = decode(data, path)
    if decoded.cell_map is not None:
        return None
    try:
        is_same = decoded.text.encode(decoded.encoding) == data
    except UnicodeError:
        is_same = False
    return None if is_same else decoded.encoding


def _declared_encoding(data: bytes) -> str:
    for line in re.split(rb"\r\n|\r|\n", data[:1024], maxsplit=2)[:2]:
        found = _CODING_LINE.match(line)
        if found:
            return _normalise_encoding(found[1].decode("ascii"))
        if not _BLANK_OR_COMMENT.match(line):
            break
    return "utf-8"


def _normalise_encoding(name: str) -> str:
    lowered = name.lower().replace("_", "-")
    return "utf-8" if lowered == "utf-8" or lowered.startswith("utf-8-") else lowered
