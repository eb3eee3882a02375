"""The plugin in flake8, run as a separate process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from markdown_cases import load_cases

SERVICE = """\
from app.legacy.redis_manager import redis_manager
from app.redis_manager import RedisManager


def make():
    return RedisManager()


manager = RedisManager()  # noqa: RSS002
"""


@pytest.fixture
def shop(project: Path) -> Path:
    load_cases()[0].write(project)
    (project / "app" / "service.py").write_text(SERVICE)
    (project / "worker.py").write_text("from app.redis_manager import RedisManager as R\nR()\n")
    return project


def flake8(*arguments: str, stdin: str | None = None) -> tuple[int, list[str]]:
    command = [sys.executable, "-m", "flake8", *arguments]
    process = subprocess.run(command, capture_output=True, text=True, input=stdin, check=False)
    assert "Traceback" not in process.stderr
    lines = (process.stdout + process.stderr).splitlines()
    return process.returncode, sorted(" ".join(line.split()[:2]) for line in lines)


ALL_FINDINGS = ["./app/service.py:1:1: RSS001", "./app/service.py:6:12: RSS003", "./worker.py:2:1: RSS002"]


def test_select(shop: Path) -> None:
    assert flake8("--select", "RSS") == (1, ALL_FINDINGS)
    assert flake8("--select", "RSS001") == (1, ALL_FINDINGS[:1])


def test_extend_select_and_ignore(shop: Path) -> None:
    (shop / ".flake8").write_text("[flake8]\nextend-select = RSS\nignore = F401,RSS003\n")
    assert flake8() == (1, [ALL_FINDINGS[0], ALL_FINDINGS[2]])


def test_per_file_ignores(shop: Path) -> None:
    assert flake8("--select", "RSS", "--per-file-ignores", "worker.py:RSS002") == (1, ALL_FINDINGS[:2])


def test_disable_noqa(shop: Path) -> None:
    found = flake8("--select", "RSS", "--disable-noqa")[1]
    assert "./app/service.py:9:11: RSS002" in found
    assert len(found) == 4


@pytest.mark.parametrize("jobs", ["1", "4"])
def test_jobs(shop: Path, jobs: str) -> None:
    for number in range(20):
        (shop / f"copy{number:02}.py").write_text(SERVICE)
    status, found = flake8("--select", "RSS", "--jobs", jobs)
    assert (status, len(found)) == (1, 2 * 20 + 3)


def test_single_files(shop: Path) -> None:
    assert flake8("--select", "RSS", "worker.py") == (1, ["worker.py:2:1: RSS002"])


def test_standard_input(shop: Path) -> None:
    buffer = "from .redis_manager import RedisManager\nx = 1; RedisManager()\n"
    found = flake8("--select", "RSS", "--stdin-display-name", "app/unsaved.py", "-", stdin=buffer)
    assert found == (1, ["app/unsaved.py:2:8: RSS002"])
    assert flake8("--select", "RSS", "-", stdin="from app.redis_manager import RedisManager\nRedisManager()\n") == (
        1,
        ["stdin:2:1: RSS002"],
    )


def test_rss_config_option(shop: Path) -> None:
    (shop / "settings").mkdir()
    (shop / "redis-ssot.toml").rename(shop / "settings" / "ssot.toml")
    assert flake8("--select", "RSS") == (0, [])
    assert flake8("--select", "RSS", "--rss-config", "settings/ssot.toml") == (1, ALL_FINDINGS)
    (shop / ".flake8").write_text("[flake8]\nrss-config = settings/ssot.toml\nselect = RSS\n")
    assert flake8() == (1, ALL_FINDINGS)


def test_invalid_configuration(shop: Path) -> None:
    (shop / "redis-ssot.toml").write_text("[resource.redis]\ncanonical = 1\n")
    process = subprocess.run([sys.executable, "-m", "flake8"], capture_output=True, text=True, check=False)
    assert process.returncode == 1
    assert "redis-ssot.toml: resource.redis.canonical: expected" in process.stdout + process.stderr
    assert "Traceback" not in process.stdout + process.stderr


def test_version_names_the_plugin() -> None:
    process = subprocess.run([sys.executable, "-m", "flake8", "--version"], capture_output=True, text=True, check=True)
    assert "flake8-redis-ssot: " in process.stdout
