"""What reports say to people: names, reasons, marks, the last lines, and how much of it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.model import Applicability, Finding, FindingContext, FindingKind, Fix, Refusal, Span
from flake8_redis_ssot.reports.reasons import describe_fix
from flake8_redis_ssot.reports.report import MAX_FILES_WITH_FIXES, CheckReport, load_format
from flake8_redis_ssot.reports.short_names import shorten_names
from flake8_redis_ssot.terminal import Style, shorten_to_width, sign

Capture = pytest.CaptureFixture[str]
NAMES = {"RSS002": "direct-instantiation"}


def run(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main(["check", *arguments])
    return status, *capsys.readouterr()


# Reasons


def test_two_reasons_those_first_that_are_certain() -> None:
    fix = Fix("Call it", Applicability.UNSAFE, (), ("a may be b", "c is d", "e is perhaps f", "g is h"))
    assert list(describe_fix(fix, is_whole=False)) == [
        ("unsafe fix", "Call it"),
        ("not safe", "c is d"),
        ("not safe", "g is h"),
        ("note", "2 more reasons; `--verbose` shows all"),
    ]
    assert [text for _, text in describe_fix(fix)] == ["Call it", *fix.reasons]


def test_all_of_two_reasons() -> None:
    assert list(describe_fix(Refusal(("a may be b", "c is d")), is_whole=False)) == [
        ("no fix", "c is d"),
        ("no fix", "a may be b"),
    ]
    assert list(describe_fix(None, is_whole=False)) == []


def test_long_import_cycle_is_shortened() -> None:
    cycle = "circular import: " + " -> ".join(f"`m{number}`" for number in range(9))
    assert [text for _, text in describe_fix(Refusal((cycle,)), is_whole=False)] == [
        "circular import: `m0` -> `m1` -> … 5 more … -> `m7` -> `m8`"
    ]
    short = "circular import: `a` -> `b` -> `a`"
    assert [text for _, text in describe_fix(Refusal((short,)), is_whole=False)] == [short]


def test_verbose_shows_all_reasons() -> None:
    reasons = tuple(f"reason {number}" for number in range(5))
    finding = Finding("a.py", Span(1, 0, 1, 1), "RSS002", "message", "", (1,), fix=Refusal(reasons))
    report = CheckReport([finding], {}, lambda path: ())
    short, full = (load_format("full").render(report._replace(is_verbose=each), Style()) for each in (False, True))
    assert [reason in short for reason in reasons] == [True, True, False, False, False]
    assert "3 more reasons" in short
    assert all(reason in full for reason in reasons)
    assert "more reason" not in full


# Names


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("from pkg.sub.mod import Thing", "new `Thing`; use `pkg.sub.mod.get()` instead"),
        ("from pkg.sub.mod import (\n    Thing,  # kept\n    get,\n)", "new `Thing`; use `get()` instead"),
        ("from .mod import Thing", "new `Thing`; use `pkg.sub.mod.get()` instead"),
        ("from ..sub.mod import get", "new `pkg.sub.mod.Thing`; use `get()` instead"),
        ("from pkg.sub.mod import Thing as T", None),
        ("from pkg.other import Thing", None),
        ("from ..mod import Thing", None),
        ("from pkg.sub.mod import Thing\nfrom other import Thing", None),
        ("from pkg.sub.mod import Thing\nfrom other import x as Thing", None),
        ("from pkg.sub.mod import Thing\nclass Thing: pass", None),
        ("from pkg.sub.mod import Thing\nThing = None", None),
        ("import pkg.sub.mod", None),
        ("", None),
    ],
)
def test_names_that_the_file_imports_are_short(source: str, shown: str | None, tmp_path: Path) -> None:
    message = "new `pkg.sub.mod.Thing`; use `pkg.sub.mod.get()` instead"
    path = str(tmp_path / "pkg" / "sub" / "user.py")
    context = FindingContext(kind=FindingKind.CONSTRUCTION)
    finding = Finding(path, Span(1, 0, 1, 1), "RSS002", message, "", (1,), context=context)
    report = CheckReport([finding], NAMES, lambda _: source.split("\n"))
    assert shorten_names(finding, report) == (shown or message)
    assert shorten_names(finding, report._replace(is_verbose=True)) == message


def test_names_that_the_help_line_imports_are_short() -> None:
    context = FindingContext(kind=FindingKind.FACTORY)
    note = "write `from pkg.mod import get` and call `get()`"
    finding = Finding("a.py", Span(1, 0, 1, 1), "RSS003", "use `pkg.mod.get()` instead", note, (1,), context=context)
    assert shorten_names(finding, CheckReport([finding], NAMES, lambda _: [])) == "use `get()` instead"


def test_long_names_in_json_and_concise(shop: Path, capsys: Capture) -> None:
    path = "services/analytics/dashboard.py"
    assert "`get_redis_manager()` instead" in run(capsys, path)[1]
    for arguments in (("-v",), ("--output-format", "json"), ("--output-format", "concise")):
        assert "use `shopkit.redis_manager.get_redis_manager()` instead" in run(capsys, *arguments, path)[1]


# Marks and the last lines


@pytest.mark.parametrize("output_format", ["concise", "grouped", "full"])
def test_fixable_findings_are_marked(shop: Path, capsys: Capture, output_format: str) -> None:
    fixable = json.loads(run(capsys, "--output-format", "json")[1])
    safe = sum(each["fix"] is not None and each["fix"]["applicability"] == "safe" for each in fixable)
    output = run(capsys, "--output-format", output_format)[1]
    assert safe > 0
    assert len(re.findall(r"RSS\d+ \[\*\]", output)) == safe
    assert f"[*] {safe} fixable with the `--fix` option" in output


@pytest.mark.parametrize("output_format", ["concise", "grouped", "full"])
def test_large_projects_are_not_kept_waiting_for_fixes(project: Path, capsys: Capture, output_format: str) -> None:
    settings = '[resource.r]\ncanonical = ["home"]\nconstructors = ["home.Home"]\naccessor = "home.get"\n'
    (project / "redis-ssot.toml").write_text(settings)
    (project / "home.py").write_text("class Home:\n    pass\n\n\n_home = Home()\n\n\ndef get():\n    return _home\n")
    (project / "user.py").write_text("from home import Home\n\nprint(Home())\n")
    for number in range(MAX_FILES_WITH_FIXES - 2):
        (project / f"m{number}.py").touch()
    computed = run(capsys, "--output-format", output_format)[1]
    (project / "more.py").touch()
    not_computed = run(capsys, "--output-format", output_format)[1]
    verbose = run(capsys, "--output-format", output_format, "-v")[1]
    assert "--fix" in computed
    assert "--fix" in verbose
    assert "--fix" not in not_computed
    hint = "`-v` shows what can be fixed; `redis-ssot explain FILE:LINE` explains a finding."
    assert (hint in not_computed) is (output_format != "concise")


def test_last_line_says_what_to_do(shop: Path, capsys: Capture) -> None:
    def last_line(*arguments: str) -> str:
        return run(capsys, *arguments)[1].splitlines()[-1]

    explain = "`redis-ssot explain FILE:LINE` explains a finding."
    assert last_line() == f"`--diff` shows the changes; {explain}"
    assert last_line("services/orders/sessions.py") == f"`--diff --unsafe-fixes` shows the changes; {explain}"
    assert last_line("--unsafe-fixes", "services/orders/sessions.py") == f"`--diff` shows the changes; {explain}"
    assert last_line("libs/shopkit/storage") == explain


def test_passed_only_where_something_was_checked(shop: Path, capsys: Capture) -> None:
    clean = "libs/shopkit/redis_manager.py"
    assert run(capsys, clean) == (0, "All checks passed!\n", "")
    (shop / "empty").mkdir()
    assert run(capsys, "empty") == (0, "No Python files were checked.\n", "")
    status, output, errors = run(capsys, clean, "missing.py")
    assert (status, output) == (2, "")
    assert "missing.py" in errors


# How much, and in which colours


def test_quiet_prints_findings_only(shop: Path, capsys: Capture) -> None:
    for output_format in ("concise", "grouped", "full"):
        output = run(capsys, "-q", "--output-format", output_format, "libs/shopkit/health.py")[1]
        assert "RSS001" in output
        assert "Found" not in output
        assert "explains" not in output
        assert output[-1] == "\n"
        assert output[-2] != "\n"
    assert run(capsys, "-q", "libs/shopkit/redis_manager.py") == (0, "", "")


def test_silent_prints_nothing(shop: Path, capsys: Capture) -> None:
    assert run(capsys, "--silent") == (1, "", "")
    assert run(capsys, "-s", "--output-format", "json") == (1, "", "")
    assert run(capsys, "-s", "missing.py")[2]


def test_silent_still_writes_the_file(shop: Path, capsys: Capture) -> None:
    assert run(capsys, "-s", "--output-format", "concise", "-o", "report.txt") == (1, "", "")
    assert "RSS001" in (shop / "report.txt").read_text()


def test_verbose_says_what_was_read(shop: Path, capsys: Capture) -> None:
    errors = run(capsys, "--verbose", "libs/shopkit")[2]
    assert f"configuration: {shop / 'pyproject.toml'} (" in errors
    assert re.search(r"^checked \d+ files in \d+\.\d\d s$", errors, re.MULTILINE)


def test_verbose_names_committed_files_that_git_ignores(shop: Path, capsys: Capture) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    for name in ("gen_one.py", "gen_two.py"):
        (shop / name).write_text("", encoding="utf-8")
    subprocess.run(["git", "add", "gen_one.py"], check=True)
    (shop / ".gitignore").write_text("gen_*.py\n", encoding="utf-8")
    named = [line for line in run(capsys, "--verbose")[2].splitlines() if line.startswith("not checked: ")]
    assert named == ["not checked: gen_one.py, which git tracks although .gitignore matches it"]
    assert "not checked" not in run(capsys)[2]


def test_color(shop: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" in run(capsys, "--color", "always")[1]
    assert "\x1b[" not in run(capsys)[1]
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" not in run(capsys, "--color", "never")[1]
    assert "\x1b[" in run(capsys, "--color", "auto")[1]


# Variables for options


def test_variables_stand_for_options(shop: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    path = "libs/shopkit/health.py"
    monkeypatch.setenv("REDIS_SSOT_OUTPUT_FORMAT", "pylint")
    monkeypatch.setenv("REDIS_SSOT_VERBOSE", "0")
    assert run(capsys, path)[1].startswith(f"{path}:7: [RSS001]")
    assert run(capsys, "--output-format", "concise", path)[1].startswith(f"{path}:7:1: RSS001")
    monkeypatch.setenv("REDIS_SSOT_VERBOSE", "true")
    assert "checked 1 file" in run(capsys, path)[2]
    monkeypatch.setenv("REDIS_SSOT_OUTPUT_FILE", "")
    monkeypatch.setenv("REDIS_SSOT_CONFIG", 'select = ["RSS002"]')
    assert run(capsys, path)[0] == 0


def test_variables_of_options_that_a_command_lacks(
    shop: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_SSOT_OUTPUT_FORMAT", "pylint")
    monkeypatch.setenv("REDIS_SSOT_JOBS", "1")
    assert main(["rule", "RSS001"]) == 0
    assert main(["plan"]) == 0


def test_invalid_variable_is_named(shop: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_SSOT_JOBS", "none")
    with pytest.raises(SystemExit) as end:
        main(["check"])
    assert end.value.code == 2
    errors = capsys.readouterr().err
    assert "`none` is not a positive number" in errors
    assert "note: options are also taken from REDIS_SSOT_JOBS" in errors


# What would be checked


def test_show_files(shop: Path, capsys: Capture) -> None:
    (shop / "libs" / "nested").mkdir()
    (shop / "libs" / "nested" / "redis-ssot.toml").write_text(
        '[resource.r]\ncanonical = ["own"]\nconstructors = ["own.C"]\n'
    )
    (shop / "libs" / "nested" / "own.py").touch()
    status, output, errors = run(capsys, "--show-files", "--exclude", "managers", "libs")
    lines = output.splitlines()
    assert (status, errors) == (0, "")
    assert "libs/shopkit/health.py" in lines
    assert "libs/nested/own.py" in lines
    assert "libs/shopkit/managers/redis_manager.py" not in lines
    assert lines == sorted(set(lines))


def test_show_settings(shop: Path, capsys: Capture) -> None:
    status, output, _ = run(capsys, "--show-settings")
    main(["config", "show"])
    assert status == 0
    assert output == f"# pyproject.toml\n{capsys.readouterr().out}"


def test_listings_report_paths_and_settings_that_are_invalid(shop: Path, capsys: Capture) -> None:
    assert run(capsys, "--show-files", "missing.py")[0] == 2
    assert run(capsys, "--show-files", "-")[0] == 2
    assert run(capsys, "--show-files", "--isolated")[0] == 2
    (shop / "libs" / "redis-ssot.toml").write_text("unknown = 1\n")
    status, output, errors = run(capsys, "--show-files")
    assert status == 2
    assert "services/orders/refunds.py" in output
    assert "unknown" in errors


def test_quiet_formats_for_programs_stay_whole() -> None:
    finding = Finding("a.py", Span(1, 0, 1, 1), "RSS002", "message", "", (1,))
    report = CheckReport([finding], NAMES, lambda _: [])
    assert load_format("pylint").render(report._replace(is_quiet=True), Style()) == "a.py:1: [RSS002] message"


# Campaigns


def test_diff_in_colour_is_the_same_diff(shop: Path, capsys: Capture) -> None:
    plain = run(capsys, "--diff", "--color", "never")[1]
    colored = run(capsys, "--diff", "--color", "always")[1]
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == plain
    assert "\x1b[1m--- libs/shopkit/health.py\x1b[0m\n" in colored
    assert "\x1b[36m@@ " in colored
    assert re.search(r"\x1b\[31;1m-from \.managers\.redis_manager", colored)
    assert re.search(r"\x1b\[32m\+from \.redis_manager", colored)


def test_plan_fits_80_columns_and_hides_what_nobody_has(shop: Path, capsys: Capture) -> None:
    assert main(["plan"]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    assert "owner" not in text
    assert main(["plan", "--color", "always"]) == 0
    colored = capsys.readouterr().out
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == text.rstrip("\n") + "\n"
    assert "\x1b[32mlow" in colored
    assert main(["progress"]) == 0
    assert "owner" not in capsys.readouterr().out
    (shop / "CODEOWNERS").write_text(f"services/orders/ @{'a' * 70}\n")
    assert main(["plan"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "By owner" in [line[:8] for line in lines]
    assert f"{'':16}@{'a' * 70}" in lines
    assert max(len(line) for line in lines if "@" not in line) <= 80


@pytest.mark.parametrize(("text", "shown"), [("short", "short"), ("x" * 10, "x" * 10), ("abcdefghijkl", "abcd…hijkl")])
def test_long_names_lose_their_middle(text: str, shown: str) -> None:
    assert shorten_to_width(text, 10) == shown


@pytest.mark.parametrize(("encoding", "signs"), [("utf-8", "✓✗"), ("ascii", "okx"), ("unknown", "okx")])
def test_signs_that_a_stream_can_show(encoding: str, signs: str) -> None:
    stream = SimpleNamespace(encoding=encoding)
    assert sign(True, stream) + sign(False, stream) == signs  # type: ignore[arg-type]
