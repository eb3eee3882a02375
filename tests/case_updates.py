"""Writes anew what the blocks of a case say (`--update`): findings, fixed files, and reasons that no longer hold."""

from __future__ import annotations

import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from markdown_cases import BLOCK, CASES_DIR, HEADING, Case, Finding, base_files, read_case, read_fix

# The order in which new blocks come behind the files of a case.
_RANKS = {"fixed": 1, "unsafe": 2, "fixes": 3, "findings": 4}
_BLOCK_AND_LINE_BREAK = re.compile(BLOCK.pattern + r"\n?", BLOCK.flags)

Key = tuple[str, str]


@dataclass(frozen=True)
class Outcome:
    """What came of a case: the findings, and the files after safe and after all fixes."""

    findings: list[Finding]
    safe: dict[str, str]
    unsafe: dict[str, str]


def update(case: Case, outcome: Outcome, folder: Path = CASES_DIR) -> Case:
    """Write the outcome into the book of a case, and read the case again."""
    stem, title = case.name.split(": ", 1)
    with _locked(folder / f"{stem}.md") as file:
        parts = HEADING.split(file.read())
        place = next(number for number in range(1, len(parts), 2) if parts[number].strip() == title) + 1
        body = rewritten(parts[place], case, outcome)
        if body != parts[place]:
            parts[place] = body
            headings = (part if number % 2 == 0 else f"## {part}" for number, part in enumerate(parts))
            file.seek(0)
            file.truncate()
            file.write("".join(headings))
    return read_case(case.name, body, base_files())


@contextmanager
def _locked(book: Path) -> Iterator[TextIO]:
    """Open a book for one process at a time."""
    with open(book, "r+", encoding="utf-8", newline="") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def rewritten(body: str, case: Case, outcome: Outcome) -> str:
    """The text of a case with the blocks that the outcome asks for."""
    texts = _texts(case, outcome)

    def renewed(block: re.Match[str]) -> str:
        if block[1] not in _RANKS:
            return block[0]
        key = (block[1], block[2] or "")
        return _block(key, texts.pop(key)) if key in texts else ""

    body = _BLOCK_AND_LINE_BREAK.sub(renewed, body)
    for key in sorted(texts, key=lambda key: _RANKS[key[0]]):
        before = [block for block in _BLOCK_AND_LINE_BREAK.finditer(body) if _RANKS.get(block[1], 0) <= _RANKS[key[0]]]
        end = before[-1].end()
        body = body[:end] + _block(key, texts[key]) + body[end:]
    return body


def _block(key: Key, text: str) -> str:
    return f"```{' '.join(filter(None, key))}\n{text}```\n"


def _texts(case: Case, outcome: Outcome) -> dict[Key, str]:
    """The blocks that a case has to have."""
    texts: dict[Key, str] = {}
    if case.findings is not None:
        texts["findings", ""] = _lines([finding.line for finding in outcome.findings])
    if case.has_fix_blocks:
        texts |= {("fixed", path): text for path, text in outcome.safe.items() if text != case.files[path]}
        texts |= {("unsafe", path): text for path, text in outcome.unsafe.items() if text != outcome.safe[path]}
    if fixes := _fixes(case, outcome.findings):
        texts["fixes", ""] = _lines(fixes)
    return texts


def _lines(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _fixes(case: Case, findings: list[Finding]) -> list[str]:
    """The lines about fixes: what holds stays as it was put, what does not is what is said now."""
    fixes: list[str] = []
    for line in case.expected_fixes:
        if any(finding.agrees(line) for finding in findings):
            fixes.append(line)
        elif said := [said for said in _said(line, case, findings) if said not in fixes]:
            fixes.append(said[0])
    return fixes


def _said(line: str, case: Case, findings: list[Finding]) -> list[str]:
    """What is said at the place of a line, or else, where lines have moved, of findings that no line is about."""
    place, code = read_fix(line)[:2]
    same = [finding for finding in findings if finding.path == place.rpartition(":")[0] and finding.code == code]
    known = {read_fix(each)[0] for each in case.expected_fixes}
    there = [finding for finding in same if f"{finding.path}:{finding.row}" == place]
    return [_fix(each) for each in there or same if there or f"{each.path}:{each.row}" not in known]


def _fix(finding: Finding) -> str:
    reason = re.sub(r"([\\^$.|?*+()\[\]{}])", r"\\\1", finding.reasons[0]) if finding.reasons else ""
    return f"{finding.path}:{finding.row} {finding.code} {finding.trust}" + (f": {reason}" if reason else "")
