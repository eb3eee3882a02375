"""Nothing that a repository contains runs code, writes outside, reaches the terminal as a command, hangs or crashes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from .commands import COMMANDS
from .large_files import LARGE_FILES
from .repositories import REPOSITORIES
from .run import Outcome, Surroundings, run_command

# All but the line break and the tab; C1 too, as 0x9b starts an escape sequence.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]")
_COMMAND_OF_A_RUNNER = re.compile(r"^\s*::(?!(?:error|notice|warning) title=redis-ssot)", re.MULTILINE)
# Their settings cannot be used, so that nothing is checked.
_INVALID = (*(name for name in REPOSITORIES if name.startswith("settings, ")), "baseline, odd")
_ENTRY_POINT = "import sys; sys.path.pop(0); from flake8_redis_ssot.cli.main import run; run()"


def check_outcome(outcome: Outcome, words: tuple[str, ...], repository: str) -> None:
    text = outcome.out + outcome.err
    assert outcome.exit_code in (0, 1, 2), text[-2000:]
    assert "Traceback" not in text, text[-2000:]
    assert "internal error, please report it" not in text, text[-2000:]
    shows_code = "--diff" in words or words[:1] == ("integrate",)  # a diff has the bytes of the file
    if not (shows_code and repository == "control characters in code"):
        assert _CONTROL.findall(text) == []
    assert _COMMAND_OF_A_RUNNER.findall(text) == []
    if words == ("check", "--output-format", "concise"):
        if repository in _INVALID:
            assert outcome.exit_code == 2
            assert outcome.err.startswith("error: ")
        else:
            assert outcome.exit_code == 1
            assert "app/user.py:1:1: RSS001" in outcome.out


def run_and_check(folder: Path, repository: str, words: tuple[str, ...]) -> None:
    surroundings = Surroundings.create(folder, REPOSITORIES[repository])
    before = surroundings.snapshot()
    check_outcome(run_command(surroundings, words), words, repository)
    after = {name: entry for name, entry in surroundings.snapshot().items() if not name.startswith("state")}
    assert after == before


@pytest.mark.no_cover
@pytest.mark.sampled(0.5)
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_file_name_with_control_characters(tmp_path: Path, words: tuple[str, ...]) -> None:
    run_and_check(tmp_path, "control characters", words)


@pytest.mark.no_cover
@pytest.mark.sampled(0.4)
@pytest.mark.parametrize("repository", [name for name in REPOSITORIES if name not in LARGE_FILES])
def test_check(tmp_path: Path, repository: str) -> None:
    run_and_check(tmp_path, repository, ("check", "--output-format", "concise"))


@pytest.mark.no_cover
@pytest.mark.sampled(0.15)
@pytest.mark.parametrize("words", [("check", "--output-format", "concise"), ("check", "--diff")], ids=" ".join)
@pytest.mark.parametrize("repository", LARGE_FILES)
def test_check_of_large_files(tmp_path: Path, repository: str, words: tuple[str, ...]) -> None:
    run_and_check(tmp_path, repository, words)


@pytest.mark.no_cover
@pytest.mark.sampled(0.015)
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("repository", REPOSITORIES)
def test_command(tmp_path: Path, repository: str, words: tuple[str, ...]) -> None:
    run_and_check(tmp_path, repository, words)


@pytest.mark.no_cover
@pytest.mark.sampled(0.04)
@pytest.mark.parametrize("repository", REPOSITORIES)
def test_campaign(tmp_path: Path, repository: str) -> None:
    """A whole campaign, in which each command meets what those before it have left."""
    surroundings = Surroundings.create(tmp_path, REPOSITORIES[repository])
    before = surroundings.snapshot()
    for words in COMMANDS:
        if words[0] in ("remediate", "rollback", "progress", "verify"):
            check_outcome(run_command(surroundings, words), words, repository)
    assert {name: entry for name, entry in surroundings.snapshot().items() if not name.startswith("state")} == before


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize(
    "words", [("check",), ("doctor",), ("verify",), ("check", "--fix", "--unsafe-fixes")], ids=" ".join
)
def test_new_process_loads_nothing_of_the_tree(tmp_path: Path, words: tuple[str, ...]) -> None:
    """An interpreter is started where every module has the name of one that it loads."""
    surroundings = Surroundings.create(tmp_path, REPOSITORIES["hooks of tools"])
    command = [sys.executable, "-c", _ENTRY_POINT, *words]
    process = subprocess.run(command, cwd=surroundings.repository, capture_output=True, text=True, check=False)
    check_outcome(Outcome(process.returncode, process.stdout, process.stderr), words, "hooks of tools")
    assert not (tmp_path / "mark").exists()
