"""String expressions: which source characters spell which characters of the value, and edits of the value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flake8_redis_ssot.syntax.edits import TextEdit, difference
from flake8_redis_ssot.syntax.trees import node_span, normalise_lone_cr, parse_concrete_tree

if TYPE_CHECKING:
    from ast_grep_py import SgNode


_ESCAPE = re.compile(r"\\(?:\r\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^{}]*\}|[\s\S])")
_BRACES = re.compile(r"\{\{|\}\}")
# Python reads each as one LF.
_CARRIAGE_RETURN = re.compile(r"\r\n?")
_TOKEN = re.compile(r"[.:]|[^.:]+")
_DOTTED_NAME = re.compile(r"[\w.:]*")


@dataclass(frozen=True, slots=True)
class LiteralRun:
    """Source characters from `start` to `end` (0-based, exclusive) that spell `text` one for one."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _PlacedRun:
    """A run, and the offset of its text in the value."""

    value_start: int
    run: LiteralRun

    @property
    def value_end(self) -> int:
        return self.value_start + len(self.run.text)


def literal_runs(text: str, start: int, end: int) -> tuple[LiteralRun | None, ...] | None:
    """The literal runs of the string expression `text[start:end]`, in order; None if it is not a string expression.

    A string expression is a string, an f-string, an implicit concatenation or a sum of these, also in parentheses. None
    between runs marks anything but literal text: an interpolation, an escape, another kind of operand.
    """
    # In parentheses it may span lines; a lone CR ends a comment too.
    root = parse_concrete_tree(f"({normalise_lone_cr(text[start:end])})")
    statements = [node for node in root.children() if node.kind() != "comment"]
    if len(statements) != 1 or root.find(kind="ERROR") is not None:
        return None
    parenthesised = [node for node in statements[0].children() if node.kind() == "parenthesized_expression"]
    strings = list(_string_nodes(parenthesised[0])) if len(parenthesised) == 1 else []
    if not any(strings) or any(node is not None and _prefix(node) - set("rRuUfF") for node in strings):
        return None
    runs_by_string = (_string_runs(text, start - 1, node) if node is not None else [None] for node in strings)
    return tuple(run for runs in runs_by_string for run in runs)


def _string_nodes(node: SgNode) -> Iterator[SgNode | None]:
    """The strings that make up a string expression, and None for each other operand."""
    kind = node.kind()
    if kind == "string":
        yield node
    elif kind in ("parenthesized_expression", "concatenated_string") or _is_sum(node):
        for child in node.children():
            if child.is_named() and child.kind() != "comment":
                yield from _string_nodes(child)
    else:
        yield None


def _is_sum(node: SgNode) -> bool:
    operator = node.field("operator") if node.kind() == "binary_operator" else None
    return operator is not None and operator.text() == "+"


def _prefix(node: SgNode) -> set[str]:
    return set(node.children()[0].text().rstrip("\"'"))


def _string_runs(text: str, offset: int, node: SgNode) -> Iterator[LiteralRun | None]:
    """The runs of one string; `offset` is added to the node's offsets to get those in `text`."""
    first, *inner, last = node.children()
    prefix = {letter.lower() for letter in _prefix(node)}
    at = node_span(first)[1]
    for child in (*(each for each in inner if each.kind() == "interpolation"), last):
        start, end = node_span(child)
        yield from _content_runs(text, at + offset, start + offset, prefix)
        if child is not last:
            yield None
        at = end


def _content_runs(text: str, start: int, end: int, prefix: set[str]) -> Iterator[LiteralRun | None]:
    """The runs of a part between quotes that has no interpolations."""
    patterns = [_CARRIAGE_RETURN, *([] if "r" in prefix else [_ESCAPE]), *([_BRACES] if "f" in prefix else [])]
    inexact = re.compile("|".join(pattern.pattern for pattern in patterns))
    at = start
    for match in inexact.finditer(text, start, end):
        if at < match.start():
            yield LiteralRun(at, match.start(), text[at : match.start()])
        yield None
        at = match.end()
    if at < end:
        yield LiteralRun(at, end, text[at:end])


