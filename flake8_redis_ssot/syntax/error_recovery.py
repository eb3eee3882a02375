"""Error recovery: parts that do not parse are blanked and reported, the rest keeps its position.

Each top-level statement is recovered separately, so that an error stays local and costs little. All positions are
offsets in characters.
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
from flake8_redis_ssot.syntax.edits import LineIndex
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


MAX_ATTEMPTS = 50  # edits tried on one top-level statement
MAX_CHARACTERS = 20_000_000  # characters parsed again in total: a few seconds


@dataclass(frozen=True, slots=True)
class SkippedRange:
    """A part that is left out, from `start` to `end` (exclusive), and why."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class RecoveryState:
    """A text during recovery, and the ranges skipped so far."""

    text: str
    skipped_ranges: tuple[SkippedRange, ...] = ()

    def blank_out(self, edits: Iterable[tuple[BlankingEdit, str]]) -> RecoveryState:
        """The state after these edits. Those that have a reason and remove code add a skipped range."""
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
    """The tree of text that does not parse, the text that was parsed instead, and the parts left out of it.

    `failure` is why `original` does not parse.
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
    """Texts that are ever more likely to parse; the failure of each is sent back."""
    state, root = _remove_markers(_replace_invalid_characters(original))
    rewritten = rewrite_newer_syntax(state.text, root)
    if rewritten != original:
        failure = yield replace(state, text=rewritten)
    if closed_state := _close_string(state, failure, _WorkBudget(MAX_CHARACTERS // 2)):
        yield closed_state
    # The rewritten text is only tried, not kept: where an error confuses the concrete tree, rewriting does harm.
    windows = [*_statement_windows(state.text, root)]
    budget = _WorkBudget(MAX_CHARACTERS)
    state = _recover_windows(state, _window_of(failure, state.text, windows), budget)
    yield state  # usually there is only one error
    yield _rewrite_state(state)
    for part in (windows, [(0, len(state.text))]):
        state = _recover_windows(state, part, budget)
        yield state
    yield state.blank_out([(BlankingEdit(0, len(state.text), ""), failure.reason)])


def _remove_markers(state: RecoveryState) -> tuple[RecoveryState, SgNode]:
    """The state without the markers of other tools, and its concrete tree."""
    root = parse_concrete_tree(state.text)
    clean = state.blank_out(marker_edits(state.text, root))
    return clean, root if clean is state else parse_concrete_tree(clean.text)


def _rewrite_state(state: RecoveryState) -> RecoveryState:
    return replace(state, text=rewrite_newer_syntax(state.text, parse_concrete_tree(state.text)))


def _replace_invalid_characters(original: str) -> RecoveryState:
    """Replace what neither parser accepts: lone CRs by LFs, NULs by blanks, lone surrogates by U+FFFD."""
    text = re.sub("[\ud800-\udfff]", "\ufffd", normalise_lone_cr(original))
    skipped_ranges = tuple(SkippedRange(*nuls.span(), "NUL byte") for nuls in re.finditer("\0+", text))
    return RecoveryState(text.replace("\0", " "), skipped_ranges)


def _restore_line_breaks(original: str, text: str) -> str:
    """`text` with the lone CRs that `original` has at the same offsets."""
    if "\r" not in original:
        return text
    characters = list(text)
    for match in LONE_CR.finditer(original):
        characters[match.start()] = "\r"
    return "".join(characters)


def _close_string(state: RecoveryState, failure: ParseFailure, budget: _WorkBudget) -> RecoveryState | None:
    """The state without the line that opens an unclosed string; None if more than that is wrong."""
    edits = (edit for edit in unclosed_string_edits(state.text, failure.row) if budget.try_spend(5 * len(state.text)))
    states = (state.blank_out([(edit, "unterminated triple-quoted string literal")]) for edit in edits)
    readable_states = (each for each in map(_rewrite_state, states) if not find_parse_failure(each.text))
    return min(islice(readable_states, 3), key=_quoted_length, default=None)


def _quoted_length(state: RecoveryState) -> int:
    """The number of characters in strings: too many if a string includes the code between two others."""
    strings = map(node_span, parse_concrete_tree(state.text).find_all(kind="string"))
    return sum(end - start for start, end in strings)


def _statement_windows(text: str, root: SgNode) -> Iterator[tuple[int, int]]:
    """Start and end of each top-level statement, as far as `root`, the concrete tree, shows them.

    Elsewhere every line that starts with a word counts as a statement.
    """
    inside = SpanSet([] if unbalanced_quotes(text) else _indivisible_spans(root))
    starts = [match.start() for match in _statement_starts(text) if match.start() not in inside]
    yield from pairwise([0, *(start for start in starts if start), len(text)])


def _indivisible_spans(root: SgNode) -> Iterator[tuple[int, int]]:
    """Multi-line parts that must not be divided: strings, and statements without an error."""
    yield from map(node_span, root.find_all(kind="string", regex="\n"))
    error_free: Rule = {"not": {"has": {"kind": "ERROR", "stopBy": "end"}}}
    statements = root.find_all(all=[{"inside": {"kind": "module"}, "regex": "\n"}, error_free])
    yield from (node_span(node) for node in statements if node.kind() != "ERROR")


def _statement_starts(text: str) -> Iterator[re.Match[str]]:
    """The lines that may start a top-level statement; decorators belong to their definition."""
    is_decorated = False
    for match in re.finditer(r"^\f?(?!(?:elif|else|except|finally|case)\b)(@|[^\W\d]\w*)", text, re.MULTILINE):
        if not (is_decorated and match[1] in {"@", "async", "class", "def"}):
            yield match
        is_decorated = match[1] == "@"


def _window_of(failure: ParseFailure, text: str, windows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The window that contains the row of the failure."""
    if failure.row is None:
        return []
    offset = 0
    for _ in range(failure.row):
        offset = text.find("\n", offset) + 1 or len(text)
    return [windows[bisect_right(windows, (offset, len(text))) - 1]]


