"""Formats for CI: severities, what a server leaves out, and the summary of a step; `redis-ssot clean`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.growth import make_project, write_project
from flake8_redis_ssot import PROJECT_URL
from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.model import Finding, Span
from flake8_redis_ssot.reports.report import CheckReport, load_format
from flake8_redis_ssot.reports.step_summary import render_step_summary
from flake8_redis_ssot.terminal import Style, disarm_workflow_commands

Capture = pytest.CaptureFixture[str]
NAMES = {"RSS001": "deprecated-import", "RSS900": "unanalysed-code"}


def report_of(*codes: str) -> CheckReport:
    findings = [Finding("a.py", Span(row, 0, row, 1), code, "text", "", (row,)) for row, code in enumerate(codes, 1)]
    return CheckReport(findings, NAMES, lambda _: ["x"] * 100)


@pytest.mark.parametrize(
    ("output_format", "error", "warning"),
    [
        ("github", "::error ", "::warning "),
        ("azure", "type=error;", "type=warning;"),
        ("gitlab", '"severity": "major"', '"severity": "minor"'),
        ("sarif", '"level": "error",\n          "message"', '"level": "warning",\n          "message"'),
        ("rdjson", '"severity": "ERROR",\n      "location"', '"severity": "WARNING",\n      "location"'),
        ("json", '"severity": "error"', '"severity": "warning"'),
        ("json-lines", '"severity":"error"', '"severity":"warning"'),
    ],
)
def test_remarks_are_warnings(output_format: str, error: str, warning: str) -> None:
    text = load_format(output_format).render(report_of("RSS001", "RSS900", "RSS900"), Style())
    assert (text.count(error), text.count(warning)) == (1, 2)


def test_rules_in_sarif_have_the_severity_of_their_findings() -> None:
    driver = json.loads(load_format("sarif").render(report_of(), Style()))["runs"][0]["tool"]["driver"]
    levels = {rule["id"]: rule["defaultConfiguration"]["level"] for rule in driver["rules"]}
    assert levels["RSS002"] == "error"
    assert levels["RSS901"] == "warning"
    assert driver["informationUri"] == PROJECT_URL


@pytest.mark.parametrize(("errors", "warnings", "has_notice"), [(10, 10, False), (11, 0, True), (0, 11, True)])
def test_github_leaves_annotations_out(errors: int, warnings: int, has_notice: bool) -> None:
    text = load_format("github").render(report_of(*["RSS001"] * errors, *["RSS900"] * warnings), Style())
    lines = text.splitlines()
    assert len(lines) == errors + warnings + has_notice
    assert (
        lines[-1].startswith(f"::notice title=redis-ssot::{errors + warnings} findings; GitHub shows 10") is has_notice
    )


def test_step_summary(shop: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = shop / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert main(["check", "--output-format", "github", "libs"]) == 1
    assert summary.read_text() == (
        "before\n### redis-ssot\n\nFound 2 findings.\n\n"
        "| code | name | findings |\n|---|---|---:|\n| RSS001 | deprecated-import | 2 |\n\n"
        "| file | code | message | `--fix` |\n|---|---|---|---|\n"
        "| libs/shopkit/health.py:7:1 | RSS001 | `shopkit.managers.redis_manager` is deprecated; "
        "use `shopkit.redis_manager` instead |  |\n"
        "| libs/shopkit/storage/__init__.py:3:1 | RSS001 | `shopkit.legacy_cache` is deprecated; "
        "use `shopkit.redis_manager` instead |  |\n\n"
    )
    main(["check", "--output-format", "concise", "libs"])
    assert summary.read_text().count("###") == 1


def test_step_summary_without_findings_and_with_many() -> None:
    empty = report_of()
    assert render_step_summary(empty) == "### redis-ssot\n\nAll checks passed!\n\n"
    assert "Not everything could be checked." in render_step_summary(empty._replace(has_errors=True))
    many = render_step_summary(report_of(*["RSS001"] * 1002))
    assert "\n2 more findings in the log.\n" in many


def test_step_summary_escapes_text_of_the_tree() -> None:
    report = report_of("RSS001")
    finding = report.findings[0]._replace(message="a | b <img src=x> \\ `c`\n")
    text = render_step_summary(report._replace(findings=[finding]))
    assert r"| a \| b &lt;img src=x> \\ `c`\\n |" in text


def test_step_summary_that_cannot_be_written(shop: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(shop))
    assert main(["check", "--output-format", "github", "libs"]) == 1
    assert "warning: GITHUB_STEP_SUMMARY: can't be written: Is a directory" in capsys.readouterr().err


def test_clean(shop: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_SSOT_CACHE_DIR")
    main(["check", "libs"])
    foreign = shop / "libs" / ".redis_ssot_cache"
    foreign.mkdir()
    (foreign / "data").touch()
    (shop / "services" / ".redis_ssot_cache").symlink_to(foreign)
    assert (shop / ".redis_ssot_cache").is_dir()
    capsys.readouterr()
    assert main(["clean"]) == 0
    assert capsys.readouterr().err == "Removed .redis_ssot_cache\n"
    assert not (shop / ".redis_ssot_cache").exists()
    assert (foreign / "data").exists()
    assert main(["clean", "-q"]) == 0
    assert capsys.readouterr().err == ""
    assert main(["clean", "missing"]) == 2
    assert "missing is not a folder" in capsys.readouterr().err


def test_clean_reports_what_stays(shop: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_SSOT_CACHE_DIR")
    main(["check", "libs"])

    def refuse(folder: str) -> None:
        raise PermissionError(13, "Permission denied", folder)

    monkeypatch.setattr("shutil.rmtree", refuse)
    assert main(["clean"]) == 2
    assert ".redis_ssot_cache: can't be removed: Permission denied" in capsys.readouterr().err


SOURCE = """from app.home import Manager

TEXT = '''
::set-output name=a::b
  ::error::x
'''
value = Manager()
LINE = "##[add-path]x"
"""


@pytest.mark.parametrize(
    "words",
    [("--output-format", "full"), ("--diff", "--unsafe-fixes"), ("--diff", "--manual")],
    ids=" ".join,
)
def test_source_lines_are_no_commands_of_a_github_job(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    files = make_project({"app/user.py": SOURCE + "print(value.get(1))\n"})
    write_project(files, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    main(["check", "--no-cache", *words, "."])
    plain = capsys.readouterr().out
    assert "stop-commands" not in plain
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    main(["check", "--no-cache", *words, "."])
    first, *inner, last = capsys.readouterr().out.splitlines()
    assert "\n".join(inner) == plain.rstrip("\n")
    assert first.startswith("::stop-commands::")
    assert last == f"::{first.removeprefix('::stop-commands::')}::"
    assert len(last) == 2 + 32 + 2


@pytest.mark.parametrize("text", ["", "a::b\n", "12 | ::error::x\n", "+::error::x\n", "#[x]\n"])
def test_commands_are_not_stopped_without_need(text: str) -> None:
    assert disarm_workflow_commands(text, {"GITHUB_ACTIONS": "true"}) == text


@pytest.mark.parametrize("text", ["::error::x", " ::error::x\n", "a\n\t::debug::\nb\n", "x ##[group]y\n"])
def test_commands_are_stopped(text: str) -> None:
    first, *inner, last = disarm_workflow_commands(text, {"GITHUB_ACTIONS": "true"}).splitlines()
    assert inner == text.splitlines()
    assert first.rpartition("::")[2] == last.strip(":")
    assert disarm_workflow_commands(text, {}) == text