def edit_string(text: str, start: int, end: int, old: str, new: str) -> list[TextEdit] | None:
    """The edits that change the value of the string expression `text[start:end]` from `old` to `new`.

    Only the difference is replaced, in whole dotted segments if possible. None if it is not literal text, or not
    connected to either end of the value by literal text, so that its position is unknown.
    """
    assert _DOTTED_NAME.fullmatch(new), new
    if old == new:
        return []
    runs = literal_runs(text, start, end)
    placed_runs = _place_runs(runs, old) if runs else None
    for value_edits in _candidate_edits(old, new) if placed_runs else ():
        file_edits = [_to_file_edit(value_edit, placed_runs or []) for value_edit in value_edits]
        certain_edits = [edit for edit in file_edits if edit is not None]
        if len(certain_edits) == len(file_edits) and _is_value_after(text, start, end, certain_edits, old, new):
            return certain_edits
    return None


def _place_runs(runs: Sequence[LiteralRun | None], value: str) -> list[_PlacedRun] | None:
    """The offsets in the value of the runs connected to its ends; None if they do not match it."""
    if None not in runs:
        all_placed = list(_place_consecutively([run for run in runs if run], 0))
        return all_placed if "".join(placed.run.text for placed in all_placed) == value else None
    first = runs.index(None)
    last = len(runs) - runs[::-1].index(None)
    left = list(_place_consecutively([run for run in runs[:first] if run], 0))
    right_runs = [run for run in runs[last:] if run]
    right = list(_place_consecutively(right_runs, len(value) - sum(len(run.text) for run in right_runs)))
    placed_runs = [*left, *right]
    overlap = left and right and left[-1].value_end > right[0].value_start
    is_consistent = all(
        placed.value_start >= 0 and value.startswith(placed.run.text, placed.value_start) for placed in placed_runs
    )
    return placed_runs if is_consistent and not overlap else None


def _place_consecutively(runs: Iterable[LiteralRun], value_start: int) -> Iterator[_PlacedRun]:
    for run in runs:
        yield _PlacedRun(value_start, run)
        value_start += len(run.text)


def _candidate_edits(old: str, new: str) -> Iterator[list[TextEdit]]:
    """Ways to turn one value into the other, the best first; offsets are those in `old`."""
    tokens, others = _TOKEN.findall(old), _TOKEN.findall(new)
    yield [difference(tokens, others)]
    yield [_suffix_first_difference(tokens, others)]
    if len(tokens) == len(others):
        starts = [sum(map(len, tokens[:index])) for index in range(len(tokens))]
        pairs = zip(starts, tokens, others)
        yield [TextEdit(at, at + len(token), other) for at, token, other in pairs if token != other]
    yield [difference(old, new)]
    yield [_suffix_first_difference(old, new)]


def _suffix_first_difference(old: Sequence[str], new: Sequence[str]) -> TextEdit:
    """The difference where the common suffix is matched before the common prefix."""
    mirrored = difference(old[::-1], new[::-1])
    length = len("".join(old))
    start = length - mirrored.end
    return TextEdit(start, length - mirrored.start, "".join(new)[start : start + len(mirrored.text)])


def _to_file_edit(value_edit: TextEdit, placed_runs: Sequence[_PlacedRun]) -> TextEdit | None:
    """The edit of the value as an edit of the file; None if it is not within one run."""
    for placed in placed_runs:
        if placed.value_start <= value_edit.start and value_edit.end <= placed.value_end:
            shift = placed.run.start - placed.value_start
            return TextEdit(value_edit.start + shift, value_edit.end + shift, value_edit.text)
    return None


def _is_value_after(text: str, start: int, end: int, edits: Sequence[TextEdit], old: str, new: str) -> bool:
    """Whether the value is `new` after the edits: a digit inserted after a short escape would become part of it."""
    before = _literal_length(literal_runs(text, start, end))
    for edit in reversed(edits):
        text = f"{text[: edit.start]}{edit.text}{text[edit.end :]}"
        end += len(edit.text) - (edit.end - edit.start)
    runs = literal_runs(text, start, end)
    return _literal_length(runs) - before == len(new) - len(old) and _place_runs(runs or [], new) is not None


def _literal_length(runs: Sequence[LiteralRun | None] | None) -> int:
    return sum(len(run.text) for run in runs or () if run is not None)
