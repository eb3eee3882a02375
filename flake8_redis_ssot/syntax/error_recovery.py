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

from flake8_redis_ssot.model import Gap
from flake8_redis_ssot.syntax.backport import level
from flake8_redis_ssot.syntax.recovery_candidates import Cut, cuts, odd_quotes, rest, unmatched_quotes, without
from flake8_redis_ssot.syntax.recovery_scan import broken_statements, marked
from flake8_redis_ssot.syntax.trees import LONE_CR, Spans, Trouble, concrete_tree, ended_by_lf, read, span, trouble_in

if TYPE_CHECKING:
    from ast_grep_py import Rule, SgNode


ATTEMPTS = 50  # how many cuts are tried on one top-level statement
WORK = 20_000_000  # how many characters are read again, in all: a few seconds


@dataclass(frozen=True, slots=True)
class Lost:
    """A part that is left out, from `start` to `end`, and why."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A text on its way to be readable, and what it has lost so far."""

    text: str
    lost: tuple[Lost, ...] = ()

    def without(self, parts: Iterable[tuple[Cut, str]]) -> Draft:
        """The text after these cuts. Those that lose code, for a reason that is told, are losses."""
        parts = [*parts]
        if not parts:
            return self
        lost = [self._loss(cut, why) for cut, why in parts if why and cut.loses_code(self.text)]
        return Draft(without(self.text, [cut for cut, _ in parts]), (*self.lost, *lost))

    def _loss(self, cut: Cut, why: str) -> Lost:
        part = self.text[cut.start : cut.end]
        return Lost(cut.end - len(part.lstrip(" \t\f\r\n")), cut.end, why)


def recover(original: str, trouble: Trouble) -> tuple[ast.Module, str, tuple[Gap, ...]]:
    """A tree for text that Python does not read as it stands, the text it was made from, and the gaps in it.

    `trouble` is why it does not.
    """
    drafts = _drafts(original, trouble)
    draft = next(drafts)
    while True:
        text = _with_line_breaks_of(original, draft.text)
        outcome = read(text)
        if isinstance(outcome, ast.Module):
            return outcome, text, tuple(_gaps(original, draft.lost))
        draft = drafts.send(outcome)


