"""`redis-ssot compare`: two states are run alternately, and only a certain slowdown fails."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from observed_runs import ObservedProject

pytestmark = pytest.mark.slow

TESTS = """\
import time
from app.home import Manager

def test_one():
    Manager()
    time.sleep({seconds})

def test_two():
    time.sleep({seconds})
    with open({log!r}, "a") as file:
        file.write({state!r})
"""


def write_state(project: ObservedProject, state: str, seconds: float) -> None:
    project.write("test_app.py", TESTS.format(seconds=seconds, log=str(project.root.parent / "log"), state=state))


def git(root: Path, *words: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    return subprocess.run(["git", *identity, *words], cwd=root, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def project(app: ObservedProject) -> ObservedProject:
    """A repository with two commits: `slow` takes longer than `fast`."""
    app.configure("\n[tool.redis-ssot.resource.redis.runtime]\nslowdown = 0.5\n")
    (app.root.parent / "log").unlink(missing_ok=True)  # of another test
    git(app.root, "init", "-q")
    for state, seconds in (("fast", 0.05), ("slow", 0.3)):
        write_state(app, state[0], seconds)
        git(app.root, "add", "-A")
        git(app.root, "commit", "-qm", state)
        git(app.root, "tag", state)
    hook = app.root / ".git" / "hooks" / "post-checkout"
    hook.write_text('#!/bin/sh\ntouch "$(git rev-parse --git-common-dir)/obeyed"\n')
    hook.chmod(0o755)
    return app


def compare(project: ObservedProject, *words: str) -> subprocess.CompletedProcess[str]:
    command = (project.python, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider")
    return project.command("compare", "--runs", "3", *words, "--", *command)


def test_commits(project: ObservedProject) -> None:
    done = compare(project, "fast", "slow")
    assert done.returncode == 1, done.stderr
    assert (project.root.parent / "log").read_text() == "fs" + "fssffs"  # one run each that does not count
    assert "compared with 3 runs before, 3 runs after" in done.stdout
    assert "redis: instances                                2.0 → 2.0" in done.stdout
    assert "redis: slowdown: BROKEN: " in done.stdout
    assert " % slower (95 % confidence: " in done.stdout
    assert done.stderr.splitlines()[2].startswith("3 of 3: ")
    assert not (project.root / ".git" / "obeyed").exists()
    assert git(project.root, "worktree", "list").count("\n") == 1


def test_a_folder_and_a_commit(project: ObservedProject) -> None:
    done = compare(project, "slow", ".")
    assert done.returncode == 0, done.stdout + done.stderr
    done = compare(project, ".", "fast")
    assert done.returncode == 0, done.stdout + done.stderr
    assert " % faster (95 % confidence: -" in done.stdout


def test_a_folder_of_the_repository(project: ObservedProject) -> None:
    root = project.root / "app"
    words = ("-c", "import home; home.Manager()")
    tool = [project.python, "-m", "flake8_redis_ssot", "compare", "--runs", "1", "fast", "slow", "--", project.python]
    done = subprocess.run([*tool, *words], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert "compared with 1 run before, 1 run after" in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("fast", "slow"), "which program? Write it behind `--`"),
        (("nothing", "slow", "--", "python", "-c", "1"), "`nothing` is neither a folder nor a commit of "),
        (("--exec=x", "slow", "--", "python", "-c", "1"), "unrecognized arguments"),
        (("fast", "slow", "--", "echo"), "`echo` starts no Python program that can be observed"),
        (("fast", "slow", "--", "python", "-c", "print('why'); 1/0"), "fast: the program ends with exit code 1"),
        (("--timeout", "3", "fast", "slow", "--", "python", "-c", "input(); 1"), "fast: the program ends with exit"),
        (
            ("--timeout", "2", "fast", "slow", "--", "python", "-c", "import time; time.sleep(60)"),
            "fast: the program takes too long",
        ),
    ],
)
def test_what_can_not_be_compared(words: tuple[str, ...], message: str, project: ObservedProject) -> None:
    done = project.command("compare", *words)
    assert done.returncode == 2
    assert message in done.stderr, done.stderr
    assert 'Traceback (most recent call last):\n  File "/' not in done.stderr.partition("nothing to compare")[0]
    assert git(project.root, "worktree", "list").count("\n") == 1


def test_a_state_without_configuration(project: ObservedProject, tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = str(tmp_path_factory.mktemp("empty"))
    done = project.command("compare", empty, ".", "--", "python", "-c", "1")
    assert done.returncode == 2
    assert f"{empty}: the folder and those above it have no configuration" in done.stderr
    (project.root / "pyproject.toml").write_text("[tool.redis-ssot]\nunknown = 1\n")
    done = project.command("compare", ".", ".", "--", "python", "-c", "1")
    assert done.returncode == 2
    assert "unknown" in done.stderr
    assert os.path.isdir(empty)
