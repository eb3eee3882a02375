"""Candidate edits for a text with a syntax error: ever larger parts around it are blanked.

All positions are offsets in characters, all rows are 0-based. Lines end with LF or CRLF.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from flake8_redis_ssot.syntax.trees import blank


@dataclass(frozen=True, slots=True)
class BlankingEdit:
    """Replaces the characters from `start` to `end` (exclusive) by `filler` and blanks."""

    start: int
    end: int
    filler: str

    def removes_code(self, text: str) -> bool:
        """Whether this part of `text` holds anything but a comment."""
        part = text[self.start : self.end].strip(_BLANKS + "\r\n")
        return bool(part) and not re.fullmatch(r"#[^\r\n]*", part)


def blank_out(text: str, edits: Iterable[BlankingEdit]) -> str:
    """`text` with these parts blanked; every other character, and every line break, keeps its position."""
    characters = list(text)
    for edit in edits:
        part = blank(text[edit.start : edit.end])
        filler_blanks = " " * len(edit.filler)
        characters[edit.start : edit.end] = (
            edit.filler + part[len(filler_blanks) :] if part.startswith(filler_blanks) else part
        )
    return "".join(characters)


def stub_headers(header: str, body: str = "") -> Iterator[str]:
    """Replacements for the `header` of a compound statement that fit in its line, the most similar first.

    `body` is appended, for headers without a body of their own.
    """
    width = len(re.split(r"\r?\n", header)[0])
    yield from (stub for stub in (f"{opening}:{body}" for opening in _block_openings(header)) if len(stub) <= width)


def _block_openings(header: str) -> Iterator[str]:
    """Openings of the same kind of block as `header`: `def f()`, `class A`, `except`, or at least `if 1`."""
    definition = re.match(r"((?:async\s+)?def|class)\s+[^\W\d]\w*", header)
    if definition:
        yield definition[0] + ("" if definition[1] == "class" else "()")
    word = re.match(r"\w*", header)
    yield from _CLAUSE_OPENINGS.get(word[0] if word else "", ())
    yield "if 1"


_CLAUSE_OPENINGS = {
    "case": ("case _",),
    "else": ("else",),
    "except": ("except",),
    "finally": ("finally",),
    "match": ("match 0",),
    "try": ("try",),
}


def candidate_edits(text: str, row: int | None, reason: str) -> Iterator[BlankingEdit]:
    """Edits of `text` to try, the smallest first, if Python stopped parsing in `row` for this `reason`.

    The last one blanks everything.
    """
    lines = _TextLines(text)
    if row is None:  # nested too deeply, probably in one of the longest lines
        for row_index in sorted(range(len(lines.lines)), key=lambda at: -len(lines.lines[at]))[:3]:
            yield from _row_edits(lines, row_index)
        yield _blank_everything(text)
        return
    previous_row, row = lines.code_around(row)
    yield from _edits_from_message(lines, previous_row, row, reason)
    if lines.first_word(previous_row) == "@":  # a decorator without a definition
        yield from _row_edits(lines, previous_row)
    if lines.first_word(previous_row) == "match":  # without a case
        yield from lines.row_replacements(previous_row, ["if 1:"])
    yield from _row_edits(lines, row)
    yield from _row_edits(lines, previous_row)
    for header in lines.enclosing_headers(row):
        yield lines.block_edit(header, "0")
    yield from lines.edits_above_definition(row)
    yield from rest_of_text(text, row)


def rest_of_text(text: str, row: int) -> Iterator[BlankingEdit]:
    """Edits that blank `text` from `row` on, and then all of it."""
    lines = _TextLines(text)
    _, row = lines.code_around(row)
    yield BlankingEdit(lines.code_start(row), len(text), "0")
    yield BlankingEdit(lines.code_start(row), len(text), "")
    yield _blank_everything(text)


def _blank_everything(text: str) -> BlankingEdit:
    return BlankingEdit(0, len(text), "" if text[0] in _BLANKS + "\r\n" else "0")


def unbalanced_quotes(text: str) -> list[str]:
    """The kinds of triple quotes that occur an odd number of times: what they enclose is unknown."""
    return [quotes for quotes in ('"""', "'''") if text.count(quotes) % 2]


def unclosed_string_edits(text: str, row: int | None) -> Iterator[BlankingEdit]:
    """Edits that blank a line up to `row` that may open an unclosed string, the nearest first."""
    kinds = unbalanced_quotes(text)
    lines = _TextLines(text)
    last = min(row, len(lines.lines) - 1) if kinds and row is not None else -1
    for at in range(last, -1, -1):
        if any(lines.lines[at].count(quotes) % 2 for quotes in kinds):
            yield lines.edit_between(at, at + 1, "0")


def _edits_from_message(lines: _TextLines, previous_row: int, row: int, reason: str) -> Iterator[BlankingEdit]:
    """Edits for errors whose message says that the cause is elsewhere."""
    missing_body = re.search(r"expected an indented block.* on line (\d+)$", reason)
    if missing_body:
        header = int(missing_body[1]) - 1
        yield from lines.body_insertions(header)
        yield from lines.row_replacements(header, stub_headers(lines.code_of(header), "0"))
        yield from _row_edits(lines, header)
    elif reason.startswith("expected 'except' or 'finally' block"):
        for header in lines.open_tries_above(row):
            yield from lines.row_replacements(header, stub_headers(lines.code_of(header)))
            yield lines.block_edit(header, "0")
    elif re.match("unexpected indent|unindent does not|inconsistent use of tabs", reason):
        if lines.block_end(row, lines.indent(row)) > row + 1 and lines.code_of(previous_row).rstrip() != "0":
            # One line rather than many.
            yield from lines.row_replacements(previous_row, stub_headers(lines.code_of(previous_row)))
        yield lines.indented_run_edit(row)


