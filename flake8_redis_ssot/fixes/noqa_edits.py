"""RSS901: remove a code from a `noqa` comment, or the whole comment."""

from __future__ import annotations

import re
from collections.abc import Container

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.draft import FixDraft, ReplaceText
from flake8_redis_ssot.model import FindingKind, Suppression
from flake8_redis_ssot.project.view import ConfirmedFinding
from flake8_redis_ssot.syntax.edits import TextEdit
from flake8_redis_ssot.syntax.noqa import NOQA_PATTERN, NoqaIndex, ignored_codes
from flake8_redis_ssot.syntax.trees import LINE_BREAK

_SEPARATOR = re.compile(r"[,\s]*")
_SEPARATOR_BEFORE = re.compile(r"[,\s]+\Z")
_NEXT_COMMENT = re.compile(r"(?<=\s)#+(?=\s|noqa|type:|pylint:|pragma:|nosec)")


def remove_noqa_code(suppression: Suppression, path: str, context: FixContext) -> FixDraft:
    """The fix that removes one suppressed code."""
    document = context.document(path)
    start = document.lines.offset(suppression.span.row, 0)
    end = LINE_BREAK.search(document.text, start)
    line = document.text[start : end.start() if end else len(document.text)]
    comment = _find_comment(line, suppression)
    if comment["codes"] != suppression.code:
        first, last = _code_range(line, suppression)
        title = f"Delete `{suppression.code}`"
    else:
        first, last = _comment_range(line, comment)
        title = "Delete the comment"
        if not line[:first].strip() and last == len(line):  # alone on its line: remove the line
            first, last = 0, (end.end() - start if end else len(line))
    return FixDraft(f"{title}, which is unused", (ReplaceText(path, TextEdit(start + first, start + last, "")),))


def _find_comment(line: str, suppression: Suppression) -> re.Match[str]:
    return next(
        match for match in NOQA_PATTERN.finditer(line) if match.start() <= suppression.span.column < match.end()
    )


def _code_range(line: str, suppression: Suppression) -> tuple[int, int]:
    """The columns of a code, with the separator before it, or after it if it is the first one."""
    first, last = suppression.span.column, suppression.span.end_column
    before = _SEPARATOR_BEFORE.search(line, 0, first)
    if before and line[: before.start()][-1:] != ":":
        return before.start(), last
    return first, _SEPARATOR.match(line, last).end()  # type: ignore[union-attr]


def _comment_range(line: str, comment: re.Match[str]) -> tuple[int, int]:
    """The columns of a comment: up to the next comment, or to the end of the line with the blanks before it."""
    start = comment.start()
    while line[:start].endswith("#"):
        start -= 1
    next_comment = _NEXT_COMMENT.search(line, comment.end())
    if next_comment:
        return start, next_comment.start()
    return len(line[:start].rstrip()), len(line)


def is_suppressed(confirmed: ConfirmedFinding, path: str, context: FixContext) -> bool:
    """Whether a comment, or `per-file-ignores`, suppresses a confirmed finding."""
    config, code = context.analysis.config, confirmed.code
    ignored_prefixes = ignored_codes(config.per_file_ignores, context.relative_path(path))
    if any(prefix == "ALL" or code.startswith(prefix) for prefix in ignored_prefixes):
        return True
    index = context.remember(("noqa comments", path), lambda: NoqaIndex(context.document(path).text))
    comments = index.find_suppressing(code, confirmed.candidate.noqa_rows)
    return any(comment.is_allowed_by(config.noqa_policy(code)) for comment in comments)


def is_kind_suppressed(kind: FindingKind, rows: Container[int], path: str, context: FixContext) -> bool:
    """Whether a finding of a kind that starts on one of some rows (1-based) of a file is suppressed."""
    return any(
        confirmed.candidate.kind is kind
        and confirmed.candidate.span.row in rows
        and is_suppressed(confirmed, path, context)
        for confirmed in context.confirmed_findings(path)
    )
