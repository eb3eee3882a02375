"""`core.excludesFile` is read as git reads it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from flake8_redis_ssot.files.discovery import discover

CONFIGS = {
    "plain": "[core]\n\texcludesFile = {path}\n",
    "any case": "[CORE]\nEXCLUDESFILE={path}\n",
    "comments": "# [core]\n[core] ; first\n  excludesfile = {path}   # the patterns\n",
    "quoted": '[core]\nexcludesFile = "{path}"  ; quoted\n',
    "partly quoted": '[core]\nexcludesFile = {folder}/"{name}"\n',
    "on the line of the section": "[core] excludesFile = {path}\n",
    "the last one": "[core]\nexcludesFile = /nowhere\n[user]\nname = x\n[core]\nexcludesFile = {path}\n",
    "another section": '[core "x"]\nexcludesFile = {path}\n[user]\nexcludesFile = {path}\n',
    "from the home": "[core]\nexcludesFile = ~/{name}\n",
    "included": "[include]\npath = more.cfg\n",
    "continued": "[core]\nexcludesFile = {folder}/\\\n{name}\n",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home directory of a user without settings of git."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def repository(tmp_path: Path, home: Path) -> Path:
    """A repository with three files, in which nothing is ignored."""
    folder = tmp_path / "repository"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.py", "mine.py", "sub/mine.py"):
        (folder / name).write_text("")
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    return folder


def listed(folder: Path) -> list[str]:
    files = discover([str(folder)], root=str(folder), exclude=()).files
    return [os.path.relpath(file, folder) for file in files]


def listed_by_git(folder: Path) -> list[str]:
    command = ["git", "-C", str(folder), "ls-files", "--others", "--exclude-standard"]
    return sorted(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines())


@pytest.mark.parametrize("name", CONFIGS)
def test_settings_of_the_user(home: Path, repository: Path, name: str) -> None:
    patterns = home / "my ignored"
    patterns.write_text("mine.py\n")
    text = CONFIGS[name].format(path=patterns, folder=home, name=patterns.name)
    (home / ".gitconfig").write_text(text)
    (home / "more.cfg").write_text(CONFIGS["plain"].format(path=patterns))
    expected = ["a.py"] if name != "another section" else ["a.py", "mine.py", "sub/mine.py"]
    assert listed(repository) == listed_by_git(repository) == expected


def test_default_file(home: Path, repository: Path) -> None:
    (home / ".config/git").mkdir(parents=True)
    (home / ".config/git/ignore").write_text("/mine.py\n")
    assert listed(repository) == listed_by_git(repository) == ["a.py", "sub/mine.py"]


def test_order(home: Path, repository: Path) -> None:
    """The repository's settings override the user's, and its ignore files come first."""
    (home / ".gitconfig").write_text(f"[core]\nexcludesFile = {home}/all\n")
    (home / "all").write_text("*.py\n")
    (home / "few").write_text("mine.py\n")
    with (repository / ".git/config").open("a") as file:
        file.write(f"[core]\nexcludesFile = {home}/few\n")
    (repository / "sub/.gitignore").write_text("!mine.py\n")
    assert listed(repository) == ["a.py", "sub/mine.py"]
    assert [each for each in listed_by_git(repository) if each.endswith(".py")] == ["a.py", "sub/mine.py"]


def test_files_of_the_environment(home: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "elsewhere").write_text(f"[core]\nexcludesFile = {home}/few\n")
    (home / "few").write_text("mine.py\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "elsewhere"))
    assert listed(repository) == listed_by_git(repository) == ["a.py"]
    monkeypatch.delenv("GIT_CONFIG_GLOBAL")
    monkeypatch.delenv("GIT_CONFIG_NOSYSTEM")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", str(home / "elsewhere"))
    assert listed(repository) == listed_by_git(repository) == ["a.py"]


def test_includes_end(home: Path, repository: Path) -> None:
    (home / ".gitconfig").write_text("[include]\npath = .gitconfig\n")
    assert listed(repository) == ["a.py", "mine.py", "sub/mine.py"]
