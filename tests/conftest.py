"""Fixtures for all tests."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

# A run that decides about a change tries the same examples each time; elsewhere they are new ones.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, made the working directory; what runs remember lies beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REDIS_SSOT_CACHE_DIR", f"{tmp_path}-cache")
    return tmp_path


@pytest.fixture
def shop(project: Path) -> Path:
    """A copy of the example to work on, made the working directory."""
    example = Path(__file__).parent.parent / "examples" / "shop"
    shutil.copytree(example, project, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
    return project
