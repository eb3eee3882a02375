"""Reads cases: Markdown with prose, files and marks.

A file of cases has a `## Title` per case. A fenced block with a path in its info string is a file of the
case's project (```` ```python app/service.py ````); ```` ```toml ```` without a path is the configuration
(`redis-ssot.toml`), by default that of `base.md`, whose files every case starts from (an empty block takes a
file away). A trailing `# <- RSS001 RSS002` says which codes must be reported on that line, and nothing may be
reported elsewhere. ```` ```flags ```` holds further arguments for `redis-ssot check`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CASES = Path(__file__).parent / "cases"
CONFIGURATION = "redis-ssot.toml"

_CASE = re.compile(r"^## +(.+)$", re.MULTILINE)
_BLOCK = re.compile(r"^```(\w+)(?: +(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"# <- ((?:RSS\d{3} ?)+)")


@dataclass(frozen=True)
class Case:
    """One project and what must be found in it: (path, 1-based row, code), sorted."""

    name: str
    files: dict[str, str]
    flags: tuple[str, ...] = ()

    @property
    def expected(self) -> list[tuple[str, int, str]]:
        """The marks."""
        return sorted(
            (path, row, code)
            for path, text in self.files.items()
            for row, line in enumerate(re.split(r"\r\n|\r|\n", text), 1)
            for mark in _MARK.findall(line)
            for code in mark.split()
        )

    def write(self, folder: Path, *, newline: str = "\n", bom: bool = False, final_newline: bool = True) -> None:
        """Write the project, in one of the shapes that files have in the wild."""
        for path, text in self.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.endswith((".py", ".pyi")):
                text = (text if final_newline else text.rstrip("\n")).replace("\n", newline)
                text = "\ufeff" + text if bom else text
            target.write_bytes(text.encode())


def all_cases() -> list[Case]:
    """Every case of every book, in order."""
    base = dict(_files((CASES / "base.md").read_text(encoding="utf-8")))
    books = sorted(path for path in CASES.glob("*.md") if path.name != "base.md")
    return [case for book in books for case in _cases(book, base)]


def _cases(book: Path, base: dict[str, str]) -> Iterator[Case]:
    parts = _CASE.split(book.read_text(encoding="utf-8"))
    for title, body in zip(parts[1::2], parts[2::2]):
        files = {path: text for path, text in {**base, **dict(_files(body))}.items() if text}
        flags = tuple(word for kind, _, text in _BLOCK.findall(body) if kind == "flags" for word in text.split())
        yield Case(f"{book.stem}: {title.strip()}", files, flags)


def _files(body: str) -> Iterator[tuple[str, str]]:
    for kind, path, text in _BLOCK.findall(body):
        if path:
            yield path, text
        elif kind == "toml":
            yield CONFIGURATION, text
