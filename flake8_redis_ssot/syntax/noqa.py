"""`# noqa` comments, read exactly as flake8 reads them, and what the settings let them do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from flake8_redis_ssot.codes import UNUSED_SUPPRESSION, names_by_code
from flake8_redis_ssot.files.gitignore import matches_path
from flake8_redis_ssot.model import Span, Suppression
from flake8_redis_ssot.syntax.source import lines_of

# flake8: any case, one blank or none after the colon, codes apart by commas or blanks, each a prefix of what it silences.
NOQA = re.compile(r"# noqa(?::[\s]?(?P<codes>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*))?", re.IGNORECASE)
_WHOLE_FILE = re.compile(r"\s*(# flake8[:=]\s*noqa)", re.IGNORECASE)
_OURS = re.compile(r"\bRSS[0-9]+\b")
# What stands between codes and a reason; a comment of its own is one as well, unless it is there for another tool.
_LEAD = re.compile(r"(?:[\s,;:.\-\u2013\u2014]|#+\s)*")
_FOR_TOOLS = re.compile(
    r"#+\s*(?:noqa|flake8[:=]|(?:ruff|type|mypy|pyright|pylint|pragma|isort|fmt|yapf):|pyre-|nosec|nosemgrep|nosonar)",
    re.IGNORECASE,
)
_CODE_ALONE = re.compile(r"\b[A-Z]+[0-9]*\b")


class Directive(NamedTuple):
    """What one comment says: `text` as it stands at `row` (1-based) and `column` (0-based characters).

    It speaks for the rows `first` to `last`; `codes` are those that it names, none meaning all. `reason` is what it
    says besides, empty where it says nothing.
    """

    row: int
    column: int
    text: str
    codes: tuple[str, ...]
    reason: str
    first: int
    last: int

    def silences(self, code: str, rows: Iterable[int]) -> bool:
        """Whether it is about a code on any of some rows."""
        named = not self.codes or code.startswith(self.codes)
        return named and any(self.first <= row <= self.last for row in rows)

    def holds(self, policy: str) -> bool:
        """Whether a policy (allow, require-reason, forbid) lets it have its way."""
        return policy == "allow" or (policy == "require-reason" and bool(self.reason))

    def why_not(self, code: str, policy: str) -> str:
        """What to say of it to somebody whom it was to keep from a finding."""
        if policy == "forbid":
            return f"`{self.text}` has no effect: the settings forbid to silence {code} by a comment"
        return f"`{self.text}` has no effect without a reason: write `{self.text} -- why`"


def ignored_codes(ignores: Iterable[tuple[str, tuple[str, ...]]], relative: str) -> tuple[str, ...]:
    """The codes, prefixes or `ALL` that `per-file-ignores` (patterns with codes) leaves out of a file (with `/`)."""
    return tuple(code for pattern, codes in ignores if matches_path((pattern,), relative) for code in codes)


class Comments:
    """The suppressions of one file, from its text."""

    def __init__(self, text: str) -> None:
        present = "noqa" in text.lower()
        self._lines = lines_of(text) if present else []
        self._layout = layout_of(text) if present else _NOTHING
        self._whole_file = next(self._for_whole_file(), None)

    def silencing(self, code: str, rows: Sequence[int]) -> Iterator[Directive]:
        """What silences a code on any of some rows (1-based), as far as the settings allow it."""
        if self._whole_file is not None:
            yield self._whole_file
        yield from (found for found in self._on(rows if self._lines else ()) if found.silences(code, rows))

    def directives(self) -> Iterator[Directive]:
        """All that is said in the file, for whichever code, in strings too: flake8 reads lines."""
        if self._whole_file is not None:
            yield self._whole_file
        yield from self._on(row for row, line in enumerate(self._lines, 1) if "noqa" in line.lower())

    def is_comment(self, directive: Directive) -> bool:
        """Whether something said is part of a comment for sure."""
        column = self._layout.comments.get(directive.row)
        return column is not None and column <= directive.column

    def suppressions(self, directive: Directive) -> Iterator[Suppression]:
        """Each code of ours that a comment names."""
        row, column = directive.row, directive.column
        if directive.codes and self.is_comment(directive):
            for found in _OURS.finditer(directive.text):
                span = Span(row, column + found.start(), row, column + found.end())
                yield Suppression(span, found[0], directive.first, directive.last)

    def _for_whole_file(self) -> Iterator[Directive]:
        for row, line in enumerate(self._lines, 1):
            found = _WHOLE_FILE.match(line)
            if found:
                reason = _reason(line[found.end() :], blanket=True)
                yield Directive(row, found.start(1), found[1], (), reason, 1, len(self._lines))

    def _on(self, rows: Iterable[int]) -> Iterator[Directive]:
        """What is said on some rows. Of rows that are joined, only what is said first counts."""
        for first, last in dict.fromkeys(self._layout.joined.get(row, (row, row)) for row in rows):
            found = read_directive("\n".join(self._lines[first - 1 : last]), first, last)
            if found is not None:
                yield found


def read_directive(text: str, first: int = 1, last: int = 1) -> Directive | None:
    """What is said first in the text of the rows `first` to `last`."""
    found = NOQA.search(text)
    if found is None:
        return None
    before, rest = text[: found.start()], text[found.end() :].partition("\n")[0]
    row, column = first + before.count("\n"), len(before) - (before.rfind("\n") + 1)
    codes = tuple(re.split(r"[,\s]+", found["codes"])) if found["codes"] else ()
    return Directive(row, column, found[0], codes, _reason(rest, blanket=not codes), first, last)


def _reason(rest: str, *, blanket: bool) -> str:
    """The reason in what follows a directive. Behind a blanket one, codes that were meant to be some are none."""
    text = _FOR_TOOLS.split(rest, maxsplit=1)[0]
    text = _LEAD.sub("", text, count=1).strip()
    return text if re.search(r"\w", _CODE_ALONE.sub("", text) if blanket else text) else ""


def suppressions_in(text: str) -> tuple[Suppression, ...]:
    """Each code of ours that a comment of a file names; nothing where the running Python can't tell its comments."""
    if not _OURS.search(text):
        return ()
    comments = Comments(text)
    return tuple(each for directive in comments.directives() for each in comments.suppressions(directive))


