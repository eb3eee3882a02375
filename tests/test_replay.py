"""A report that is printed again is the one that a new check would print."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_redis_ssot.cli import main as cli
from flake8_redis_ssot.cli import replay

CONFIGURATION = """\
[resource.redis]
canonical = ["app.home"]
constructors = ["app.home.Redis"]
"""
FILES = {
    "redis-ssot.toml": CONFIGURATION,
    "app/__init__.py": "",
    "app/home.py": "class Redis: pass\n",
    "app/user.py": "from app.home import Redis\n\nRedis()\n",
    "app/inner/other.py": "x = 1\n",
}
Run = Callable[..., tuple[object, str]]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project, whose files count as old."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REDIS_SSOT_CACHE_DIR", raising=False)
    monkeypatch.setattr(replay, "_STARTED", 1 << 63)
    return tmp_path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The exit code and the output of a command, as a process of its own would run it."""

    def run(*arguments: str) -> tuple[object, str]:
        monkeypatch.setattr(
            sys, "argv", ["redis-ssot", "check", "--output-format", "pylint", "--jobs", "1", *arguments]
        )
        with pytest.raises(SystemExit) as end:
            cli.run()
        return end.value.code, capsys.readouterr().out

    return run


@pytest.fixture
def replays(run: Run, monkeypatch: pytest.MonkeyPatch) -> Callable[..., bool]:
    """Whether a command prints a stored report, which has to be that of a new check."""

    def replays(*arguments: str) -> bool:
        with monkeypatch.context() as patch:
            patch.setattr(cli, "main", lambda: "checked")
            found = run(*arguments)
        assert found[0] == "checked" or found == run(*arguments, "--no-cache")
        return found[0] != "checked"

    return replays


def test_second_check_prints_the_stored_report(shop: Path, run: Run, replays: Callable[..., bool]) -> None:
    assert not replays()
    status, output = run()
    assert status == 1
    assert "app/user.py:3: [RSS002]" in output
    assert replays()


def append(path: str) -> None:
    with open(path, "a", encoding="utf-8") as file:
        file.write("# changed\n")


CHANGES: dict[str, Callable[[], object]] = {
    "an edited file": lambda: append("app/user.py"),
    "an edited file of the others": lambda: append("app/inner/other.py"),
    "a new file": lambda: Path("app/inner/new.py").write_text("from app.home import Redis\nRedis()\n"),
    "a deleted file": lambda: Path("app/user.py").unlink(),
    "settings": lambda: append("redis-ssot.toml"),
    "an ignore file": lambda: Path(".gitignore").write_text("user.py\n"),
    "an ignore file in a folder": lambda: Path("app/.gitignore").write_text("user.py\n"),
    "a variable": lambda: os.environ.__setitem__("FORCE_COLOR", "1"),
    "a variable for a flag": lambda: os.environ.__setitem__("REDIS_SSOT_COLOR", "always"),
    "a directory": lambda: os.chdir("app"),
    "a damaged report": lambda: damage(next(Path(".redis_ssot_cache").glob("report-*"))),
}


def damage(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n1\n", b"\n9\n"))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_change_is_noticed(
    change: Callable[[], object], shop: Path, run: Run, replays: Callable[..., bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("FORCE_COLOR", "REDIS_SSOT_COLOR"):
        monkeypatch.setenv(variable, "")
    run()
    assert replays()
    change()
    assert not replays()
    run()
    assert replays()


def test_nested_configuration_is_noticed(shop: Path, run: Run, replays: Callable[..., bool]) -> None:
    run()
    Path("app/inner/redis-ssot.toml").write_text(CONFIGURATION)
    assert not replays()


def test_settings_above_a_named_directory(shop: Path, run: Run, replays: Callable[..., bool]) -> None:
    run("app/inner")
    assert replays("app/inner")
    Path("app/redis-ssot.toml").write_text(CONFIGURATION)
    assert not replays("app/inner")


def test_file_that_changed_just_now_is_not_trusted(
    shop: Path, run: Run, replays: Callable[..., bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "_STARTED", (shop / "app/user.py").stat().st_mtime_ns)
    run()
    assert not replays()


@pytest.mark.parametrize(
    "flags",
    [
        ("--no-cache",),
        ("--cache-dir", "elsewhere"),
        ("--output-format", "full"),
        ("-v",),
        ("-o", "report.txt"),
        ("--fix",),
    ],
    ids=" ".join,
)
def test_runs_that_depend_on_more_are_not_stored(
    flags: tuple[str, ...], shop: Path, run: Run, replays: Callable[..., bool]
) -> None:
    run(*flags)
    run(*flags)
    assert not replays(*flags)


def test_report_that_would_have_fixes_is_stored_without_findings(
    shop: Path, run: Run, replays: Callable[..., bool]
) -> None:
    run("--output-format", "full", "app/inner")
    assert replays("--output-format", "full", "app/inner")
    with_findings = ("--output-format", "concise", "app")
    run(*with_findings)
    assert not replays(*with_findings)


def test_step_summary_is_written_each_time(
    shop: Path, run: Run, replays: Callable[..., bool], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    arguments = ("--output-format", "github", "app")
    run(*arguments)
    assert replays(*arguments)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    for number in (1, 2):
        run(*arguments)
        assert (tmp_path / "summary.md").read_text().count("### redis-ssot") == number


def test_report_of_another_folder_is_not_printed(shop: Path, run: Run, replays: Callable[..., bool]) -> None:
    run()
    (stored,) = Path(".redis_ssot_cache").glob("report-*")
    stored.write_bytes(stored.read_bytes().replace(os.fsencode(shop) + b"\0", os.fsencode(shop) + b"/app\0", 1))
    assert not replays()


def test_linked_cache_is_not_read(shop: Path, run: Run, replays: Callable[..., bool]) -> None:
    run()
    Path(".redis_ssot_cache").rename("kept")
    Path(".redis_ssot_cache").symlink_to("kept")
    assert not replays()


def test_other_commands_and_places_have_no_report(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert replay.print_stored(["rule"]) is None
    assert replay.print_stored(["check"]) is None
    monkeypatch.chdir("/")
    assert replay.print_stored(["check"]) is None


def test_report_of_a_program_that_calls_the_command_is_not_stored(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(replay, "_commands", [])
    assert cli.main(["check", "--output-format", "concise", "--jobs", "1"]) == 1
    assert "RSS002" in capsys.readouterr().out
    assert not [*Path(".redis_ssot_cache").glob("report-*")]


def test_working_directory_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert replay.print_stored(["check"]) is None
