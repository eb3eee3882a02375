"""Programs that write warnings and tracebacks to the standard output: their lines become a part of the result."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.readers.connections import are_connected, is_in_one_program
from flake8_redis_ssot.project.contents import row_at

# The standard error stream is the standard output, or a text that the program reads.
_REDIRECTED = (
    rb"\bredirect_stderr\(|\bstderr[ \t]*=(?!=)[ \t]*(?:\w+[ \t]*\.[ \t]*)?(?:__)?(?:stdout|StringIO)\b(?![ \t]*\.)"
)
_REDIRECTED_WORDS = (b"redirect_stderr", b"stderr")
# Log messages go to the standard output.
_OUTPUT_LOG = rb"\bStreamHandler\([^)\n]{0,200}\bstdout\b|\bstream[ \t]*=[ \t]*(?:\w+[ \t]*\.[ \t]*)?(?:__)?stdout\b|\bext://sys\.stdout\b"
_OUTPUT_LOG_WORDS = (b"stdout",)
_LOGGED_TRACEBACK = re.compile(rb"\.exception\(|\b(?:exc_info|stack_info)[ \t]*=(?![ \t]*(?:False|None)\b)")
_STACK = re.compile(rb"\bstack_info[ \t]*=(?![ \t]*(?:False|None)\b)")
_TRACEBACK_WORDS = ("exception", "exc_info", "stack_info")
_WARN_CALL = re.compile(rb"\bwarn\(")
_RAISING = re.compile(rb"\b(?:raise|warn|assert)\b")


# What gives the source lines of the frames of a traceback or stack to the program.
_FRAME_TEXT = re.compile(
    rb"\bformat_(?:exc|exception|stack|tb)\b|\bprint_(?:exc|exception|stack|tb)\([^)\n]*\bfile\b|\bTracebackException\b"
)
_FRAME_TEXT_WORDS = (
    *("format_exc", "format_exception", "format_stack", "format_tb", "TracebackException"),
    *("print_exc", "print_exception", "print_stack", "print_tb"),
)


def find_shown_texts(path: str, context: FixContext) -> Iterator[str]:
    """The places that may show the text of any line of the file at `path` in a traceback or stack, as clauses."""
    for reader in context.analysis.contents.find_with_words(_FRAME_TEXT_WORDS):
        match = _FRAME_TEXT.search(context.references.code_bytes(reader))
        if match is not None and are_connected(reader, path, context):
            row = row_at(context.references.code_bytes(reader), match.start())
            yield f"{context.relative_path(reader)}:{row} reads the lines of tracebacks"
    if any(_STACK.search(context.references.code_bytes(reader)) for reader in _find_stack_loggers(path, context)):
        for place in _find_places(_OUTPUT_LOG, _OUTPUT_LOG_WORDS, path, context):
            yield f"{place} logs stacks to the standard output"


def _find_stack_loggers(path: str, context: FixContext) -> Iterator[str]:
    """The files that may log stacks with lines of the file at `path`, whether or not something fails."""
    readers = context.analysis.contents.find_with_words(("stack_info",))
    yield from (reader for reader in readers if are_connected(reader, path, context))


def find_shown_errors(path: str, lines: Sequence[bytes], context: FixContext) -> Iterator[str]:
    """The places that may show `lines` of the file at `path` in a warning or traceback, as clauses."""
    if any(map(_RAISING.search, lines)):
        for place in _find_places(_REDIRECTED, _REDIRECTED_WORDS, path, context):
            yield f"{place} redirects the standard error stream, with lines of the program"
    for place in _find_places(_OUTPUT_LOG, _OUTPUT_LOG_WORDS, path, context):
        if not _logs_warnings(path, lines, context) and not _logs_tracebacks(path, lines, context):
            return
        yield f"{place} logs tracebacks or warnings to the standard output, with lines of the program"


def _find_places(pattern: bytes, words: Sequence[bytes], path: str, context: FixContext) -> Iterator[str]:
    """The places in the same program where code matches a pattern."""
    for other, row in context.references.find_rows(pattern, words):
        if is_in_one_program(other, path, context):
            yield f"{context.relative_path(other)}:{row}"


def _logs_warnings(path: str, lines: Sequence[bytes], context: FixContext) -> bool:
    """Whether some lines of a file warn, and the same program logs warnings."""
    if not any(map(_WARN_CALL.search, lines)):
        return False
    readers = context.analysis.contents.find_with_words(("captureWarnings",))
    return any(is_in_one_program(reader, path, context) for reader in readers)


def _logs_tracebacks(path: str, lines: Sequence[bytes], context: FixContext) -> bool:
    """Whether some lines of a file log tracebacks, or a file does that it is imported by."""
    if any(map(_LOGGED_TRACEBACK.search, lines)):
        return True
    return any(
        _LOGGED_TRACEBACK.search(context.references.code_bytes(reader)) and are_connected(reader, path, context)
        for reader in context.analysis.contents.find_with_words(_TRACEBACK_WORDS)
        if reader != path
    )
