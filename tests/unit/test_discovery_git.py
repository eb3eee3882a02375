"""Discovery finds the same files as `git ls-files --exclude-standard`."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from flake8_redis_ssot.files.discovery import DEFAULT_EXCLUDES, discover

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

# Ignore the user's and the system's git settings.
GIT_ENVIRONMENT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "XDG_CONFIG_HOME": os.devnull}

FOLDERS = ("a", "b", "ab", "c-d", "x y", "[a]", "#h", "!n", ".h", "b]", "1")
FILES = ("x.py", "a.py", "ab.py", "y.pyi", "[a].py", "#c.py", "1.py", "-.py", "!.py", "].py", "A.py", ".py")
PLAIN = ("*", "**", "*.py", "***", "?*", "a*", "*b", "*a.py")
ATOMS = (
    *("a", "b", "ab", "x", "y", "*", "**", "?", ".py", ".pyi", "*.py", " ", "-", "1", "#", "!", "A", "[a"),
    *("[ab]", "[!a]", "[^a]", "[a-c]", "[]a]", "[!]a]", "[c-a]", "[a/b]", "[!a/b]", "[--z]", "[a-]", "[A-Z]"),
    *("[[:alpha:]]", "[[:digit:]x]", "[[:foo:]]", "[[:upper:]]", "[[a]", "[:a]", "[[:a]", "[a[:]", "[a-\\c]"),
    *("[\\]a]", "\\a", "\\*", "\\[", "\\", "\\#"),
)


@pytest.mark.parametrize("seed", range(12))
def test_random_trees(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    for number in range(15):
        tree = tmp_path / str(number)
        lists = _create_tree(tree, rng)
        assert _discover(tree) == _list_with_git(tree), f"{tree}: {lists}"


IDIOMS = {
    "nothing but Python": "*\n!*/\n!*.py\n",
    "one folder out of many": "/*\n!/a/\n/a/*\n!/a/b/\n",
    "a name taken back deeper": "build\n!a/build/\n",
    "no return from an ignored folder": "a\n!a/x.py\n",
    "byte order mark": "\ufeffa/\n",
    "carriage returns": "a/\r\n*.pyi\r\n!keep.pyi\r\n",
    "no final newline": "# comment\n\n  \na/b",
    "anchored and not": "/x.py\nb/\n/b/y.py\n",
}


@pytest.mark.parametrize("text", IDIOMS.values(), ids=IDIOMS)
def test_idioms(text: str, tmp_path: Path) -> None:
    for path in (
        "x.py",
        "keep.pyi",
        "a/x.py",
        "a/b/x.py",
        "a/build/z.py",
        "b/y.py",
        "b/a/x.py",
        "build/z.py",
    ):
        _write(tmp_path / path, "")
    _write(tmp_path / ".gitignore", text)
    assert _discover(tmp_path) == _list_with_git(tmp_path)


def test_worktree_uses_the_excludes_of_its_repository(tmp_path: Path) -> None:
    main, tree = tmp_path / "main", tmp_path / "tree"
    _git(tmp_path, "init", "-q", str(main))
    author = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    _git(main, *author, "commit", "-q", "--allow-empty", "-m", "start")
    _git(main, "worktree", "add", "-q", str(tree))
    _write(main / ".git/info/exclude", "mine.py\n")
    for path in ("mine.py", "a/mine.py", "a/ours.py"):
        _write(tree / path, "")
    assert _discover(tree) == ["a/ours.py"]
    listing = discover([str(tree / "a")], root=str(tree), exclude=())
    assert listing.files == (str(tree / "a/ours.py"),)


def _create_tree(tree: Path, rng: random.Random) -> dict[str, str]:
    folders = [""]
    for _ in range(rng.randint(2, 8)):
        folder = f"{rng.choice(folders)}{rng.choice(FOLDERS)}/"
        folders += [folder] if folder.count("/") < 5 else []
    lists: dict[str, str] = {}
    for folder in sorted(set(folders)):
        for file in rng.sample(FILES, rng.randint(1, 5)):
            _write(tree / folder / file, "")
        if rng.random() < (0.25 if folder else 0.9):
            lists[f"{folder}.gitignore"] = "\n".join(_random_pattern(rng) for _ in range(rng.randint(1, 5)))
    if rng.random() < 0.2:
        lists[".git/info/exclude"] = _random_pattern(rng)
    _git(tree.parent, "init", "-q", str(tree))
    for path, text in lists.items():
        _write(tree / path, text)
    return lists


def _random_pattern(rng: random.Random) -> str:
    parts = "/".join(_random_part(rng) for _ in range(rng.choice((1, 1, 2, 2, 3))))
    negated = "!" if rng.random() < 0.3 else ""
    anchored = "/" if rng.random() < 0.2 else ""
    folder = "/" if rng.random() < 0.25 else ""
    tail = rng.choice((" ", "  ", "\\ ", "\t", "\r", "//")) if rng.random() < 0.05 else ""
    return f"{negated}{anchored}{parts}{folder}{tail}"


def _random_part(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.35:
        return rng.choice((*FOLDERS, *FILES))
    if kind < 0.55:
        return rng.choice(PLAIN)
    return "".join(rng.choice(ATOMS) for _ in range(rng.randint(1, 3)))


def _discover(tree: Path) -> list[str]:
    negated = [f"!{pattern}" for pattern in DEFAULT_EXCLUDES if pattern != ".git/"]
    listing = discover([str(tree)], root=str(tree), exclude=negated)
    assert listing.errors == ()
    return [Path(file).relative_to(tree).as_posix() for file in listing.files]


def _list_with_git(tree: Path) -> list[str]:
    if not (tree / ".git").exists():
        _git(tree, "init", "-q")
    found = _git(tree, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split(b"\0")
    return [os.fsdecode(path) for path in sorted(found) if path.endswith((b".py", b".pyi"))]


def _git(folder: Path, *arguments: str) -> bytes:
    # Inside a git hook these variables select another repository.
    own = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    command = ["git", *arguments]
    return subprocess.run(command, cwd=folder, env=own | GIT_ENVIRONMENT, capture_output=True, check=True).stdout


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
