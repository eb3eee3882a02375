"""LSP positions: 0-based lines and columns, with columns in units of the negotiated encoding."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol.types import Position, Range
from pygls.workspace import PositionCodec

from flake8_redis_ssot.model import Span


def to_lsp_range(span: Span, lines: Sequence[str], codec: PositionCodec) -> Range:
    """The range of a span in a text of these lines, cut at the end of the text."""
    return Range(
        _to_lsp_position(span.row, span.column, lines, codec),
        _to_lsp_position(span.end_row, span.end_column, lines, codec),
    )


def _to_lsp_position(row: int, column: int, lines: Sequence[str], codec: PositionCodec) -> Position:
    if row > len(lines):
        return Position(len(lines), 0)
    return Position(row - 1, codec.client_num_units(lines[row - 1][:column]))


def has_overlap(one: Range, other: Range) -> bool:
    """Whether two ranges overlap or touch."""
    return _sort_key(one.start) <= _sort_key(other.end) and _sort_key(other.start) <= _sort_key(one.end)


def _sort_key(position: Position) -> tuple[int, int]:
    return position.line, position.character