def _row_edits(lines: _TextLines, row: int) -> Iterator[BlankingEdit]:
    """Edits of the row alone, or if it heads a block, of its header alone and of the whole block."""
    if lines.is_block_header(row):
        yield from lines.row_replacements(row, stub_headers(lines.code_of(row)))
        yield lines.block_edit(row, "0")
    else:
        yield from lines.row_replacements(row, ["0", ""])


class _TextLines:
    """A text by rows."""

    def __init__(self, text: str) -> None:
        rows = re.split(r"(?<=\n)", text)
        self.starts = [0, *accumulate(map(len, rows))]
        self.lines = [row.rstrip("\r\n") for row in rows]

    def code_of(self, row: int) -> str:
        """The line without its indentation."""
        return self.lines[row].lstrip(_BLANKS)

    def first_word(self, row: int) -> str:
        """The first word of the line, or its first character, or nothing."""
        first = re.match(r"\w+|.", self.code_of(row))
        return first[0] if first else ""

    def indent(self, row: int) -> int:
        """The width of the indentation, as Python measures it: tabs to eight, a form feed resets it."""
        margin = self.lines[row][: self.code_start(row) - self.starts[row]]
        return len(margin.rpartition("\f")[2].expandtabs(8))

    def is_code(self, row: int) -> bool:
        return self.first_word(row) not in {"", "#"}

    def code_around(self, row: int) -> tuple[int, int]:
        """The code row before the nearest one (itself if it is the first), and the nearest one, upwards if possible."""
        rows = [at for at in range(len(self.lines)) if self.is_code(at)]
        nearest = max(bisect_right(rows, row) - 1, 0)
        return rows[max(nearest - 1, 0)], rows[nearest]

    def enclosing_headers(self, row: int) -> Iterator[int]:
        """The rows above with ever smaller indentation, innermost first."""
        width = self.indent(row)
        for at in range(row - 1, -1, -1):
            if self.is_code(at) and self.indent(at) < width:
                width = self.indent(at)
                yield at

    def edits_above_definition(self, row: int) -> Iterator[BlankingEdit]:
        """Blank everything above the first top-level function or class below the row."""
        for at in range(row + 1, len(self.lines)):
            if self.indent(at) == 0 and self.first_word(at) in {"async", "class", "def"}:
                yield self.edit_between(0, at, "")
                return

    def open_tries_above(self, row: int) -> Iterator[int]:
        """The `try` rows above that have no handler, the nearest first."""
        handled: set[int] = set()
        for at in range(row, -1, -1):
            if self.first_word(at) in {"except", "finally"}:
                handled.add(self.indent(at))
            elif self.first_word(at) == "try" and self.indent(at) not in handled:
                yield at
            elif self.first_word(at) == "try":
                handled.discard(self.indent(at))

    def block_end(self, row: int, width: int) -> int:
        """The row after the last code row of those from `row` on that are indented by at least `width`."""
        end = row + 1
        for at in range(row + 1, len(self.lines)):
            if self.is_code(at):
                if self.indent(at) < width:
                    break
                end = at + 1
        return end

    def is_block_header(self, row: int) -> bool:
        """Whether the line may be a header and has an indented block below it."""
        opens = self.first_word(row) in _BLOCK_KEYWORDS or self.code_of(row).rstrip().endswith(":")
        return opens and self.block_end(row, self.indent(row) + 1) > row + 1

    def block_edit(self, header: int, filler: str) -> BlankingEdit:
        """Replace the row and everything that is indented below it."""
        return self.edit_between(header, self.block_end(header, self.indent(header) + 1), filler)

    def indented_run_edit(self, row: int) -> BlankingEdit:
        """Blank the row and everything below that is indented at least as much, where no statement is allowed."""
        return self.edit_between(row, self.block_end(row, self.indent(row)), "")

    def edit_between(self, row: int, end: int, filler: str) -> BlankingEdit:
        """Replace everything from the first code of `row` to the end of the line before row `end`."""
        last = end - 1
        return BlankingEdit(self.code_start(row), self.starts[last] + len(self.lines[last]), filler)

    def code_start(self, row: int) -> int:
        """The offset of the first code in the row."""
        return self.starts[row] + len(self.lines[row]) - len(self.code_of(row))

    def row_replacements(self, row: int, fillers: Iterator[str] | list[str]) -> Iterator[BlankingEdit]:
        """Replace the row by each of the fillers."""
        return (self.edit_between(row, row + 1, filler) for filler in fillers)

    def body_insertions(self, header: int) -> Iterator[BlankingEdit]:
        """Replace a blank or comment line below the header, indented more, by the missing body."""
        for at in range(header + 1, len(self.lines)):
            if self.is_code(at):
                return
            if self.code_of(at) and self.indent(at) > self.indent(header):
                yield self.edit_between(at, at + 1, "0")
            elif len(self.lines[at].expandtabs(8)) > self.indent(header) + 1:
                end = self.starts[at] + len(self.lines[at])
                yield BlankingEdit(end - 1, end, "0")


_BLANKS = " \t\f"  # the blanks of Python's grammar; `str.isspace` accepts more
_BLOCK_KEYWORDS = frozenset(
    ["async", "case", "class", "def", "elif", "else", "except", "finally", "for", "if", "match", "try", "while", "with"]
)
