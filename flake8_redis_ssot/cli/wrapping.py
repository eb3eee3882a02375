"""Long lines on a terminal: broken between words, with their rest indented below the text of the line.

Files and pipes get each line whole, so that it can be searched.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator

# ECMA-48: colours, and the hyperlinks of terminals. They take no room.
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;;.*?\x1b\\")
_BLOCK_START = re.compile(r"[#|-]")  # of Markdown: a heading, a row of a table, an item of a list
_TEXT_START = re.compile(r" *(- |\d+\. )?")  # also behind the mark of an item
_COLUMN_GAP = re.compile(r"\S {2,}(?=\S)")


def print_wrapped(text: str) -> None:
    """Print text to standard output; if that is a terminal, no word of it is broken at the right margin."""
    print(wrap_lines(text, shutil.get_terminal_size().columns) if sys.stdout.isatty() else text)


def print_page(text: str) -> None:
    """Print Markdown to standard output; if that is a terminal, its paragraphs are wrapped at the right margin."""
    is_terminal, width = sys.stdout.isatty(), shutil.get_terminal_size().columns
    print(wrap_lines(unwrap_paragraphs(text), width, hanging=0) if is_terminal else text)


def print_report(text: str, output_format: str) -> None:
    """Print a report; `text` is for people, and the lines of all other formats are kept."""
    (print_wrapped if output_format == "text" else print)(text)


def unwrap_paragraphs(text: str) -> str:
    """Markdown with each paragraph and each item of a list on one line; code blocks stay as they are."""
    lines: list[str] = []
    is_code = is_open = False
    for line in text.split("\n"):
        is_fence = line.startswith("```")
        if is_open and not is_code and not is_fence and line.strip() and not _BLOCK_START.match(line):
            lines[-1] += f" {line.strip()}"
            continue
        is_code ^= is_fence
        lines.append(line)
        is_open = bool(line.strip()) and not line.startswith("#") and not is_fence
    return "\n".join(lines)


def wrap_lines(text: str, width: int, hanging: int = 2) -> str:
    """Text with lines of at most `width` characters, as far as its words are not longer.

    The rest of a line has `hanging` blanks more than the line.
    """
    return "\n".join(part for line in text.split("\n") for part in _wrap_line(line, width, hanging))


def _wrap_line(line: str, width: int, hanging: int) -> Iterator[str]:
    if _length(line) <= width:
        yield line
        return
    indentation = " " * _indentation(_ESCAPES.sub("", line), width, hanging)
    first, *words = re.split(r"(?<=\S) (?=\S)", line)
    part = first
    for word in words:
        if _length(part) + 1 + _length(word) <= width:
            part = f"{part} {word}"
        else:
            yield part
            part = indentation + word
    yield part


def _indentation(line: str, width: int, hanging: int) -> int:
    """The blanks before the rest of a line: up to the last column of a row of a table, otherwise up to its text."""
    columns = [gap.end() for gap in _COLUMN_GAP.finditer(line) if gap.end() <= width // 2]
    if columns:
        return columns[-1]
    start = _TEXT_START.match(line)
    return (start.end() if start else 0) + (0 if start and start[1] else hanging)


def _length(text: str) -> int:
    return len(_ESCAPES.sub("", text))
