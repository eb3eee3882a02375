"""The targets for Bazel and Pants of docs/scale.md report what the command reports; skipped where these are missing.

Bazel fetches repositories of its own: without a network, name copies in the `.bazelrc` of the home directory.
Pants needs a wheel of this project in the `find_links` of its `.pants.rc`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"```\w+\n(?:#![^\n]*\n)?# (\S+)[^\n]*\n(.*?)```", re.DOTALL)
FINDING = re.compile(r"RSS\d{3} ")


def create_workspace(folder: Path, section: str) -> Path:
    """A copy of the example with the files that a section of the page writes out."""
    workspace = folder / "workspace"
    shutil.copytree(ROOT / "examples" / "shop", workspace, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    text = (ROOT / "docs" / "scale.md").read_text().partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    files = [*BLOCK.finditer(text)]
    assert files, f"docs/scale.md has no files for {section}"
    for match in files:
        path = workspace / match[1]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(("#!/bin/sh\n" if path.suffix == ".sh" else "") + match[2])
        path.chmod(0o755 if path.suffix == ".sh" else 0o644)
    return workspace


def run(*command: str, folder: Path) -> str:
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    return result.stdout + result.stderr


def count_findings(workspace: Path) -> int:
    command = (sys.executable, "-m", "flake8_redis_ssot", "check", "--no-cache", "--output-format", "concise")
    count = len(FINDING.findall(run(*command, folder=workspace)))
    assert count > 40
    return count


@pytest.mark.parametrize("section", ["Bazel", "Pants"])
def test_the_page_writes_a_workspace(tmp_path: Path, section: str) -> None:
    workspace = create_workspace(tmp_path, section)
    expected = {"Bazel": ["redis_ssot.sh", "BUILD.bazel"], "Pants": ["pants.toml", "3rdparty/python/BUILD"]}
    assert all((workspace / name).read_text().strip() for name in expected[section])


@pytest.mark.skipif(shutil.which("bazel") is None, reason="needs Bazel")
def test_bazel_reports_the_findings_of_the_command(tmp_path: Path) -> None:
    workspace = create_workspace(tmp_path, "Bazel")
    (workspace / "WORKSPACE").touch()
    count = count_findings(workspace)
    output = run(
        "bazel", "--batch", "test", "--test_env=PATH", "--test_output=errors", "//:redis_ssot_test", folder=workspace
    )
    assert f"Found {count} findings" in output
    concise = ("--", "--output-format", "concise")
    output = run(
        "bazel", "--batch", "run", f"--run_under=cd {workspace} &&", "//:redis_ssot", *concise, folder=workspace
    )
    assert len(FINDING.findall(output)) == count


@pytest.mark.skipif(shutil.which("pants") is None, reason="needs Pants")
def test_pants_reports_the_findings_of_the_command(tmp_path: Path) -> None:
    workspace = create_workspace(tmp_path, "Pants")
    count = count_findings(workspace)
    run("git", "init", folder=workspace)
    run("pants", "generate-lockfiles", "--resolve=flake8", folder=workspace)
    run("pants", "tailor", "::", folder=workspace)
    output = run("pants", "lint", "--only=flake8", "::", folder=workspace)
    assert len(FINDING.findall(output)) == count
