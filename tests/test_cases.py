"""Every case, in every shape a file can have: the marks are the findings, and flake8 reports the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from casebook import CONFIG_FILE, Case, load_cases
from flake8.main.cli import main as flake8

from flake8_redis_ssot.cli.main import main

CASES = load_cases()
# What fixes make of the others in each shape, test_fixes.py looks at.
DETECTION = [case for case in CASES if not case.has_fix_blocks]
FIXING = [case for case in CASES if case.has_fix_blocks]
SHAPES = {
    "LF": {},
    "CRLF": {"newline": "\r\n"},
    "CR": {"newline": "\r"},
    "BOM": {"bom": True},
    "no final newline": {"final_newline": False},
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("case", DETECTION, ids=lambda case: case.name)
def test_marks_are_findings(
    case: Case, shape: dict[str, Any], project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case.write(project, **shape)
    compare(case, project, capsys)


@pytest.mark.parametrize("case", FIXING, ids=lambda case: case.name)
def test_marks_of_fixing_cases_are_findings(case: Case, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case.write(project)
    compare(case, project, capsys)


def compare(case: Case, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", ".", "--output-format", "json", "--jobs", "1", "--quiet", *case.flags])
    output = capsys.readouterr()
    assert found_in(output.out, project) == case.expected_findings, output.err


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_flake8_reports_the_same(case: Case, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case.write(project)
    main(["check", ".", "--output-format", "concise", "--quiet"])
    ours = [line for line in capsys.readouterr().out.splitlines() if ": RSS" in line]
    flake8(["--isolated", "--select", "RSS,E9", "--jobs", "1", "--filename", "*.py,*.pyi", "."])
    theirs = [line.removeprefix("./") for line in capsys.readouterr().out.splitlines()]
    # flake8 asks no plugin about a file that the running Python can't parse.
    broken = {line.partition(":")[0] for line in theirs if " E9" in line}
    expected = [line for line in ours if line.partition(":")[0] not in broken]
    told = [line for line in theirs if ": RSS" in line]
    # Comments that our settings do not let have their way have it in flake8 all the same.
    main(["check", ".", "--output-format", "concise", "--quiet", "--config", 'noqa = "allow"'])
    least = {line for line in capsys.readouterr().out.splitlines() if line in expected}
    assert least <= set(told) <= set(expected)
    assert sorted(told) == sorted(expected) or "noqa" in case.files[CONFIG_FILE]


def test_a_third_of_the_cases_stay_silent() -> None:
    silent = [case for case in DETECTION if not case.expected_findings]
    assert 3 * len(silent) >= len(DETECTION), f"{len(silent)} of {len(DETECTION)}"


def test_names_are_unique() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


def found_in(output: str, project: Path) -> list[tuple[str, int, str]]:
    return sorted(
        (Path(item["filename"]).relative_to(project).as_posix(), item["location"]["row"], item["code"])
        for item in json.loads(output or "[]")
    )
