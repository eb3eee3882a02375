"""Every case, fixed: what the case says comes out, the result is sound, and a second run finds nothing more to do."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from casebook import Case, encode_file, load_cases
from pyflakes.checker import Checker
from pyflakes.messages import Message, UnusedImport

from flake8_redis_ssot.cli.main import main

CASES = load_cases()
TOLD = [case for case in CASES if case.has_fix_blocks]
SHAPES: dict[str, dict[str, Any]] = {
    "LF": {},
    "CRLF": {"newline": "\r\n"},
    "BOM": {"bom": True},
    "no final newline": {"final_newline": False},
}
TRUST = {"safe": (), "unsafe": ("--unsafe-fixes",)}


def fix(case: Case, *flags: str) -> None:
    main(["check", ".", "--fix-only", "--jobs", "1", "--quiet", *flags, *case.flags])


def bytes_of(project: Path) -> dict[str, bytes]:
    return {path.relative_to(project).as_posix(): path.read_bytes() for path in project.rglob("*") if path.is_file()}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("case", TOLD, ids=lambda case: case.name)
def test_what_comes_out(case: Case, shape: dict[str, Any], project: Path) -> None:
    case.write(project, **shape)
    fix(case)
    compare(project, case.files_after_fix(include_unsafe=False), shape)
    case.write(project, **shape)
    fix(case, *TRUST["unsafe"])
    compare(project, case.files_after_fix(include_unsafe=True), shape)


def compare(project: Path, expected: dict[str, str], shape: dict[str, Any]) -> None:
    for path, text in expected.items():
        assert (project / path).read_bytes() == encode_file(path, text, **shape), path


@pytest.mark.parametrize("case", TOLD, ids=lambda case: case.name)
def test_what_is_said(case: Case, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case.write(project)
    main(["check", ".", "--output-format", "json", "--jobs", "1", "--quiet", *case.flags])
    said = [_said(item, project) for item in json.loads(capsys.readouterr().out)]
    for line in case.expected_fixes:
        place, code, trust, reason = re.fullmatch(r"(\S+) (RSS\d+) (\w+):? ?(.*)", line).groups()  # type: ignore[union-attr]
        there = [each for each in said if each[:2] == (place, code)]
        assert any(each[2] == trust and re.search(reason, each[3]) for each in there), f"{line}\nbut was: {there}"


def _said(item: dict[str, Any], project: Path) -> tuple[str, str, str, str]:
    words = {"safe": "safe", "unsafe": "unsafe", "display": "manual"}
    place = f"{Path(item['filename']).relative_to(project).as_posix()}:{item['location']['row']}"
    trust = words[item["fix"]["applicability"]] if item["fix"] else "none"
    return place, item["code"], trust, "\n".join(item["reasons"])


@pytest.mark.parametrize("trust", TRUST)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_fixes_are_sound(case: Case, trust: str, project: Path) -> None:
    case.write(project)
    before = bytes_of(project)
    fix(case, *TRUST[trust])
    after = bytes_of(project)
    assert after.keys() == before.keys()
    for path in after:
        if after[path] != before[path]:
            assert not _trouble(after[path]) - _trouble(before[path]), path
            assert _comments(after[path]) == _comments(before[path]), path
    fix(case, *TRUST[trust])
    assert bytes_of(project) == after


def _trouble(data: bytes) -> Counter[tuple[str, str]]:
    try:
        found = Checker(ast.parse(data)).messages
    except SyntaxError:
        return Counter({("SyntaxError", ""): 1})
    return Counter((type(message).__name__, _names(message)) for message in found)


def _names(message: Message) -> str:
    """Of an import that nobody reads the local name: a facade may have got it from somewhere else."""
    names = [str(each) for each in message.message_args if not isinstance(each, int)]
    return re.split(r" as |\.", names[0])[-1] if isinstance(message, UnusedImport) else str(names)


def _comments(data: bytes) -> Counter[str]:
    """Comments for readers; those for tools may go with the line that they are about."""
    tokens = tokenize.tokenize(io.BytesIO(data).readline)
    with suppress(tokenize.TokenError, SyntaxError):
        several = [part for token in tokens if token.type == tokenize.COMMENT for part in _parts(token.string)]
        return Counter(part for part in several if not re.match("noqa|type:", part))
    return Counter()


def _parts(comment: str) -> list[str]:
    """The comments that stand one behind the other on a line."""
    return [part.strip() for part in re.split(r"(?:^|\s)#+\s?(?!\d)", comment) if part.strip()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_finding_has_a_fix_or_a_reason(case: Case, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case.write(project)
    main(["check", ".", "--output-format", "json", "--jobs", "1", "--quiet", *case.flags])
    for item in json.loads(capsys.readouterr().out or "[]"):
        assert item["reasons"] or (item["fix"] and item["fix"]["applicability"] == "safe"), item


def test_a_third_of_the_fixing_cases_change_nothing() -> None:
    untouched = [case for case in TOLD if not case.safe_fixed_files]
    assert 3 * len(untouched) >= len(TOLD), f"{len(untouched)} of {len(TOLD)}"
