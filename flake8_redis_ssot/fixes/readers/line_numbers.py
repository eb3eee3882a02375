"""Code that shows the numbers of lines, which a fix shifts that adds or removes lines."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import partial

from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.readers.connections import are_connected, is_in_one_program
from flake8_redis_ssot.fixes.readers.shown_errors import find_shown_errors
from flake8_redis_ssot.model import Edit
from flake8_redis_ssot.project.contents import row_at

# Formats of `logging` and of loguru, and records of messages.
_LOG_FORMAT = (
    rb"%\(lineno\)|\bRichHandler\(|\{lineno[:}!]|\brec(?:ord)?\.lineno\b|\brec(?:ord)?\.__dict__|\bvars\(rec(?:ord)?\)"
)
_LOGURU_FORMAT = rb"\{line[:}!]"
_LOG_CALL = re.compile(rb"\.(?:critical|debug|error|exception|info|log|success|trace|warning)\(")
# Attributes and functions that give the line of a frame, of a traceback or of a function.
_FRAME_LINES = re.compile(
    rb"\b(?:co_firstlineno|f_lineno|findsource|format_(?:exc|exception|stack|tb)|getframeinfo|getsourcelines|tb_lineno)\b"
    rb"|\b(?:all_tasks|current_task)\([^()\n]{0,80}\)(?!\.\w)|\b(?:findCaller|get_stack)\(|\b(?:ag|cr|gi)_frame\b"
    rb"|\btracemalloc\b"
    rb"|\b(?:getstats|print_stats)\(|\bpstats\b|\btrace\.Trace\("
    rb"|\binspect\.stack\([^)]*\)\[\d+\]|\bprint_(?:exc|exception|stack|tb)\([^)\n]*\bfile\b|\bdump_traceback\("
)
# The line of the caller of a function, where frames are followed no further.
_CALLER_LINE = re.compile(rb"\b(?:f_back|_getframe\(1?\))\.f_lineno\b")
_FRAME_WALK = re.compile(rb"=\s*[\w.]+\.f_back\b(?!\.)")
_FUNCTION = re.compile(rb"^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)", re.MULTILINE)
_WORDS = (
    *("co_firstlineno", "f_lineno", "findsource", "getframeinfo", "getsourcelines", "tb_lineno"),
    *("format_exc", "format_exception", "format_stack", "format_tb", "dump_traceback"),
    *("getstats", "print_stats", "pstats", "Trace"),
    *("print_exc", "print_exception", "print_stack", "print_tb", "stack", "extract_tb", "TracebackException"),
    *("catch_warnings", "formatwarning", "showwarning", "ag_frame", "cr_frame", "gi_frame"),
    *("all_tasks", "current_task", "findCaller", "get_stack", "tracemalloc"),
)
# What records lines, and where code reads them further down.
_RECORDER = re.compile(rb"\b(?:TracebackException|catch_warnings|extract_tb|inspect\.stack)\b")
_RECORDED_LINE = re.compile(rb"\.lineno\b|[\"']lineno[\"']|\bvars\(|\b__dict__\b")
# Attributes and methods of tests that pytest has collected.
_TEST_LINE = rb"\.location\b|\breportinfo\b"
# Another function shows the lines that warn.
_WARNING_HOOK = re.compile(rb"\b(?:formatwarning|showwarning)[ \t]*=(?!=)")
_WARN_CALL = re.compile(rb"\bwarn\(")


def find_shifted_rows(edits: tuple[Edit, ...]) -> dict[str, int]:
    """The first row (1-based) from which lines move, of each file in which some do."""
    rows: dict[str, int] = {}
    for edit in edits:
        lines = edit.text.replace("\r\n", "\n").replace("\r", "\n").count("\n")
        if lines != edit.span.end_row - edit.span.row:
            rows.setdefault(edit.path, edit.span.row)
    return rows


def find_line_readers(path: str, row: int, context: FixContext) -> Iterator[str]:
    """The places that may show lines of the file at `path` from a row (1-based) on, with what they do, as clauses."""
    lines = context.references.code_bytes(path).split(b"\n")[row - 1 :]
    if any(map(_LOG_CALL.search, lines)):
        for reader, reader_row in context.remember("shown lines of messages", lambda: tuple(_find_formats(context))):
            if is_in_one_program(reader, path, context):
                yield f"{context.relative_path(reader)}:{reader_row} logs the numbers of lines"
    yield from find_shown_errors(path, lines, context)
    if is_test_path(context.relative_path(path)):
        yield from _find_test_readers(path, context)
    warns = any(map(_WARN_CALL.search, lines))
    for reader in context.analysis.contents.find_with_words(_WORDS):
        row = context.remember(("line reader", reader, warns), partial(_find_reading_row, reader, warns, context))
        if row and are_connected(reader, path, context) and _may_show(reader, path, context):
            yield f"{context.relative_path(reader)}:{row} reads the numbers of lines"


def _find_test_readers(path: str, context: FixContext) -> Iterator[str]:
    """The hooks of pytest that show the lines of tests, which nobody imports."""
    for reader, row in context.references.find_rows(_TEST_LINE, [b"location", b"reportinfo"]):
        if os.path.basename(reader) == "conftest.py" and path.startswith(os.path.dirname(reader)):
            yield f"{context.relative_path(reader)}:{row} reads the lines of tests"


def _find_reading_row(reader: str, warns: bool, context: FixContext) -> int:
    """The row (1-based) where a file reads the numbers of lines; 0 if it does not."""
    code = context.references.code_bytes(reader)
    match = _FRAME_LINES.search(code) or _find_recorder(code) or (_WARNING_HOOK.search(code) if warns else None)
    return row_at(code, match.start()) if match is not None else 0


def _find_formats(context: FixContext) -> Iterator[tuple[str, int]]:
    """The path and the row (1-based) of code that shows the lines of log messages."""
    for path in context.analysis.contents.find_matching(
        _LOG_FORMAT, (b"lineno", b"RichHandler", b"rec.__dict__", b"record.__dict__", b"vars(rec")
    ):
        yield path, context.references.find_row(_LOG_FORMAT, path) or 1
    for path, row in context.references.find_rows(_LOGURU_FORMAT, (b"{line",)):
        if b"loguru" in context.references.code_bytes(path):
            yield path, row


def _find_recorder(code: bytes) -> re.Match[bytes] | None:
    """Where code records tracebacks or warnings, whose lines it reads below."""
    match = _RECORDER.search(code)
    return match if match is not None and _RECORDED_LINE.search(code, match.end()) else None


def _may_show(reader: str, path: str, context: FixContext) -> bool:
    """Whether a file that reads the lines of frames may read those of the file at `path`.

    Code that only reads the lines of the callers of some functions does not if the file names none of these.
    """
    code = context.references.code_bytes(reader)
    callers = {match.end() for match in _CALLER_LINE.finditer(code)}
    if _FRAME_WALK.search(code) or any(match.end() not in callers for match in _FRAME_LINES.finditer(code)):
        return True
    functions = {_FUNCTION.findall(code[:end])[-1:][0] if _FUNCTION.search(code[:end]) else b"" for end in callers}
    own_code = context.references.code_bytes(path)
    return not callers or any(name in own_code for name in functions)
