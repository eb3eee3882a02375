"""Checks of large projects: the time grows with the size, not with its square."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.growth import CASES, Case, main, measure, write_project
from flake8_redis_ssot.cli.main import main as check

pytestmark = pytest.mark.no_cover

BY_NAME = {case.name: case for case in CASES}
FOUND = {
    "constructions-in-one-file": 40,
    "imports-in-one-file": 40,
    "findings-overall": 400,
    "small-files": 0,
    "large-file": 1,
    "deprecated-entries": 1000,
    "constructors-with-wildcards": 1,
}
SIZES = {"findings-overall": 400, "large-file": 1}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_projects_have_the_findings(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_project(case.make(SIZES.get(case.name, 40)), tmp_path)
    monkeypatch.chdir(tmp_path)
    assert check(["check", "--no-cache", "--output-format", "concise", "."]) == bool(FOUND[case.name])
    assert sum(": RSS" in line for line in capsys.readouterr().out.splitlines()) == FOUND[case.name]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks only there")
@pytest.mark.parametrize("name", ["constructions-in-one-file", "imports-in-one-file"])
def test_fixes_of_one_file_take_linear_time(name: str) -> None:
    """Four times the findings take at most six times the time, apart from the start."""
    start, small, large = (measure(BY_NAME[name], size).seconds for size in (1, 100, 400))
    assert large - start < 6 * max(small - start, 0.1)


def test_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "small-files", "--scale", "0.001"]) == 0
    header, _, row = capsys.readouterr().out.splitlines()
    assert header.count("|") == row.count("|") == 8
    assert row.startswith("| small-files | concise | 25 |")
