"""What to leave out of a text that is no Python: ever larger parts around the place where reading it failed.

All positions are characters from the start of the text, all rows count from 0. Lines end with LF or CRLF.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from flake8_redis_ssot.syntax.trees import blank


@dataclass(frozen=True, slots=True)
class Cut:
    """From `start` to `end`, `filler` and blanks instead of what stood there."""

    start: int
    end: int
    filler: str

    def loses_code(self, text: str) -> bool:
        """Whether there is more in this part of `text` than one comment."""
        part = text[self.start : self.end].strip(_SPACE + "\r\n")
        return bool(part) and not re.fullmatch(r"#[^\r\n]*", part)


def without(text: str, parts: Iterable[Cut]) -> str:
    """`text` without these parts; every other character, and every line break, stays in its place."""
    characters = list(text)
    for cut in parts:
        part = blank(text[cut.start : cut.end])
        room = " " * len(cut.filler)
        characters[cut.start : cut.end] = cut.filler + part[len(room) :] if part.startswith(room) else part
    return "".join(characters)


def stubs(header: str, body: str = "") -> Iterator[str]:
    """What may stand in for the `header` of a compound statement, the most faithful first, as far as they fit in.

    With a `body` on the same line, if the header has none of its own.
    """
    room = len(re.split(r"\r?\n", header)[0])
    yield from (stub for stub in (f"{words}:{body}" for words in _openings(header)) if len(stub) <= room)


def _openings(header: str) -> Iterator[str]:
    """Ways to open a block such as `header` opens: `def f()`, `class A`, `except`, or at least `if 1`."""
    named = re.match(r"((?:async\s+)?def|class)\s+[^\W\d]\w*", header)
    if named:
        yield named[0] + ("" if named[1] == "class" else "()")
    word = re.match(r"\w*", header)
    yield from _OPENINGS.get(word[0] if word else "", ())
    yield "if 1"


_OPENINGS = {
    "case": ("case _",),
    "else": ("else",),
    "except": ("except",),
    "finally": ("finally",),
    "match": ("match 0",),
    "try": ("try",),
}


def cuts(text: str, row: int | None, reason: str) -> Iterator[Cut]:
    """Parts of `text` to try to do without, the smallest first, when Python gave up in `row` for this `reason`.

    The last one leaves nothing.
    """
    page = _Page(text)
    if row is None:  # nested too deeply, somewhere: that takes room
        for longest in sorted(range(len(page.lines)), key=lambda at: -len(page.lines[at]))[:3]:
            yield from _one_row(page, longest)
        yield _everything(text)
        return
    before, row = page.code_around(row)
    yield from _told_by(page, before, row, reason)
    if page.word(before) == "@":  # a decorator of nothing
        yield from _one_row(page, before)
    if page.word(before) == "match":  # with no case
        yield from page.fillings(before, ["if 1:"])
    yield from _one_row(page, row)
    yield from _one_row(page, before)
    for header in page.headers_around(row):
        yield page.block(header, "0")
    yield from page.above_definition(row)
    yield from rest(text, row)


def rest(text: str, row: int) -> Iterator[Cut]:
    """All of `text` from `row` on; if that is not enough, all of it."""
    page = _Page(text)
    _, row = page.code_around(row)
    yield Cut(page.first(row), len(text), "0")
    yield Cut(page.first(row), len(text), "")
    yield _everything(text)


def _everything(text: str) -> Cut:
    return Cut(0, len(text), "" if text[0] in _SPACE + "\r\n" else "0")


def odd_quotes(text: str) -> list[str]:
    """The kinds of triple quotes that do not come in pairs: what they enclose is anybody's guess."""
    return [quotes for quotes in ('"""', "'''") if text.count(quotes) % 2]


def unmatched_quotes(text: str, row: int | None) -> Iterator[Cut]:
    """The lines up to `row` that may open a string never closed, the nearest first, if the text has one."""
    kinds = odd_quotes(text)
    page = _Page(text)
    last = min(row, len(page.lines) - 1) if kinds and row is not None else -1
    for at in range(last, -1, -1):
        if any(page.lines[at].count(quotes) % 2 for quotes in kinds):
            yield page.between(at, at + 1, "0")


def _told_by(page: _Page, before: int, row: int, reason: str) -> Iterator[Cut]:
    """Cuts for the errors whose message says that the fault is not where they were found."""
    bare = re.search(r"expected an indented block.* on line (\d+)$", reason)
    if bare:
        header = int(bare[1]) - 1
        yield from page.space_for_body(header)
        yield from page.fillings(header, stubs(page.code(header), "0"))
        yield from _one_row(page, header)
    elif reason.startswith("expected 'except' or 'finally' block"):
        for header in page.tries_above(row):
            yield from page.fillings(header, stubs(page.code(header)))
            yield page.block(header, "0")
    elif re.match("unexpected indent|unindent does not|inconsistent use of tabs", reason):
        if page.end_of(row, page.indent(row)) > row + 1 and page.code(before).rstrip() != "0":
            yield from page.fillings(before, stubs(page.code(before)))  # one line rather than many
        yield page.run(row)


