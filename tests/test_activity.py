"""What is being done is shown on a terminal while fixes are worked out, and nowhere else."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from flake8_redis_ssot.cli import activity
from flake8_redis_ssot.cli.main import main

CONFIG = '[resource.redis]\ncanonical = ["home"]\nconstructors = ["home.Client"]\naccessor = "home.get_client"\n'
HOME = "class Client:\n    pass\n\n\nclient = Client()\n\n\ndef get_client():\n    return client\n"
USER = "from home import Client\n\nclient = Client()\n"
ERASE = "\r\x1b[K"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {"redis-ssot.toml": CONFIG, "home.py": HOME} | {f"user_{number}.py": USER for number in range(30)}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(activity, "_PATIENCE", -1.0)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return tmp_path


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_terminal_shows_the_files_and_rounds(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], jobs: str
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    main(["check", "--no-cache", "--diff", "--unsafe-fixes", "--jobs", jobs])
    shown = capfd.readouterr().err.split(ERASE)
    counts = {text.rpartition(",")[0] for text in shown if " of " in text}
    assert counts == {f"fixes: {number} of 30 findings" for number in range(1, 31)}
    assert any("left, round 1" in text for text in shown)
    assert shown[-1] == "Would fix 30 findings.\n"


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("TERM", "dumb")])
def test_nothing_is_shown_where_it_would_stay(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, name: str, value: str
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv(name, value)
    main(["check", "--no-cache", "--diff"])
    assert ERASE not in capsys.readouterr().err


@pytest.mark.parametrize(("is_terminal", "options"), [(False, []), (True, ["--quiet"])])
def test_nothing_is_shown_without_a_terminal_or_if_quiet(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, is_terminal: bool, options: list[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    main(["check", "--no-cache", "--diff", *options])
    assert ERASE not in capsys.readouterr().err


def test_nothing_is_shown_while_it_is_fast(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(activity, "_PATIENCE", 3600.0)
    main(["check", "--no-cache", "--diff"])
    assert ERASE not in capsys.readouterr().err
