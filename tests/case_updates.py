"""Rewrites the blocks of a case (`--update`): findings, fixed files, and outdated reasons."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from markdown_cases import BLOCK, CASES_DIR, HEADING, Case, Finding, base_files, read_case, read_fix

# The order of new blocks after the files of a case.
_RANKS = {"fixed": 1, "unsafe": 2, "fixes": 3, "findings": 4}
_BLOCK_AND_LINE_BREAK = re.compile(BLOCK.pattern + r"\n?", BLOCK.flags)

Key = tuple[str, str]


@dataclass(frozen=True)
class Outcome:
    """The findings of a case, and its files after safe and after all fixes, by path."""

    findings: list[Finding]
    safe: dict[str, str]
    unsafe: dict[str, str]


def update(case: Case, outcome: Outcome, folder: Path = CASES_DIR) -> Case:
    """Write the outcome to the case file, and read the case again."""
    stem, title = case.name.split(": ", 1)
    with _open_locked(folder / f"{stem}.md") as file:
        parts = HEADING.split(file.read())
        index = next(number for number in range(1, len(parts), 2) if parts[number].strip() == title) + 1
        body = update_blocks(parts[index], case, outcome)
        if body != parts[index]:
            parts[index] = body
            headings = (part if number % 2 == 0 else f"## {part}" for number, part in enumerate(parts))
            file.seek(0)
            file.truncate()
            file.write("".join(headings))
    return read_case(case.name, body, base_files())


@contextmanager
def _open_locked(case_file: Path) -> Iterator[TextIO]:
    """Open a case file for reading and writing, for one process at a time (except on Windows)."""
    with open(case_file, "r+", encoding="utf-8", newline="") as file:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def update_blocks(body: str, case: Case, outcome: Outcome) -> str:
    """The text of a case with its blocks replaced by those of the outcome."""
    texts = _block_texts(case, outcome)

    def replace(block: re.Match[str]) -> str:
        if block[1] not in _RANKS:
            return block[0]
        key = (block[1], block[2] or "")
        return _block(key, texts.pop(key)) if key in texts else ""

    body = _BLOCK_AND_LINE_BREAK.sub(replace, body)
    for key in sorted(texts, key=lambda key: _RANKS[key[0]]):
        before = [block for block in _BLOCK_AND_LINE_BREAK.finditer(body) if _RANKS.get(block[1], 0) <= _RANKS[key[0]]]
        end = before[-1].end()
        body = body[:end] + _block(key, texts[key]) + body[end:]
    return body


def _block(key: Key, text: str) -> str:
    return f"```{' '.join(filter(None, key))}\n{text}```\n"


def _block_texts(case: Case, outcome: Outcome) -> dict[Key, str]:
    """The text of each block of the outcome."""
    texts: dict[Key, str] = {}
    if case.findings is not None:
        texts["findings", ""] = _lines([finding.line for finding in outcome.findings])
    if case.has_fix_blocks:
        texts |= {("fixed", path): text for path, text in outcome.safe.items() if text != case.files[path]}
        texts |= {("unsafe", path): text for path, text in outcome.unsafe.items() if text != outcome.safe[path]}
    if fixes := _fix_lines(case, outcome.findings):
        texts["fixes", ""] = _lines(fixes)
    return texts


def _lines(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _fix_lines(case: Case, findings: list[Finding]) -> list[str]:
    """The lines of a `fixes` block: those that still match, and replacements for the others."""
    fixes: list[str] = []
    for line in case.expected_fixes:
        if any(finding.matches(line) for finding in findings):
            fixes.append(line)
        elif candidates := [each for each in _replacements(line, case, findings) if each not in fixes]:
            fixes.append(candidates[0])
    return fixes


def _replacements(line: str, case: Case, findings: list[Finding]) -> list[str]:
    """Lines for the findings at the location of a line; if there are none, for those that no line describes."""
    location, code = read_fix(line)[:2]
    same = [finding for finding in findings if finding.path == location.rpartition(":")[0] and finding.code == code]
    described = {read_fix(each)[0] for each in case.expected_fixes}
    exact = [finding for finding in same if f"{finding.path}:{finding.row}" == location]
    return [_fix_line(each) for each in exact or same if exact or f"{each.path}:{each.row}" not in described]


def _fix_line(finding: Finding) -> str:
    reason = re.sub(r"([\\^$.|?*+()\[\]{}])", r"\\\1", finding.reasons[0]) if finding.reasons else ""
    return f"{finding.path}:{finding.row} {finding.code} {finding.trust}" + (f": {reason}" if reason else "")
