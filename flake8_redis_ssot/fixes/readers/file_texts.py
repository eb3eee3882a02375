"""Who may read a Python file as text: by its name or by `__file__`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.project.contents import row_at, word_start

# The name of a file at the end of a string, or before a row or a test in it.
_NAMED = re.compile(rb"[\"'](?:[\w./\\{}-]*[/\\])?(\w+)\.py(?=[\"':])")
# A line that opens or reads the file of a module.
_OPENED = re.compile(
    rb"(?:\bopen|\bPath|\bread\w*)\b[^\n]*?\b(\w+)\.__file__\b|\b(\w+)\.__file__\b[^\n]*\b(?:open|read)"
)
_OPENED_ITSELF = re.compile(rb"\bopen\(\s*__file__\b|\bPath\(\s*__file__\s*\)\s*\.\s*(?:open|read_\w+)\b")
# A line that runs a file instead of reading it.
_RUN = re.compile(rb"\b(?:executable|python3?|run_path|spec_from_file_location|SourceFileLoader|pytest)\b")


class TextReader(NamedTuple):
    """A file that may read another one as text, the row (1-based) where it names it, and how, as a phrase."""

    path: str
    row: int
    phrase: str


def find_text_readers(path: str, context: FixContext) -> Iterator[TextReader]:
    """The files that may read the text of the file at `path`."""
    stem = os.path.splitext(os.path.basename(path))[0].encode("utf-8", "surrogateescape")
    yield from context.remember("readers of files by name", lambda: _find_named_files(context)).get(stem, ())
    row = context.remember(
        ("row that opens its own file", path), lambda: context.references.find_row(_OPENED_ITSELF, path)
    )
    if row:
        yield TextReader(path, row, "opens its own file")


def _find_named_files(context: FixContext) -> Mapping[bytes, list[TextReader]]:
    """The readers of single files, by the names of the files without their ending."""
    readers: dict[bytes, list[TextReader]] = {}
    for path in context.analysis.contents.find_matching_any((rb"\.py[\"':]", word_start(b"__file__") + rb"\b")):
        code = context.references.code_bytes(path)
        for match in (*_NAMED.finditer(code), *_OPENED.finditer(code)):
            stem = match[1] or match[2]
            if not _RUN.search(_line_of(match, code)):
                phrase = f"names `{stem.decode('utf-8', 'replace')}.py`"
                readers.setdefault(stem, []).append(TextReader(path, row_at(code, match.start()), phrase))
    return readers


def _line_of(match: re.Match[bytes], code: bytes) -> bytes:
    end = code.find(b"\n", match.end())
    return code[code.rfind(b"\n", 0, match.start()) + 1 : end if end >= 0 else None]
