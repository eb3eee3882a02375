"""`# noqa` comments, read exactly as flake8 reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flake8_redis_ssot.patterns import matches_path
from flake8_redis_ssot.source import lines_of

# flake8: any case, one blank or none after the colon, codes apart by commas or blanks, each a prefix of what it silences.
NOQA = re.compile(r"# noqa(?::[\s]?(?P<codes>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*))?", re.IGNORECASE)
_WHOLE_FILE = re.compile(r"\s*# flake8[:=]\s*noqa", re.IGNORECASE)


def ignored_codes(ignores: Iterable[tuple[str, tuple[str, ...]]], relative: str) -> tuple[str, ...]:
    """The codes, prefixes or `ALL` that `per-file-ignores` (patterns with codes) leaves out of a file (with `/`)."""
    return tuple(code for pattern, codes in ignores if matches_path((pattern,), relative) for code in codes)


class Comments:
    """The suppressions of one file, from its text."""

    def __init__(self, text: str) -> None:
        present = "noqa" in text.lower()
        self.lines = lines_of(text) if present else []
        self.whole_file = any(map(_WHOLE_FILE.match, self.lines))
        self._joined = joined_lines(text) if present else {}
        self._present = present

    def silence(self, code: str, rows: Iterable[int]) -> bool:
        """Whether a comment on one of the 1-based rows silences the code."""
        return self.whole_file or (self._present and any(self._on_row(code, row) for row in rows))

    def _on_row(self, code: str, row: int) -> bool:
        first, last = self._joined.get(row, (row, row))
        found = NOQA.search("\n".join(self.lines[first - 1 : last]))
        if not found:
            return False
        codes = found["codes"]
        return codes is None or code.startswith(tuple(re.split(r"[,\s]+", codes)))


def joined_lines(text: str) -> dict[int, tuple[int, int]]:
    """First and last row (1-based) of the lines that one comment speaks for: joined by a backslash or a long string.

    Empty where the running Python can't tokenize the text; then each line speaks for itself.
    """
    import io
    import tokenize

    spans: dict[int, tuple[int, int]] = {}
    first, last = 0, 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline=None).readline):
            if token.type in (tokenize.ENDMARKER, tokenize.DEDENT):
                continue
            first, last = first or token.start[0], max(last, token.end[0])
            if token.type in (tokenize.NL, tokenize.NEWLINE):
                spans.update(dict.fromkeys(range(first, last + 1), (first, last)))
                first = last = 0
    except (tokenize.TokenError, SyntaxError):
        return {}
    return spans