def _recover_windows(state: RecoveryState, windows: list[tuple[int, int]], budget: _WorkBudget) -> RecoveryState:
    """The state without anything in these windows that does not parse."""
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
    """`text` without what keeps it from parsing."""
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
        next_state = state.blank_out(broken_statement_edits(rewritten, root) if budget.try_spend(5 * len(text)) else ())
        if next_state.text == state.text:
            next_state = state.blank_out([_choose_edit(rewritten, failure, budget)])
        state = next_state


def _choose_edit(text: str, failure: ParseFailure, budget: _WorkBudget) -> tuple[BlankingEdit, str]:
    """The smallest edit that helps, and its reason; the rest of the text once the budget is spent."""
    for edit in candidate_edits(text, failure.row, failure.message):
        if not budget.try_spend(len(text)):
            break
        if _is_helpful(edit, text, failure):
            return edit, failure.reason
    last = next(edit for edit in rest_of_text(text, failure.row or 0) if _is_helpful(edit, text, failure))
    return last, f"{failure.reason} (and too many errors to look further)"


def _is_helpful(edit: BlankingEdit, text: str, failure: ParseFailure) -> bool:
    """Whether the edit resolves the failure, moves it out of the edited rows, or leads to another one there."""
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
    """How much may still be parsed: limited for each window, and for the whole text."""

    def __init__(self, characters: int) -> None:
        self._characters = characters
        self._attempts = MAX_ATTEMPTS

    def reset_attempts(self) -> None:
        """Start another window."""
        self._attempts = MAX_ATTEMPTS

    def try_spend(self, characters: int) -> bool:
        """Whether so many characters may be parsed once more. Each attempt also has a fixed cost."""
        self._attempts -= 1
        self._characters -= characters + 2000
        return self._attempts >= 0 and self._characters >= 0


def _unanalysed_ranges(original: str, skipped_ranges: Iterable[SkippedRange]) -> Iterator[UnanalysedRange]:
    """The skipped ranges as positions in `original`, those with only blanks between them joined."""
    lines, end = LineIndex(original), -1
    for part in sorted(skipped_ranges, key=lambda part: (part.start, -part.end)):
        if end < 0 or (part.start > end and original[end : part.start].strip()):
            yield UnanalysedRange(*lines.position(part.start), part.reason)
        end = max(end, part.end)
