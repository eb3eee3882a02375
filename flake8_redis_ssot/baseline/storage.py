"""The baseline file: one entry per line, sorted, without totals or dates, so that branches merge."""

from __future__ import annotations

import json
from collections.abc import Iterable

from flake8_redis_ssot.baseline.entries import BaselineEntry
from flake8_redis_ssot.files.atomic_write import read, write_atomic
from flake8_redis_ssot.files.paths import to_display_path

_HEADER = '["path", "code", "function", "origin", "snippet", "ordinal"]'
_CONFLICT_MARKERS = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")


class BaselineError(ValueError):
    """A baseline is invalid; the text says where, and what to do."""


def load_entries(path: str) -> tuple[BaselineEntry, ...]:
    """Load the entries of a file. Raises BaselineError."""
    try:
        text = read(path).decode("utf-8", "surrogatepass")
    except FileNotFoundError:
        raise BaselineError(
            f"{to_display_path(path)}: no such baseline; create one: redis-ssot baseline create"
        ) from None
    except OSError as error:
        raise BaselineError(f"{to_display_path(path)}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BaselineError(
            f"{to_display_path(path)}: not UTF-8; recreate it: redis-ssot baseline create --force"
        ) from None
    return parse_entries(text, path)


def parse_entries(text: str, path: str) -> tuple[BaselineEntry, ...]:
    """Parse the text of a baseline; `path` is for messages. Raises BaselineError."""
    # Not `str.splitlines`, which also splits at characters that a snippet may contain.
    numbered = enumerate(text.replace("\r\n", "\n").split("\n"), 1)
    lines = [(row, line) for row, line in numbered if line.strip() and line != _HEADER]
    return tuple(sorted({_parse_entry(line, f"{to_display_path(path)}:{row}") for row, line in lines}))


def _parse_entry(line: str, location: str) -> BaselineEntry:
    if line.startswith(_CONFLICT_MARKERS):
        advice = "take both sides and run: redis-ssot baseline prune"
        raise BaselineError(f"{location}: unresolved merge conflict; {advice}")
    try:
        values = json.loads(line)
        path, code, function, origin, snippet, ordinal = values
        if all(type(text) is str for text in values[:-1]) and type(ordinal) is int:
            return BaselineEntry(path, code, function, origin, snippet, ordinal)
    except (ValueError, TypeError, RecursionError):
        pass
    raise BaselineError(f"{location}: not a valid entry; recreate it: redis-ssot baseline create --force")


def format_entries(entries: Iterable[BaselineEntry]) -> str:
    """The text of a baseline."""
    lines = [_HEADER, *(json.dumps(entry, ensure_ascii=False) for entry in sorted(set(entries)))]
    return "".join(f"{line}\n" for line in lines)


def save_entries(path: str, entries: Iterable[BaselineEntry]) -> None:
    """Write a baseline file atomically. Raises BaselineError."""
    try:
        write_atomic(path, format_entries(entries).encode("utf-8", "surrogatepass"))
    except OSError as error:
        raise BaselineError(f"{to_display_path(path)}: can't be written: {error.strerror}") from None
