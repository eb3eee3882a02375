"""Text that is not, or not all, Python: what cannot be read is left out and told, the rest stays where it is.

The text is mended one top-level statement at a time, so that a fault stays where it is and costs little.
All positions are characters from the start of the text.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from flake8_redis_ssot.model import UnanalysedRange
from flake8_redis_ssot.syntax.backport import rewrite_newer_syntax
from flake8_redis_ssot.syntax.recovery_candidates import (
    BlankingEdit,
    blank_out,
    candidate_edits,
    rest_of_text,
    unbalanced_quotes,
    unclosed_string_edits,
)
from flake8_redis_ssot.syntax.recovery_scan import broken_statement_edits, marker_edits
from flake8_redis_ssot.syntax.trees import (
    LONE_CR,
    ParseFailure,
    SpanSet,
    find_parse_failure,
    node_span,
    normalise_lone_cr,
    parse_concrete_tree,
    try_parse,
)

if TYPE_CHECKING:
    from ast_grep_py import Rule, SgNode


MAX_ATTEMPTS = 50  # how many cuts are tried on one top-level statement
MAX_CHARACTERS = 20_000_000  # how many characters are read again, in all: a few seconds


@dataclass(frozen=True, slots=True)
class SkippedRange:
    """A part that is left out, from `start` to `end`, and why."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class RecoveryState:
    """A text on its way to be readable, and what it has lost so far."""

    text: str
    skipped_ranges: tuple[SkippedRange, ...] = ()

    def blank_out(self, edits: Iterable[tuple[BlankingEdit, str]]) -> RecoveryState:
        """The text after these cuts. Those that lose code, for a reason that is told, are losses."""
        edits = [*edits]
        if not edits:
            return self
        skipped_ranges = [
            self._skipped_range(edit, reason) for edit, reason in edits if reason and edit.removes_code(self.text)
        ]
        return RecoveryState(blank_out(self.text, [edit for edit, _ in edits]), (*self.skipped_ranges, *skipped_ranges))

    def _skipped_range(self, edit: BlankingEdit, reason: str) -> SkippedRange:
        part = self.text[edit.start : edit.end]
        return SkippedRange(edit.end - len(part.lstrip(" \t\f\r\n")), edit.end, reason)


def recover(original: str, failure: ParseFailure) -> tuple[ast.Module, str, tuple[UnanalysedRange, ...]]:
    """A tree for text that Python does not read as it stands, the text it was made from, and the gaps in it.

    `failure` is why it does not.
    """
    states = _recovery_states(original, failure)
    state = next(states)
    while True:
        text = _restore_line_breaks(original, state.text)
        result = try_parse(text)
        if isinstance(result, ast.Module):
            return result, text, tuple(_unanalysed_ranges(original, state.skipped_ranges))
        state = states.send(result)