def _drafts(original: str, trouble: Trouble) -> Generator[Draft, Trouble, None]:
    """Ever more readable texts; each time, the trouble with the last one is sent back."""
    draft, root = _unmarked(_tidied(original))
    levelled = level(draft.text, root)
    if levelled != original:
        trouble = yield replace(draft, text=levelled)
    if closed := _closed(draft, trouble, _Allowance(WORK // 2)):
        yield closed
    # The whole text is levelled on trial only: where a fault confuses the concrete tree, it would do harm.
    windows = [*_windows(draft.text, root)]
    allowance = _Allowance(WORK)
    draft = _mended(draft, _window_of(trouble, draft.text, windows), allowance)
    yield draft  # most often there is only one fault
    yield _levelled(draft)
    for part in (windows, [(0, len(draft.text))]):
        draft = _mended(draft, part, allowance)
        yield draft
    yield draft.without([(Cut(0, len(draft.text), ""), trouble.reason)])


def _unmarked(draft: Draft) -> tuple[Draft, SgNode]:
    """Without the marks of other tools, and its concrete tree."""
    root = concrete_tree(draft.text)
    clean = draft.without(marked(draft.text, root))
    return clean, root if clean is draft else concrete_tree(clean.text)


def _levelled(draft: Draft) -> Draft:
    return replace(draft, text=level(draft.text, concrete_tree(draft.text)))


def _tidied(original: str) -> Draft:
    """With what neither parser takes replaced: lone CRs by LFs, NULs by blanks, lone surrogates by U+FFFD."""
    text = re.sub("[\ud800-\udfff]", "\ufffd", ended_by_lf(original))
    lost = tuple(Lost(*nuls.span(), "NUL byte") for nuls in re.finditer("\0+", text))
    return Draft(text.replace("\0", " "), lost)


def _with_line_breaks_of(original: str, text: str) -> str:
    """`text` with the lone CRs that `original` has in these places."""
    if "\r" not in original:
        return text
    characters = list(text)
    for match in LONE_CR.finditer(original):
        characters[match.start()] = "\r"
    return "".join(characters)


def _closed(draft: Draft, trouble: Trouble, allowance: _Allowance) -> Draft | None:
    """Without the one line whose quotes turned all that follows inside out, if that is all there is to it."""
    cuts = (cut for cut in unmatched_quotes(draft.text, trouble.row) if allowance.take(5 * len(draft.text)))
    closed = (draft.without([(cut, "unterminated triple-quoted string literal")]) for cut in cuts)
    readable = (each for each in map(_levelled, closed) if not trouble_in(each.text))
    return min(islice(readable, 3), key=_quoted, default=None)


def _quoted(draft: Draft) -> int:
    """How many characters lie in strings: too many, when a string takes in the code between two others."""
    strings = map(span, concrete_tree(draft.text).find_all(kind="string"))
    return sum(end - start for start, end in strings)


def _windows(text: str, root: SgNode) -> Iterator[tuple[int, int]]:
    """Start and end of each statement at the top level, as far as `root`, the concrete tree, can tell them.

    Where it cannot, every line that starts with a word is taken for a statement.
    """
    inside = Spans([] if odd_quotes(text) else _wholes(root))
    starts = [match.start() for match in _first_words(text) if match.start() not in inside]
    yield from pairwise([0, *(start for start in starts if start), len(text)])


def _wholes(root: SgNode) -> Iterator[tuple[int, int]]:
    """What is not to be divided, of all that spans lines: strings, and statements without a fault."""
    yield from map(span, root.find_all(kind="string", regex="\n"))
    faultless: Rule = {"not": {"has": {"kind": "ERROR", "stopBy": "end"}}}
    statements = root.find_all(all=[{"inside": {"kind": "module"}, "regex": "\n"}, faultless])
    yield from (span(node) for node in statements if node.kind() != "ERROR")


def _first_words(text: str) -> Iterator[re.Match[str]]:
    """The lines that may start a statement at the top level; decorators go with what they decorate."""
    decorated = False
    for match in re.finditer(r"^\f?(?!(?:elif|else|except|finally|case)\b)(@|[^\W\d]\w*)", text, re.MULTILINE):
        if not (decorated and match[1] in {"@", "async", "class", "def"}):
            yield match
        decorated = match[1] == "@"


def _window_of(trouble: Trouble, text: str, windows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The window that holds the row of the trouble."""
    if trouble.row is None:
        return []
    at = 0
    for _ in range(trouble.row):
        at = text.find("\n", at) + 1 or len(text)
    return [windows[bisect_right(windows, (at, len(text))) - 1]]


def _mended(draft: Draft, windows: list[tuple[int, int]], allowance: _Allowance) -> Draft:
    """With all that cannot be read left out of these windows."""
    pieces: list[str] = []
    lost = [*draft.lost]
    done = 0
    for start, end in windows:
        mended = _readable(draft.text[start:end], allowance)
        pieces += [draft.text[done:start], mended.text]
        lost += [Lost(part.start + start, part.end + start, part.reason) for part in mended.lost]
        done = end
    return Draft("".join([*pieces, draft.text[done:]]), tuple(lost))


def _readable(text: str, allowance: _Allowance) -> Draft:
    """`text` without what keeps Python from reading it."""
    draft = Draft(text)
    if not trouble_in(text):
        return draft
    allowance.renew()
    while True:
        root = concrete_tree(draft.text)
        levelled = level(draft.text, root)
        trouble = trouble_in(levelled)
        if not trouble:
            return replace(draft, text=levelled)
        repaired = draft.without(broken_statements(levelled, root)) if allowance.take(5 * len(text)) else draft
        if repaired.text == draft.text:
            repaired = draft.without([_choice(levelled, trouble, allowance)])
        draft = repaired


def _choice(text: str, trouble: Trouble, allowance: _Allowance) -> tuple[Cut, str]:
    """The smallest cut that helps and why it is made; the rest of the text once the allowance is used up."""
    for cut in cuts(text, trouble.row, trouble.message):
        if not allowance.take(len(text)):
            break
        if _helps(cut, text, trouble):
            return cut, trouble.reason
    last = next(cut for cut in rest(text, trouble.row or 0) if _helps(cut, text, trouble))
    return last, f"{trouble.reason} (and too many errors to look further)"


def _helps(cut: Cut, text: str, trouble: Trouble) -> bool:
    """Whether the trouble is gone after the cut, or at least is somewhere else or, far from the cut, another one."""
    left = without(text, [cut])
    if left == text:
        return False
    after = trouble_in(left)
    if after is None or after.row is None:
        return after is None or trouble.row is not None
    first = text.count("\n", 0, cut.start)
    if first <= after.row <= first + text.count("\n", cut.start, cut.end):
        return False
    return after.row != trouble.row or after.reason != trouble.reason


class _Allowance:
    """How often reading may still be tried: bounded for each window, and for the whole text."""

    def __init__(self, work: int) -> None:
        self._work = work
        self._attempts = ATTEMPTS

    def renew(self) -> None:
        """For another window."""
        self._attempts = ATTEMPTS

    def take(self, characters: int) -> bool:
        """Whether as many may be read once more. Few count as more, for what each reading costs."""
        self._attempts -= 1
        self._work -= characters + 2000
        return self._attempts >= 0 and self._work >= 0


def _gaps(original: str, lost: Iterable[Lost]) -> Iterator[Gap]:
    """The losses as places in the original, one gap for those with nothing but blanks between them."""
    starts = [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", original))]
    end = -1
    for part in sorted(lost, key=lambda part: (part.start, -part.end)):
        if end < 0 or (part.start > end and original[end : part.start].strip()):
            row = bisect_right(starts, part.start)
            yield Gap(row, part.start - starts[row - 1], part.reason)
        end = max(end, part.end)
