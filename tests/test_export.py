"""Exported configuration, run by the real tools."""

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

Capture = pytest.CaptureFixture[str]

FILES = {
    "redis-ssot.toml": """\
[resource.redis]
canonical = ["app.redis_manager"]
constructors = ["app.redis_manager.RedisManager", "redis.**.from_url"]
accessor = "app.redis_manager.get"
allow = ["tests/", "/tools/special.py"]

[resource.redis.deprecated]
"app.old" = "app.redis_manager"
"app.tools.fetch" = ""
""",
    "app/__init__.py": "",
    "app/redis_manager.py": "class RedisManager: ...\n\n\ndef get():\n    return one\n\n\none = RedisManager()\n",
    "app/old.py": "from app.redis_manager import RedisManager\n",
    "app/tools.py": "def fetch(): ...\n",
    "app/user.py": "from app.old import RedisManager\nfrom app.tools import fetch\n\nprint(RedisManager(), fetch)\n",
    "app/maker.py": "from app.redis_manager import RedisManager as Other\n\nthing = Other()\n",
    "tests/test_user.py": "from app.old import RedisManager\n\nRedisManager()\n",
    "tools/special.py": "from app.old import RedisManager\n\nRedisManager()\n",
}


@pytest.fixture
def app(project: Path) -> Path:
    for name, text in FILES.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    return project


def export(capsys: Capture, tool: str) -> tuple[str, str]:
    assert main(["export", tool]) == 0
    output = capsys.readouterr()
    return output.out, output.err


def test_ruff_bans_deprecated_modules(app: Path, capsys: Capture) -> None:
    text, notes = export(capsys, "ruff")
    (app / "pyproject.toml").write_text(text)
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "concise"]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.findall(r"^(\S+?):(\d+):.*TID251 (.+)$", process.stdout, re.MULTILINE)
    assert [(path.replace(os.sep, "/"), int(row)) for path, row, _ in found] == [("app/user.py", 1), ("app/user.py", 2)]
    assert "`app.old` is deprecated; use `app.redis_manager` instead" in found[0][2]
    assert "`app.tools.fetch` is deprecated; use `app.redis_manager.get` instead" in found[1][2]
    assert "ruff can't enforce:\n- constructors" in notes
    assert "- patterns: redis.**.from_url" in notes


def test_import_linter_protects_deprecated_modules(app: Path, capsys: Capture) -> None:
    text, _ = export(capsys, "import-linter")
    (app / "pyproject.toml").write_text(text)
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(app)}
    process = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert process.returncode == 1
    assert "No imports of deprecated modules: redis BROKEN" in process.stdout
    assert "app.user -> app.old" in process.stdout
    (app / "app" / "user.py").write_text("")
    process = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert process.returncode == 0, process.stdout


def test_semgrep_rules(app: Path, capsys: Capture) -> None:
    text, notes = export(capsys, "semgrep")
    imports, calls = json.loads(text)["rules"]
    assert imports["id"] == "redis-ssot-redis-deprecated"
    assert {"pattern": "from app.tools import fetch"} in imports["pattern-either"]
    assert calls["pattern-either"] == [{"pattern": "app.redis_manager.RedisManager(...)"}]
    assert calls["paths"]["exclude"] == ["**/tests/**", "tools/special.py", "**/app/redis_manager.py"]
    assert "semgrep can't enforce:" in notes


@pytest.mark.skipif(not shutil.which("semgrep"), reason="there is no semgrep")
def test_semgrep_finds_imports_and_calls(app: Path, capsys: Capture) -> None:
    (app / "rules.yml").write_text(export(capsys, "semgrep")[0])
    command = [
        "semgrep",
        "scan",
        "--quiet",
        "--json",
        "--metrics",
        "off",
        "--disable-version-check",
        "--config",
        "rules.yml",
    ]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    found = {(each["path"], each["start"]["line"]) for each in json.loads(process.stdout)["results"]}
    assert found == {("app/user.py", 1), ("app/user.py", 2), ("app/maker.py", 3)}


def test_without_a_configuration(project: Path, capsys: Capture) -> None:
    assert main(["export", "ruff"]) == 2
    assert "redis-ssot init" in capsys.readouterr().err
