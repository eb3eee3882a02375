"""String expressions: which characters of the file stand for which of the value, and changing some in place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flake8_redis_ssot.syntax.edits import Cut
from flake8_redis_ssot.syntax.trees import concrete_tree, ended_by_lf, span

if TYPE_CHECKING:
    from ast_grep_py import SgNode


_ESCAPE = re.compile(r"\\(?:\r\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^{}]*\}|[\s\S])")
_BRACES = re.compile(r"\{\{|\}\}")
# Python reads each as one LF.
_CARRIAGE = re.compile(r"\r\n?")
_TOKEN = re.compile(r"[.:]|[^.:]+")
_NEW = re.compile(r"[\w.:]*")


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of a file, from `start` up to `end` (0-based, exclusive), that stand for `text`, one for one."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _Place:
    """A piece, and where its text starts in the value."""

    at: int
    piece: Piece

    @property
    def to(self) -> int:
        return self.at + len(self.piece.text)


def pieces(text: str, start: int, end: int) -> tuple[Piece | None, ...] | None:
    """The pieces of the string expression `text[start:end]`, in order; None for it all where it is none.

    A string expression is a string, an f-string, several in a row, a sum of such, or one of these in parentheses.
    Between the pieces None stands for what is no literal text: an interpolation, an escape, a summand of another
    kind.
    """
    # In parentheses it may go over several lines; a lone CR ends a comment too.
    root = concrete_tree(f"({ended_by_lf(text[start:end])})")
    statements = [node for node in root.children() if node.kind() != "comment"]
    if len(statements) != 1 or root.find(kind="ERROR") is not None:
        return None
    within = [node for node in statements[0].children() if node.kind() == "parenthesized_expression"]
    strings = list(_strings(within[0])) if len(within) == 1 else []
    if not any(strings) or any(node is not None and _prefix(node) - set("rRuUfF") for node in strings):
        return None
    found = (_of_string(text, start - 1, node) if node is not None else [None] for node in strings)
    return tuple(piece for several in found for piece in several)


def _strings(node: SgNode) -> Iterator[SgNode | None]:
    """The strings that a string expression is made of, None for what is another expression."""
    kind = node.kind()
    if kind == "string":
        yield node
    elif kind in ("parenthesized_expression", "concatenated_string") or _is_sum(node):
        for child in node.children():
            if child.is_named() and child.kind() != "comment":
                yield from _strings(child)
    else:
        yield None


def _is_sum(node: SgNode) -> bool:
    operator = node.field("operator") if node.kind() == "binary_operator" else None
    return operator is not None and operator.text() == "+"


def _prefix(node: SgNode) -> set[str]:
    return set(node.children()[0].text().rstrip("\"'"))


def _of_string(text: str, offset: int, node: SgNode) -> Iterator[Piece | None]:
    """The pieces of one string; `offset` is what its indices lack to be those of `text`."""
    first, *inner, last = node.children()
    prefix = {letter.lower() for letter in _prefix(node)}
    at = span(first)[1]
    for child in (*(each for each in inner if each.kind() == "interpolation"), last):
        start, end = span(child)
        yield from _of_content(text, at + offset, start + offset, prefix)
        if child is not last:
            yield None
        at = end


def _of_content(text: str, start: int, end: int, prefix: set[str]) -> Iterator[Piece | None]:
    """The pieces of a stretch between quotes without interpolations."""
    patterns = [_CARRIAGE, *([] if "r" in prefix else [_ESCAPE]), *([_BRACES] if "f" in prefix else [])]
    inexact = re.compile("|".join(pattern.pattern for pattern in patterns))
    at = start
    for match in inexact.finditer(text, start, end):
        if at < match.start():
            yield Piece(at, match.start(), text[at : match.start()])
        yield None
        at = match.end()
    if at < end:
        yield Piece(at, end, text[at:end])


def changed(text: str, start: int, end: int, old: str, new: str) -> list[Cut] | None:
    """The cuts after which the string expression `text[start:end]` has the value `new` instead of `old`.

    Only what differs is cut out, in whole dotted segments if possible. None where that is not literal text, or where
    its place is not certain: literal text from the left end on is, and from the right end on.
    """
    assert _NEW.fullmatch(new), new
    if old == new:
        return []
    parts = pieces(text, start, end)
    places = _places(parts, old) if parts else None
    for edits in _ways(old, new) if places else ():
        cuts = [_cut(edit, places or []) for edit in edits]
        sure = [cut for cut in cuts if cut is not None]
        if len(sure) == len(cuts) and _holds(text, start, end, sure, old, new):
            return sure
    return None


def _places(parts: Sequence[Piece | None], value: str) -> list[_Place] | None:
    """Where in the value the outer pieces stand; None where they do not fit it."""
    if None not in parts:
        whole = list(_from_left([part for part in parts if part], 0))
        return whole if "".join(place.piece.text for place in whole) == value else None
    first = parts.index(None)
    last = len(parts) - parts[::-1].index(None)
    left = list(_from_left([part for part in parts[:first] if part], 0))
    ending = [part for part in parts[last:] if part]
    right = list(_from_left(ending, len(value) - sum(len(part.text) for part in ending)))
    places = [*left, *right]
    overlap = left and right and left[-1].to > right[0].at
    fits = all(place.at >= 0 and value.startswith(place.piece.text, place.at) for place in places)
    return places if fits and not overlap else None


def _from_left(parts: Iterable[Piece], at: int) -> Iterator[_Place]:
    for part in parts:
        yield _Place(at, part)
        at += len(part.text)


def _ways(old: str, new: str) -> Iterator[list[Cut]]:
    """Ways to turn one value into the other, the best first; their positions are those in `old`."""
    tokens, others = _TOKEN.findall(old), _TOKEN.findall(new)
    yield [_between(tokens, others, front=True)]
    yield [_between(tokens, others, front=False)]
    if len(tokens) == len(others):
        starts = [sum(map(len, tokens[:place])) for place in range(len(tokens))]
        pairs = zip(starts, tokens, others)
        yield [Cut(at, at + len(token), other) for at, token, other in pairs if token != other]
    yield [_between(list(old), list(new), front=True)]
    yield [_between(list(old), list(new), front=False)]


def _between(old: list[str], new: list[str], *, front: bool) -> Cut:
    """What is left between the common start and the common end; `front`: the start is taken first."""
    if not front:
        mirrored = _between(old[::-1], new[::-1], front=True)
        whole = sum(map(len, old))
        text = "".join(new)
        begin = whole - mirrored.end
        return Cut(begin, whole - mirrored.start, text[begin : begin + len(mirrored.text)])
    head = _shared(old, new)
    tail = _shared(old[head:][::-1], new[head:][::-1])
    begin = sum(map(len, old[:head]))
    return Cut(begin, sum(map(len, old[: len(old) - tail])), "".join(new[head : len(new) - tail]))


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many items both begin with."""
    differing = (place for place, (mine, yours) in enumerate(zip(one, other)) if mine != yours)
    return next(differing, min(len(one), len(other)))


def _cut(edit: Cut, places: Sequence[_Place]) -> Cut | None:
    """The edit of the value as one of the file, where it lies in one piece."""
    for at, piece in ((place.at, place.piece) for place in places):
        if at <= edit.start and edit.end <= at + len(piece.text):
            return Cut(piece.start + edit.start - at, piece.start + edit.end - at, edit.text)
    return None


def _holds(text: str, start: int, end: int, cuts: Sequence[Cut], old: str, new: str) -> bool:
    """Whether the text says what it should after the cuts: a digit behind a short escape would become part of it."""
    before = _literal_length(pieces(text, start, end))
    for cut in reversed(cuts):
        text = f"{text[: cut.start]}{cut.text}{text[cut.end :]}"
        end += len(cut.text) - (cut.end - cut.start)
    parts = pieces(text, start, end)
    return _literal_length(parts) - before == len(new) - len(old) and _places(parts or [], new) is not None


def _literal_length(parts: Sequence[Piece | None] | None) -> int:
    return sum(len(part.text) for part in parts or () if part is not None)
