"""Reads test cases: Markdown with prose, files and expected findings.

A case file has a `## Title` per case. A fenced block with a path in its info string is a file of the case's project
(```` ```python app/service.py ````); ```` ```toml ```` without a path is the configuration (`redis-ssot.toml`). Each
case starts from the files of `base.md`; an empty block removes one. A trailing `# <- RSS001 RSS002` marks the codes
that must be reported on that line; nothing else may be reported. A ```` ```findings ```` block lists all findings with
columns and messages: `app/service.py:3:11 RSS002 new ...`. ```` ```flags ```` contains arguments of
`redis-ssot check`.

Optional blocks specify fixes: ```` ```fixed app/service.py ```` is the file after `--fix`,
```` ```unsafe app/service.py ```` the file after `--fix --unsafe-fixes` if it differs. A file without such a block must
not change. Each line of ```` ```fixes ```` is the applicability of a fix before any is applied, with a reason:
`app/service.py:5 RSS002 manual: sets .prefix.`. The reason is a regular expression that must match one of the reported
reasons; `none` means that there is no fix. With a `fixes` block alone no file may change.

`pytest --update` rewrites all these blocks (an empty `findings` block is filled) but not the marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

CASES_DIR = Path(__file__).parent / "cases"
CONFIG_FILE = "redis-ssot.toml"

_FIX_BLOCKS = ("fixed", "unsafe")
_TRUST = {"safe": "safe", "unsafe": "unsafe", "display": "manual"}
HEADING = re.compile(r"^## +(.+)$", re.MULTILINE)
BLOCK = re.compile(r"^```(\w+)(?: +(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXPECTED_CODES = re.compile(r"# <- ((?:RSS\d{3} ?)+)")


class Finding(NamedTuple):
    """A finding (row and column are 1-based) with the applicability of its fix."""

    path: str
    row: int
    column: int
    code: str
    message: str
    trust: str
    reasons: tuple[str, ...]

    @classmethod
    def of(cls, item: dict[str, Any], project: Path) -> Finding:
        """A finding from an item of the JSON report; its path becomes relative to `project`."""
        path, start = Path(item["filename"]).relative_to(project).as_posix(), item["location"]
        trust = _TRUST[item["fix"]["applicability"]] if item["fix"] else "none"
        return cls(path, start["row"], start["column"], item["code"], item["message"], trust, tuple(item["reasons"]))

    @property
    def line(self) -> str:
        """The line of a `findings` block."""
        return f"{self.path}:{self.row}:{self.column} {self.code} {self.message}"

    def matches(self, fix: str) -> bool:
        """Whether a line of a `fixes` block describes the fix of this finding."""
        location, code, trust, reason = read_fix(fix)
        own = (f"{self.path}:{self.row}", self.code, self.trust)
        return own == (location, code, trust) and bool(re.search(reason, "\n".join(self.reasons)))


@dataclass(frozen=True)
class Case:
    """A project with its expected findings and fixes."""

    name: str
    files: dict[str, str]
    flags: tuple[str, ...] = ()
    safe_fixed_files: dict[str, str] = field(default_factory=dict)
    unsafe_fixed_files: dict[str, str] = field(default_factory=dict)
    expected_fixes: tuple[str, ...] = ()
    findings: tuple[str, ...] | None = None

    @property
    def has_fix_blocks(self) -> bool:
        """Whether a block specifies fixes."""
        return bool(self.safe_fixed_files or self.unsafe_fixed_files or self.expected_fixes)

    def files_after_fix(self, *, include_unsafe: bool) -> dict[str, str]:
        """The text of each file after the fixes, by path."""
        return {**self.files, **self.safe_fixed_files, **(self.unsafe_fixed_files if include_unsafe else {})}

    @property
    def expected_findings(self) -> list[tuple[str, int, str]]:
        """The marks as (path, 1-based row, code), sorted."""
        return sorted(
            (path, row, code)
            for path, text in self.files.items()
            for row, line in enumerate(re.split(r"\r\n|\r|\n", text), 1)
            for mark in _EXPECTED_CODES.findall(line)
            for code in mark.split()
        )

    def write(self, folder: Path, *, newline: str = "\n", bom: bool = False, final_newline: bool = True) -> None:
        """Write the project with the given newlines and byte order mark."""
        for path, text in self.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(encode_file(path, text, newline=newline, bom=bom, final_newline=final_newline))


def encode_file(path: str, text: str, *, newline: str = "\n", bom: bool = False, final_newline: bool = True) -> bytes:
    """The bytes of a file; Python files get the given newlines and byte order mark."""
    if path.endswith((".py", ".pyi")):
        text = (text if final_newline else text.rstrip("\n")).replace("\n", newline)
        text = "\ufeff" + text if bom else text
    return text.encode()


def read_fix(line: str) -> tuple[str, str, str, str]:
    """Location (`path:row`), code, applicability and reason of a line of a `fixes` block."""
    found = re.fullmatch(r"(\S+) (RSS\d+) (\w+):? ?(.*)", line)
    assert found, line
    location, code, trust, reason = found.groups()
    return location, code, trust, reason


def base_files() -> dict[str, str]:
    """The files of `base.md`, which each case starts from."""
    return dict(parse_files((CASES_DIR / "base.md").read_text(encoding="utf-8")))


def load_cases() -> list[Case]:
    """All cases, sorted by case file."""
    base = base_files()
    case_files = sorted(path for path in CASES_DIR.glob("*.md") if path.name != "base.md")
    return [case for path in case_files for case in _parse_cases(path, base)]


def _parse_cases(case_file: Path, base: dict[str, str]) -> Iterator[Case]:
    parts = HEADING.split(case_file.read_text(encoding="utf-8"))
    for title, body in zip(parts[1::2], parts[2::2]):
        yield read_case(f"{case_file.stem}: {title.strip()}", body, base)


def read_case(name: str, body: str, base: dict[str, str]) -> Case:
    """The case with the text below its heading."""
    files = {path: text for path, text in {**base, **dict(parse_files(body))}.items() if text}
    blocks = BLOCK.findall(body)
    flags = tuple(word for kind, _, text in blocks if kind == "flags" for word in text.split())
    fixed, unsafe = ({path: text for kind, path, text in blocks if kind == block_kind} for block_kind in _FIX_BLOCKS)
    fixes = tuple(line for kind, _, text in blocks if kind == "fixes" for line in text.splitlines() if line)
    listed = [text for kind, _, text in blocks if kind == "findings"]
    findings = tuple(line for text in listed for line in text.splitlines()) if listed else None
    return Case(name, files, flags, fixed, unsafe, fixes, findings)


def parse_files(body: str) -> Iterator[tuple[str, str]]:
    for kind, path, text in BLOCK.findall(body):
        if path and kind not in _FIX_BLOCKS:
            yield path, text
        elif kind == "toml":
            yield CONFIG_FILE, text
