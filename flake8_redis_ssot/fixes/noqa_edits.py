"""RSS901: a code goes out of a `noqa` comment, or the comment as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.draft import Draft, Replace
from flake8_redis_ssot.model import Suppression
from flake8_redis_ssot.project.view import Judged
from flake8_redis_ssot.syntax.edits import Cut
from flake8_redis_ssot.syntax.noqa import NOQA, Comments, ignored_codes
from flake8_redis_ssot.syntax.source import LINE_BREAK

_SEPARATOR = re.compile(r"[,\s]*")
_BEFORE = re.compile(r"[,\s]+\Z")
_NEXT_COMMENT = re.compile(r"(?<=\s)#+(?=\s|noqa|type:|pylint:|pragma:|nosec)")


def without_code(named: Suppression, path: str, bench: Bench) -> Draft:
    """The fix that deletes one code."""
    sheet = bench.sheet(path)
    start = sheet.lines.offset(named.span.row, 0)
    end = LINE_BREAK.search(sheet.text, start)
    line = sheet.text[start : end.start() if end else len(sheet.text)]
    directive = _directive_around(line, named)
    if directive["codes"] != named.code:
        first, last = _code_in(line, named)
        title = f"Delete `{named.code}`"
    else:
        first, last = _whole(line, directive)
        title = "Delete the comment"
        if not line[:first].strip() and last == len(line):  # nothing else is on the line: it goes with its break
            first, last = 0, (end.end() - start if end else len(line))
    return Draft(f"{title}, which silences nothing", (Replace(path, Cut(start + first, start + last, "")),))


def _directive_around(line: str, named: Suppression) -> re.Match[str]:
    return next(found for found in NOQA.finditer(line) if found.start() <= named.span.column < found.end())


def _code_in(line: str, named: Suppression) -> tuple[int, int]:
    """A code among others, with what keeps it apart from the one before, or, of the first one, from the next."""
    first, last = named.span.column, named.span.end_column
    before = _BEFORE.search(line, 0, first)
    if before and line[: before.start()][-1:] != ":":
        return before.start(), last
    return first, _SEPARATOR.match(line, last).end()  # type: ignore[union-attr]


def _whole(line: str, directive: re.Match[str]) -> tuple[int, int]:
    """A comment with its reason: up to the next one behind it, else with the blanks before it, to the line's end."""
    start = directive.start()
    while line[:start].endswith("#"):
        start -= 1
    after = _NEXT_COMMENT.search(line, directive.end())
    if after:
        return start, after.start()
    return len(line[:start].rstrip()), len(line)


def silenced(judged: Judged, path: str, bench: Bench) -> bool:
    """Whether a comment, or the configuration for the path, silences a confirmed site."""
    return is_silenced(judged.code, judged.site.noqa_rows, path, bench)


def is_silenced(code: str, rows: Iterable[int], path: str, bench: Bench) -> bool:
    """Whether a code is silenced in a file on any of some rows (1-based)."""
    config = bench.known.config
    ignored = ignored_codes(config.per_file_ignores, bench.relative(path))
    if any(each == "ALL" or code.startswith(each) for each in ignored):
        return True
    directives = Comments(bench.sheet(path).text).silencing(code, tuple(rows))
    return any(directive.holds(config.policy(code)) for directive in directives)
