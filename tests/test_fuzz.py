"""The searches for faults that are run for hours find none in a few inputs, and find one that is there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = [pytest.mark.slow, pytest.mark.no_cover]


def run_module(*words: str, seconds: int = 300) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False)


def test_random_input() -> None:
    process = run_module("tests.fuzz", "--inputs", "24", "--minutes", "4")
    assert process.returncode == 0, process.stdout[-3000:] + process.stderr[-3000:]
    assert "24 inputs" in process.stdout


def test_sweep(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text('import re\nimport threading\n\nLOCK = threading.Lock()\nWORD = re.compile("a")\n')
    (tmp_path / "broken.py").write_text("import re\n\ndef f(:\n")
    (tmp_path / "two.ipynb").write_text(json.dumps({"cells": [], "nbformat": 4}))
    process = run_module("tests.sweep", str(tmp_path))
    assert process.returncode == 0, process.stdout + process.stderr
    assert "'files': 3" in process.stdout
    assert "'faults': 0" in process.stdout