def codes_meant(prefix: str) -> list[str]:
    """The codes that a code, or the beginning of some, means."""
    return [code for code in names_by_code() if code.startswith(prefix)]


def is_unused(
    named: Suppression, found: Iterable[tuple[str, Sequence[int]]], is_asked_for: Callable[[str], bool]
) -> bool:
    """Whether a code in a comment silences nothing for sure.

    `found` is all that was found in the file, silenced or not, each a code with the rows where a comment can silence
    it. Of codes that were not asked for nothing is known, and the code of this very remark speaks for itself.
    """
    meant = codes_meant(named.code)
    if UNUSED_SUPPRESSION in meant or not all(map(is_asked_for, meant)):
        return False
    rows = range(named.first, named.last + 1)
    return not any(code.startswith(named.code) and any(row in rows for row in on) for code, on in found)


class Layout(NamedTuple):
    """How a text is laid out: `joined` rows (1-based) that one comment speaks for, and where `comments` begin.

    A row maps to the first and the last of the rows that are joined with it, by a backslash or a long string; and to
    the column of its comment.
    """

    joined: dict[int, tuple[int, int]]
    comments: dict[int, int]


_NOTHING = Layout({}, {})


def layout_of(text: str) -> Layout:
    """The layout of a text; empty where the running Python can't tokenize it: then each line speaks for itself."""
    import io
    import tokenize

    joined: dict[int, tuple[int, int]] = {}
    comments: dict[int, int] = {}
    first, last = 0, 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline=None).readline):
            if token.type in (tokenize.ENDMARKER, tokenize.DEDENT):
                continue
            first, last = first or token.start[0], max(last, token.end[0])
            if token.type == tokenize.COMMENT:
                comments[token.start[0]] = token.start[1]
            elif token.type in (tokenize.NL, tokenize.NEWLINE):
                joined.update(dict.fromkeys(range(first, last + 1), (first, last)))
                first = last = 0
    except (tokenize.TokenError, SyntaxError):
        return _NOTHING
    return Layout(joined, comments)