def _one_row(page: _Page, row: int) -> Iterator[Cut]:
    """The row alone, its header alone if it heads a block, or all that it heads."""
    if page.heads_block(row):
        yield from page.fillings(row, stubs(page.code(row)))
        yield page.block(row, "0")
    else:
        yield from page.fillings(row, ["0", ""])


class _Page:
    """A text by rows."""

    def __init__(self, text: str) -> None:
        rows = re.split(r"(?<=\n)", text)
        self.starts = [0, *accumulate(map(len, rows))]
        self.lines = [row.rstrip("\r\n") for row in rows]

    def code(self, row: int) -> str:
        """The line without its indentation."""
        return self.lines[row].lstrip(_SPACE)

    def word(self, row: int) -> str:
        """What the line begins with: a word, or one other character, or nothing."""
        first = re.match(r"\w+|.", self.code(row))
        return first[0] if first else ""

    def indent(self, row: int) -> int:
        """The width of the indentation, as Python measures it: tabs to eight, a form feed starts anew."""
        margin = self.lines[row][: self.first(row) - self.starts[row]]
        return len(margin.rpartition("\f")[2].expandtabs(8))

    def is_code(self, row: int) -> bool:
        return self.word(row) not in {"", "#"}

    def code_around(self, row: int) -> tuple[int, int]:
        """The nearest row with code on it, upwards if possible, and the one before it (itself if it is the first)."""
        rows = [at for at in range(len(self.lines)) if self.is_code(at)]
        nearest = max(bisect_right(rows, row) - 1, 0)
        return rows[max(nearest - 1, 0)], rows[nearest]

    def headers_around(self, row: int) -> Iterator[int]:
        """The rows above that are less and less indented, from the inside out."""
        width = self.indent(row)
        for at in range(row - 1, -1, -1):
            if self.is_code(at) and self.indent(at) < width:
                width = self.indent(at)
                yield at

    def above_definition(self, row: int) -> Iterator[Cut]:
        """All above the first function or class of the top level below the row."""
        for at in range(row + 1, len(self.lines)):
            if self.indent(at) == 0 and self.word(at) in {"async", "class", "def"}:
                yield self.between(0, at, "")
                return

    def tries_above(self, row: int) -> Iterator[int]:
        """The `try` rows above that have no handler, from the nearest on."""
        handled: set[int] = set()
        for at in range(row, -1, -1):
            if self.word(at) in {"except", "finally"}:
                handled.add(self.indent(at))
            elif self.word(at) == "try" and self.indent(at) not in handled:
                yield at
            elif self.word(at) == "try":
                handled.discard(self.indent(at))

    def end_of(self, row: int, width: int) -> int:
        """The row after the last one with code, from `row` on, as long as they are indented `width` or more."""
        end = row + 1
        for at in range(row + 1, len(self.lines)):
            if self.is_code(at):
                if self.indent(at) < width:
                    break
                end = at + 1
        return end

    def heads_block(self, row: int) -> bool:
        """Whether the line looks like a header, and something is indented below it."""
        opens = self.word(row) in _HEADS or self.code(row).rstrip().endswith(":")
        return opens and self.end_of(row, self.indent(row) + 1) > row + 1

    def block(self, header: int, filler: str) -> Cut:
        """The row and all that is indented below it."""
        return self.between(header, self.end_of(header, self.indent(header) + 1), filler)

    def run(self, row: int) -> Cut:
        """The row and all below that is indented at least as much: no statement may stand there."""
        return self.between(row, self.end_of(row, self.indent(row)), "")

    def between(self, row: int, end: int, filler: str) -> Cut:
        """From the first code of `row` to the end of the line before row `end`."""
        last = end - 1
        return Cut(self.first(row), self.starts[last] + len(self.lines[last]), filler)

    def first(self, row: int) -> int:
        """Where the code of the row starts."""
        return self.starts[row] + len(self.lines[row]) - len(self.code(row))

    def fillings(self, row: int, fillers: Iterator[str] | list[str]) -> Iterator[Cut]:
        """The row alone, with each of these instead."""
        return (self.between(row, row + 1, filler) for filler in fillers)

    def space_for_body(self, header: int) -> Iterator[Cut]:
        """A blank or comment line below the header, indented more, where the body it lacks may stand."""
        for at in range(header + 1, len(self.lines)):
            if self.is_code(at):
                return
            if self.code(at) and self.indent(at) > self.indent(header):
                yield self.between(at, at + 1, "0")
            elif len(self.lines[at].expandtabs(8)) > self.indent(header) + 1:
                end = self.starts[at] + len(self.lines[at])
                yield Cut(end - 1, end, "0")


_SPACE = " \t\f"  # what Python takes for blanks; `str.isspace` takes more
_HEADS = frozenset(
    ["async", "case", "class", "def", "elif", "else", "except", "finally", "for", "if", "match", "try", "while", "with"]
)
