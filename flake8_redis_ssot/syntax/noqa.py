"""`# noqa` comments, parsed exactly as flake8 does, and the policies for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from flake8_redis_ssot.codes import names_by_code
from flake8_redis_ssot.files.gitignore import matches_path
from flake8_redis_ssot.model import Span, Suppression
from flake8_redis_ssot.syntax.source import split_lines

# flake8: any case, at most one blank after the colon, codes separated by commas or blanks, each may be a prefix.
NOQA_PATTERN = re.compile(r"# noqa(?::[\s]?(?P<codes>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*))?", re.IGNORECASE)
_FILE_NOQA_PATTERN = re.compile(r"\s*(# flake8[:=]\s*noqa)", re.IGNORECASE)
_RSS_CODE = re.compile(r"\bRSS[0-9]+\b")
# The separator between codes and a reason. A comment that follows is a reason too, unless it is for another tool.
_REASON_SEPARATOR = re.compile(r"(?:[\s,;:.\-\u2013\u2014]|#+\s)*")
_TOOL_COMMENT = re.compile(
    r"#+\s*(?:noqa|flake8[:=]|(?:ruff|type|mypy|pyright|pylint|pragma|isort|fmt|yapf):|pyre-|nosec|nosemgrep|nosonar)",
    re.IGNORECASE,
)
_CODE_ALONE = re.compile(r"\b[A-Z]+[0-9]*\b")


class NoqaComment(NamedTuple):
    """A suppression comment: `text` at `row` (1-based) and `column` (0-based characters).

    It applies to the rows `first_row` to `last_row` and to the codes with one of the prefixes `codes`, to all if there
    are none. `reason` is the text that follows, possibly empty.
    """

    row: int
    column: int
    text: str
    codes: tuple[str, ...]
    reason: str
    first_row: int
    last_row: int

    def suppresses(self, code: str, rows: Iterable[int]) -> bool:
        """Whether it applies to a code in any of the rows."""
        named = not self.codes or code.startswith(self.codes)
        return named and any(self.first_row <= row <= self.last_row for row in rows)

    def is_allowed_by(self, policy: str) -> bool:
        """Whether a policy (allow, require-reason, forbid) lets it take effect."""
        return policy == "allow" or (policy == "require-reason" and bool(self.reason))

    def rejection_message(self, code: str, policy: str) -> str:
        """Why it has no effect under a policy that does not allow it."""
        if policy == "forbid":
            return f"`{self.text}` has no effect: the settings forbid to silence {code} by a comment"
        return f"`{self.text}` has no effect without a reason: write `{self.text} -- why`"


def ignored_codes(ignores: Iterable[tuple[str, tuple[str, ...]]], relative_path: str) -> tuple[str, ...]:
    """The codes, prefixes or `ALL` that `per-file-ignores` (patterns with codes) ignores in a file (path with `/`).

    As in ruff, `!pattern` means all files that the pattern does not match.
    """
    return tuple(code for pattern, codes in ignores if _applies_to(pattern, relative_path) for code in codes)


def _applies_to(pattern: str, relative_path: str) -> bool:
    is_negated = pattern.startswith("!")
    return matches_path((pattern.removeprefix("!"),), relative_path) is not is_negated


class NoqaIndex:
    """The suppression comments of one file, from its text."""

    def __init__(self, text: str) -> None:
        has_noqa = "noqa" in text.lower()
        self._lines = split_lines(text) if has_noqa else []
        self._line_map = build_line_map(text) if has_noqa else _EMPTY_LINE_MAP
        self._file_comment = next(self._find_file_comments(), None)

    def find_suppressing(self, code: str, rows: Sequence[int]) -> Iterator[NoqaComment]:
        """The comments that apply to a code in any of the rows (1-based), whatever the policy."""
        if self._file_comment is not None:
            yield self._file_comment
        yield from (
            comment for comment in self._find_on_rows(rows if self._lines else ()) if comment.suppresses(code, rows)
        )

    def iter_comments(self) -> Iterator[NoqaComment]:
        """All suppression comments, for any code, also in strings: flake8 searches lines."""
        if self._file_comment is not None:
            yield self._file_comment
        yield from self._find_on_rows(row for row, line in enumerate(self._lines, 1) if "noqa" in line.lower())

    def is_in_comment(self, comment: NoqaComment) -> bool:
        """Whether it is certain that a suppression is in a comment rather than a string."""
        column = self._line_map.comment_columns.get(comment.row)
        return column is not None and column <= comment.column

    def find_suppressions(self, comment: NoqaComment) -> Iterator[Suppression]:
        """Each of our codes that a comment names."""
        row, column = comment.row, comment.column
        if comment.codes and self.is_in_comment(comment):
            for match in _RSS_CODE.finditer(comment.text):
                span = Span(row, column + match.start(), row, column + match.end())
                yield Suppression(span, match[0], comment.first_row, comment.last_row)

    def _find_file_comments(self) -> Iterator[NoqaComment]:
        for row, line in enumerate(self._lines, 1):
            match = _FILE_NOQA_PATTERN.match(line)
            if match:
                reason = _extract_reason(line[match.end() :], is_blanket=True)
                yield NoqaComment(row, match.start(1), match[1], (), reason, 1, len(self._lines))

    def _find_on_rows(self, rows: Iterable[int]) -> Iterator[NoqaComment]:
        """The suppressions in some rows. In rows that are joined, only the first one counts."""
        for first_row, last_row in dict.fromkeys(self._line_map.logical_lines.get(row, (row, row)) for row in rows):
            comment = parse_noqa("\n".join(self._lines[first_row - 1 : last_row]), first_row, last_row)
            if comment is not None:
                yield comment


def parse_noqa(text: str, first_row: int = 1, last_row: int = 1) -> NoqaComment | None:
    """The first suppression in the text of the rows `first_row` to `last_row`."""
    match = NOQA_PATTERN.search(text)
    if match is None:
        return None
    before, rest = text[: match.start()], text[match.end() :].partition("\n")[0]
    row, column = first_row + before.count("\n"), len(before) - (before.rfind("\n") + 1)
    codes = tuple(re.split(r"[,\s]+", match["codes"])) if match["codes"] else ()
    return NoqaComment(row, column, match[0], codes, _extract_reason(rest, is_blanket=not codes), first_row, last_row)


def _extract_reason(rest: str, *, is_blanket: bool) -> str:
    """The reason in the text after a directive. After a blanket one, words in the form of codes are no reason."""
    text = _TOOL_COMMENT.split(rest, maxsplit=1)[0]
    text = _REASON_SEPARATOR.sub("", text, count=1).strip()
    return text if re.search(r"\w", _CODE_ALONE.sub("", text) if is_blanket else text) else ""


def find_suppressions(text: str) -> tuple[Suppression, ...]:
    """Each of our codes that a comment of a file names; none if the running Python cannot tokenize the text."""
    if not _RSS_CODE.search(text):
        return ()
    index = NoqaIndex(text)
    return tuple(suppression for comment in index.iter_comments() for suppression in index.find_suppressions(comment))


def codes_with_prefix(prefix: str) -> list[str]:
    """All codes that begin with a prefix, which may be a code."""
    return [code for code in names_by_code() if code.startswith(prefix)]


def is_unused(
    suppression: Suppression, rows_by_code: Iterable[tuple[str, Sequence[int]]], is_selected: Callable[[str], bool]
) -> bool:
    """Whether a code in a comment certainly suppresses nothing; false for codes that are not selected.

    `rows_by_code` are all findings of the file, suppressed or not, each a code with the rows where a comment can
    suppress it.
    """
    codes = codes_with_prefix(suppression.code)
    if not all(map(is_selected, codes)):
        return False
    rows = range(suppression.first_row, suppression.last_row + 1)
    return not any(
        code.startswith(suppression.code) and any(row in rows for row in code_rows) for code, code_rows in rows_by_code
    )


class LineMap(NamedTuple):
    """The joined lines and the comments of a text.

    `logical_lines` maps each row (1-based) to the first and last of the rows joined with it by a backslash or a
    multi-line string, to all of which one comment applies. `comment_columns` maps a row to the column of its comment.
    """

    logical_lines: dict[int, tuple[int, int]]
    comment_columns: dict[int, int]


_EMPTY_LINE_MAP = LineMap({}, {})


def build_line_map(text: str) -> LineMap:
    """The line map of a text; empty if the running Python cannot tokenize it: then no lines are joined."""
    import io
    import tokenize

    logical_lines: dict[int, tuple[int, int]] = {}
    comment_columns: dict[int, int] = {}
    first, last = 0, 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline=None).readline):
            if token.type in (tokenize.ENDMARKER, tokenize.DEDENT):
                continue
            first, last = first or token.start[0], max(last, token.end[0])
            if token.type == tokenize.COMMENT:
                comment_columns[token.start[0]] = token.start[1]
            elif token.type in (tokenize.NL, tokenize.NEWLINE):
                logical_lines.update(dict.fromkeys(range(first, last + 1), (first, last)))
                first = last = 0
    except (tokenize.TokenError, SyntaxError):
        return _EMPTY_LINE_MAP
    return LineMap(logical_lines, comment_columns)
