"""pre-commit, GitHub and GitLab: our manifests in the hands of the real clients, or under their schemas."""

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

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parent.parent
EXAMPLE = REPOSITORY / "examples" / "shop"
NEW = "from shopkit.redis_manager import RedisManager\nRedisManager()\n"
SCRIPTS = Path(sys.executable).parent


def run(*words: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
    own = {**os.environ, "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}", **environment}
    own.pop("CI", None)
    return subprocess.run(words, check=check, capture_output=True, text=True, env=own)


def git(*words: str) -> str:
    return run("git", "-c", "user.name=n", "-c", "user.email=e@x", *words).stdout


def hooks() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text())
    return found


@pytest.fixture
def repository(project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example under git, with our hooks: as in the manifest, but run from where the tests run (no network)."""
    shutil.copytree(EXAMPLE, project, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path_factory.mktemp("pre-commit")))
    local = [{**hook, "language": "system"} for hook in hooks()]
    for hook in local:
        del hook["minimum_pre_commit_version"]
    configuration = {"repos": [{"repo": "local", "hooks": local}]}
    (project / ".pre-commit-config.yaml").write_text(yaml.safe_dump(configuration))
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "start")
    return project


def pre_commit(*words: str) -> tuple[int, str]:
    done = run(sys.executable, "-m", "pre_commit", "run", "--color", "never", *words, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_manifest_is_one() -> None:
    run(sys.executable, "-m", "pre_commit", "validate-manifest", str(REPOSITORY / ".pre-commit-hooks.yaml"))
    assert [hook["id"] for hook in hooks()] == ["redis-ssot", "redis-ssot-fix"]


def test_all_files(repository: Path) -> None:
    status, text = pre_commit("redis-ssot", "--all-files")
    assert status == 1
    assert "Found 44 findings." in text


def test_only_what_is_committed_is_reported(repository: Path) -> None:
    file = repository / "services" / "orders" / "refunds.py"
    file.write_text(file.read_text() + "\n")
    git("add", "-A")
    status, text = pre_commit("redis-ssot")
    assert status == 1
    assert "Found 1 finding." in text


def test_a_partly_staged_file_is_checked_as_it_is_staged(repository: Path) -> None:
    file = repository / "services" / "orders" / "new.py"
    file.write_text("x = 1\n")
    git("add", "-A")
    file.write_text(NEW)
    assert pre_commit("redis-ssot")[0] == 0
    assert "RedisManager()" in file.read_text()
    git("add", "-A")
    assert pre_commit("redis-ssot")[0] == 1


def test_a_renamed_file(repository: Path) -> None:
    git("mv", "services/orders/refunds.py", "services/orders/returns.py")
    status, text = pre_commit("redis-ssot")
    assert status == 1
    assert "services/orders/returns.py" in text


def test_a_work_tree_of_its_own(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other") / "tree"
    git("worktree", "add", "-q", str(other))
    (other / "services" / "orders" / "new.py").write_text(NEW)
    os.chdir(other)
    git("add", "-A")
    status, text = pre_commit("redis-ssot")
    assert status == 1
    assert "services/orders/new.py" in text


def test_the_fixing_hook_fixes_and_fails(repository: Path) -> None:
    status, text = pre_commit("redis-ssot-fix", "--files", "services/orders/refunds.py")
    assert status == 1
    assert "files were modified by this hook" in text
    assert "shopkit.redis_manager" in (repository / "services" / "orders" / "refunds.py").read_text()
    assert pre_commit("redis-ssot-fix", "--files", "services/orders/refunds.py")[0] == 0


def test_a_commit_is_stopped(repository: Path) -> None:
    run(sys.executable, "-m", "pre_commit", "install")
    (repository / "services" / "orders" / "new.py").write_text(NEW)
    git("add", "-A")
    done = run("git", "-c", "user.name=n", "-c", "user.email=e@x", "commit", "-qm", "new", check=False)
    assert done.returncode == 1
    assert "RSS002" in done.stdout + done.stderr


def schema(name: str, *files: Path) -> None:
    run(sys.executable, "-m", "check_jsonschema", "--builtin-schema", name, *map(str, files))


def action() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((REPOSITORY / "action.yml").read_text())
    return found


def test_the_action_is_one() -> None:
    schema("vendor.github-actions", REPOSITORY / "action.yml")


@pytest.mark.parametrize("name", ["Check", "Write the SARIF log"])
def test_the_steps_of_the_action(repository: Path, name: str) -> None:
    """What GitHub would run, with the inputs that it would hand over."""
    (step,) = [step for step in action()["runs"]["steps"] if step["name"] == name]
    inputs = {key: value.get("default", "") for key, value in action()["inputs"].items()}
    inputs |= {"paths": "services libs", "sarif-file": "log.sarif", "args": "--select RSS002"}
    environment = {key: inputs[re.findall(r"inputs\.([\w-]+)", value)[0]] for key, value in step["env"].items()}
    done = run("bash", "-e", "-c", step["run"], check=False, **environment)
    if name == "Check":
        assert done.returncode == 1
        assert done.stdout.startswith("::error title=redis-ssot (RSS002),file=services/")
    else:
        assert done.returncode == 0
        assert '"ruleId": "RSS002"' in (repository / "log.sarif").read_text()


def blocks(kind: str) -> list[str]:
    """The code blocks of a language in the documentation of integrations."""
    text = (REPOSITORY / "docs" / "integrations.md").read_text()
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


def test_the_snippets_are_what_they_say(project: Path) -> None:
    gitlab = [block for block in blocks("yaml") if "codequality" in block]
    (project / ".gitlab-ci.yml").write_text(gitlab[0])
    schema("vendor.gitlab-ci", project / ".gitlab-ci.yml")
    steps = [block for block in blocks("yaml") if "steps:" in block]
    job = yaml.safe_load(steps[0])
    workflow = {"on": "push", "jobs": {"check": {"runs-on": "ubuntu-latest", **job}}}
    (project / "workflow.yml").write_text(yaml.safe_dump(workflow))
    schema("vendor.github-workflows", project / "workflow.yml")
    for block in blocks("yaml"):
        yaml.safe_load(block)
    inputs = next(step["with"] for step in job["steps"] if "flake8-redis-ssot" in step["uses"])
    assert inputs.keys() <= action()["inputs"].keys()
