"""Workflows, issue forms and Dependabot settings are valid under their schemas and actionlint."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).parent.parent
GITHUB = REPOSITORY / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORMS = sorted(path for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")
SEARCH_PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
USES = re.compile(r"^ *(?:- )?uses: (\S+)(.*)$", re.MULTILINE)


def load_workflow(name: str) -> dict[Any, Any]:
    workflow: dict[Any, Any] = yaml.safe_load((GITHUB / "workflows" / name).read_text(encoding="utf-8"))
    return workflow


def test_actionlint() -> None:
    actionlint = shutil.which("actionlint", path=SEARCH_PATH)
    if actionlint is None:
        pytest.skip("actionlint is not installed: pip install -e '.[workflows]'")
    result = subprocess.run([actionlint, *map(str, WORKFLOWS)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("github-workflows", WORKFLOWS),
        ("custom.github-workflows-require-timeout", [GITHUB / "workflows" / "ci.yml"]),
        ("github-issue-forms", FORMS),
        ("github-issue-config", [GITHUB / "ISSUE_TEMPLATE" / "config.yml"]),
        ("dependabot", [GITHUB / "dependabot.yml"]),
    ],
)
def test_schemas(schema: str, files: list[Path]) -> None:
    name = schema if "." in schema else f"vendor.{schema}"
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", name, *map(str, files)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_actions_are_pinned() -> None:
    """By commit, with the version in a comment for Dependabot; the same version everywhere."""
    pins: dict[str, set[str]] = {}
    for workflow in WORKFLOWS:
        for action, comment in USES.findall(workflow.read_text(encoding="utf-8")):
            if action.startswith("./"):
                assert (REPOSITORY / action).is_file()
                continue
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action + comment)
            pins.setdefault(action.partition("@")[0], set()).add(action + comment)
    assert pins
    assert [action for action, versions in pins.items() if len(versions) > 1] == []


def test_each_supported_python_is_tested() -> None:
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    matrix = load_workflow("ci.yml")["jobs"]["test"]["strategy"]["matrix"]
    assert matrix["python"] == re.findall(r'"Programming Language :: Python :: (3\.\d+)"', text)
    systems = {*matrix["os"], *(combination["os"] for combination in matrix["include"])}
    assert systems == {"ubuntu-latest", "macos-latest", "windows-latest"}


def test_only_a_tested_tag_is_published() -> None:
    release = load_workflow("release.yml")
    jobs = release["jobs"]
    assert release[True] == {"push": {"tags": ["v*"]}}  # YAML 1.1 reads `on` as true
    assert release["permissions"] == {"contents": "read"}
    assert [name for name, job in jobs.items() if "id-token" in job.get("permissions", {})] == ["publish"]
    assert jobs["publish"]["needs"] == ["ci", "build"]
    assert jobs["ci"]["uses"] == "./.github/workflows/ci.yml"