def _recovery_states(original: str, failure: ParseFailure) -> Generator[RecoveryState, ParseFailure, None]:
    """Ever more readable texts; each time, the trouble with the last one is sent back."""
    state, root = _remove_markers(_replace_invalid_characters(original))
    rewritten = rewrite_newer_syntax(state.text, root)
    if rewritten != original:
        failure = yield replace(state, text=rewritten)
    if closed_state := _close_string(state, failure, _WorkBudget(MAX_CHARACTERS // 2)):
        yield closed_state
    # The whole text is levelled on trial only: where a fault confuses the concrete tree, it would do harm.
    windows = [*_statement_windows(state.text, root)]
    budget = _WorkBudget(MAX_CHARACTERS)
    state = _recover_windows(state, _window_of(failure, state.text, windows), budget)
    yield state  # most often there is only one fault
    yield _rewrite_state(state)
    for part in (windows, [(0, len(state.text))]):
        state = _recover_windows(state, part, budget)
        yield state
    yield state.blank_out([(BlankingEdit(0, len(state.text), ""), failure.reason)])


def _remove_markers(state: RecoveryState) -> tuple[RecoveryState, SgNode]:
    """Without the marks of other tools, and its concrete tree."""
    root = parse_concrete_tree(state.text)
    clean = state.blank_out(marker_edits(state.text, root))
    return clean, root if clean is state else parse_concrete_tree(clean.text)


def _rewrite_state(state: RecoveryState) -> RecoveryState:
    return replace(state, text=rewrite_newer_syntax(state.text, parse_concrete_tree(state.text)))


def _replace_invalid_characters(original: str) -> RecoveryState:
    """With what neither parser takes replaced: lone CRs by LFs, NULs by blanks, lone surrogates by U+FFFD."""
    text = re.sub("[\ud800-\udfff]", "\ufffd", normalise_lone_cr(original))
    skipped_ranges = tuple(SkippedRange(*nuls.span(), "NUL byte") for nuls in re.finditer("\0+", text))
    return RecoveryState(text.replace("\0", " "), skipped_ranges)


def _restore_line_breaks(original: str, text: str) -> str:
    """`text` with the lone CRs that `original` has in these places."""
    if "\r" not in original:
        return text
    characters = list(text)
    for match in LONE_CR.finditer(original):
        characters[match.start()] = "\r"
    return "".join(characters)


def _close_string(state: RecoveryState, failure: ParseFailure, budget: _WorkBudget) -> RecoveryState | None:
    """Without the one line whose quotes turned all that follows inside out, if that is all there is to it."""
    edits = (edit for edit in unclosed_string_edits(state.text, failure.row) if budget.try_spend(5 * len(state.text)))
    states = (state.blank_out([(edit, "unterminated triple-quoted string literal")]) for edit in edits)
    readable_states = (each for each in map(_rewrite_state, states) if not find_parse_failure(each.text))
    return min(islice(readable_states, 3), key=_quoted_length, default=None)


def _quoted_length(state: RecoveryState) -> int:
    """How many characters lie in strings: too many, when a string takes in the code between two others."""
    strings = map(node_span, parse_concrete_tree(state.text).find_all(kind="string"))
    return sum(end - start for start, end in strings)


def _statement_windows(text: str, root: SgNode) -> Iterator[tuple[int, int]]:
    """Start and end of each statement at the top level, as far as `root`, the concrete tree, can tell them.

    Where it cannot, every line that starts with a word is taken for a statement.
    """
    inside = SpanSet([] if unbalanced_quotes(text) else _indivisible_spans(root))
    starts = [match.start() for match in _statement_starts(text) if match.start() not in inside]
    yield from pairwise([0, *(start for start in starts if start), len(text)])


def _indivisible_spans(root: SgNode) -> Iterator[tuple[int, int]]:
    """What is not to be divided, of all that spans lines: strings, and statements without a fault."""
    yield from map(node_span, root.find_all(kind="string", regex="\n"))
    error_free: Rule = {"not": {"has": {"kind": "ERROR", "stopBy": "end"}}}
    statements = root.find_all(all=[{"inside": {"kind": "module"}, "regex": "\n"}, error_free])
    yield from (node_span(node) for node in statements if node.kind() != "ERROR")


def _statement_starts(text: str) -> Iterator[re.Match[str]]:
    """The lines that may start a statement at the top level; decorators go with what they decorate."""
    is_decorated = False
    for match in re.finditer(r"^\f?(?!(?:elif|else|except|finally|case)\b)(@|[^\W\d]\w*)", text, re.MULTILINE):
        if not (is_decorated and match[1] in {"@", "async", "class", "def"}):
            yield match
        is_decorated = match[1] == "@"


def _window_of(failure: ParseFailure, text: str, windows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The window that holds the row of the trouble."""
    if failure.row is None:
        return []
    offset = 0
    for _ in range(failure.row):
        offset = text.find("\n", offset) + 1 or len(text)
    return [windows[bisect_right(windows, (offset, len(text))) - 1]]


def _recover_windows(state: RecoveryState, windows: list[tuple[int, int]], budget: _WorkBudget) -> RecoveryState:
    """With all that cannot be read left out of these windows."""
    pieces: list[str] = []
    skipped_ranges = [*state.skipped_ranges]
    done = 0
    for start, end in windows:
        window_state = _recover_text(state.text[start:end], budget)
        pieces += [state.text[done:start], window_state.text]
        skipped_ranges += [
            SkippedRange(part.start + start, part.end + start, part.reason) for part in window_state.skipped_ranges
        ]
        done = end
    return RecoveryState("".join([*pieces, state.text[done:]]), tuple(skipped_ranges))


def _recover_text(text: str, budget: _WorkBudget) -> RecoveryState:
    """`text` without what keeps Python from reading it."""
    state = RecoveryState(text)
    if not find_parse_failure(text):
        return state
    budget.reset_attempts()
    while True:
        root = parse_concrete_tree(state.text)
        rewritten = rewrite_newer_syntax(state.text, root)
        failure = find_parse_failure(rewritten)
        if not failure:
            return replace(state, text=rewritten)
        next_state = (
            state.blank_out(broken_statement_edits(rewritten, root)) if budget.try_spend(5 * len(text)) else state
        )
        if next_state.text == state.text:
            next_state = state.blank_out([_choose_edit(rewritten, failure, budget)])
        state = next_state


def _choose_edit(text: str, failure: ParseFailure, budget: _WorkBudget) -> tuple[BlankingEdit, str]:
    """The smallest cut that helps and why it is made; the rest of the text once the allowance is used up."""
    for edit in candidate_edits(text, failure.row, failure.message):
        if not budget.try_spend(len(text)):
            break
        if _is_helpful(edit, text, failure):
            return edit, failure.reason
    last = next(edit for edit in rest_of_text(text, failure.row or 0) if _is_helpful(edit, text, failure))
    return last, f"{failure.reason} (and too many errors to look further)"


def _is_helpful(edit: BlankingEdit, text: str, failure: ParseFailure) -> bool:
    """Whether the trouble is gone after the cut, or at least is somewhere else or, far from the cut, another one."""
    remaining = blank_out(text, [edit])
    if remaining == text:
        return False
    next_failure = find_parse_failure(remaining)
    if next_failure is None or next_failure.row is None:
        return next_failure is None or failure.row is not None
    first = text.count("\n", 0, edit.start)
    if first <= next_failure.row <= first + text.count("\n", edit.start, edit.end):
        return False
    return next_failure.row != failure.row or next_failure.reason != failure.reason


class _WorkBudget:
    """How often reading may still be tried: bounded for each window, and for the whole text."""

    def __init__(self, characters: int) -> None:
        self._characters = characters
        self._attempts = MAX_ATTEMPTS

    def reset_attempts(self) -> None:
        """For another window."""
        self._attempts = MAX_ATTEMPTS

    def try_spend(self, characters: int) -> bool:
        """Whether as many may be read once more. Few count as more, for what each reading costs."""
        self._attempts -= 1
        self._characters -= characters + 2000
        return self._attempts >= 0 and self._characters >= 0


def _unanalysed_ranges(original: str, skipped_ranges: Iterable[SkippedRange]) -> Iterator[UnanalysedRange]:
    """The losses as places in the original, one gap for those with nothing but blanks between them."""
    starts = [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", original))]
    end = -1
    for part in sorted(skipped_ranges, key=lambda part: (part.start, -part.end)):
        if end < 0 or (part.start > end and original[end : part.start].strip()):
            row = bisect_right(starts, part.start)
            yield UnanalysedRange(row, part.start - starts[row - 1], part.reason)
        end = max(end, part.end)
