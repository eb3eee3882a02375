"""pre-commit, GitHub and GitLab: our manifests, run by the real clients or checked against their schemas."""

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

from flake8_redis_ssot import __version__

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

REPOSITORY = Path(__file__).parent.parent
EXAMPLE = REPOSITORY / "examples" / "shop"
NEW = "from shopkit.redis_manager import RedisManager\nRedisManager()\n"
SCRIPTS = Path(sys.executable).parent


def run(*arguments: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
    full_environment = {**os.environ, "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}", **environment}
    full_environment.pop("CI", None)
    return subprocess.run(arguments, check=check, capture_output=True, text=True, env=full_environment)


def git(*arguments: str) -> str:
    return run("git", "-c", "user.name=n", "-c", "user.email=e@x", *arguments).stdout


def load_hooks() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text())
    return found


@pytest.fixture
def repository(project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example as a git repository with our hooks, which run the installed tool (no network)."""
    shutil.copytree(EXAMPLE, project, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path_factory.mktemp("pre-commit")))
    local = [{**hook, "language": "system"} for hook in load_hooks()]
    for hook in local:
        del hook["minimum_pre_commit_version"]
    configuration = {"repos": [{"repo": "local", "hooks": local}]}
    (project / ".pre-commit-config.yaml").write_text(yaml.safe_dump(configuration))
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "start")
    return project


def run_pre_commit(*arguments: str) -> tuple[int, str]:
    process = run(sys.executable, "-m", "pre_commit", "run", "--color", "never", *arguments, check=False)
    return process.returncode, process.stdout + process.stderr


def test_manifest_is_valid() -> None:
    run(sys.executable, "-m", "pre_commit", "validate-manifest", str(REPOSITORY / ".pre-commit-hooks.yaml"))
    assert [hook["id"] for hook in load_hooks()] == ["redis-ssot", "redis-ssot-fix"]


def test_all_files(repository: Path) -> None:
    status, text = run_pre_commit("redis-ssot", "--all-files")
    assert status == 1
    assert "Found 44 findings (12 in tests)." in text


def test_only_staged_files_are_reported(repository: Path) -> None:
    file = repository / "services" / "orders" / "refunds.py"
    file.write_text(file.read_text() + "\n")
    git("add", "-A")
    status, text = run_pre_commit("redis-ssot")
    assert status == 1
    assert "Found 1 finding." in text


def test_staged_content_is_checked(repository: Path) -> None:
    file = repository / "services" / "orders" / "new.py"
    file.write_text("x = 1\n")
    git("add", "-A")
    file.write_text(NEW)
    assert run_pre_commit("redis-ssot")[0] == 0
    assert "RedisManager()" in file.read_text()
    git("add", "-A")
    assert run_pre_commit("redis-ssot")[0] == 1


def test_renamed_file_is_checked(repository: Path) -> None:
    git("mv", "services/orders/refunds.py", "services/orders/returns.py")
    status, text = run_pre_commit("redis-ssot")
    assert status == 1
    assert "services/orders/returns.py" in text


def test_git_worktree(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other") / "tree"
    git("worktree", "add", "-q", str(other))
    (other / "services" / "orders" / "new.py").write_text(NEW)
    os.chdir(other)
    git("add", "-A")
    status, text = run_pre_commit("redis-ssot")
    assert status == 1
    assert "services/orders/new.py" in text


def test_fix_hook(repository: Path) -> None:
    status, text = run_pre_commit("redis-ssot-fix", "--files", "services/orders/refunds.py")
    assert status == 1
    assert "files were modified by this hook" in text
    assert "shopkit.redis_manager" in (repository / "services" / "orders" / "refunds.py").read_text()
    assert run_pre_commit("redis-ssot-fix", "--files", "services/orders/refunds.py")[0] == 0


def test_hook_stops_a_commit(repository: Path) -> None:
    run(sys.executable, "-m", "pre_commit", "install")
    (repository / "services" / "orders" / "new.py").write_text(NEW)
    git("add", "-A")
    process = run("git", "-c", "user.name=n", "-c", "user.email=e@x", "commit", "-qm", "new", check=False)
    assert process.returncode == 1
    assert "RSS002" in process.stdout + process.stderr


def check_schema(name: str, *files: Path) -> None:
    run(sys.executable, "-m", "check_jsonschema", "--builtin-schema", name, *map(str, files))


def load_action() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((REPOSITORY / "action.yml").read_text())
    return found


def test_action_is_valid() -> None:
    check_schema("vendor.github-actions", REPOSITORY / "action.yml")


@pytest.mark.parametrize("name", ["Check", "Write the SARIF log"])
def test_action_steps(repository: Path, name: str) -> None:
    """Run a step as GitHub does, with the inputs as environment variables."""
    (step,) = [step for step in load_action()["runs"]["steps"] if step["name"] == name]
    inputs = {key: value.get("default", "") for key, value in load_action()["inputs"].items()}
    inputs |= {"paths": "services libs", "sarif-file": "log.sarif", "args": "--select RSS002"}
    environment = {key: inputs[re.findall(r"inputs\.([\w-]+)", value)[0]] for key, value in step["env"].items()}
    process = run("bash", "-e", "-c", step["run"], check=False, **environment)
    if name == "Check":
        assert process.returncode == 1
        assert process.stdout.startswith("::error title=redis-ssot (RSS002),file=services/")
    else:
        assert process.returncode == 0
        assert '"ruleId": "RSS002"' in (repository / "log.sarif").read_text()


def code_blocks(kind: str) -> list[str]:
    """The code blocks of a language in docs/integrations.md."""
    text = (REPOSITORY / "docs" / "integrations.md").read_text()
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


def test_documented_workflows(repository: Path) -> None:
    gitlab = [block for block in code_blocks("yaml") if "codequality" in block]
    (repository / ".gitlab-ci.yml").write_text(gitlab[0])
    check_schema("vendor.gitlab-ci", repository / ".gitlab-ci.yml")
    steps = [block for block in code_blocks("yaml") if "steps:" in block]
    job = yaml.safe_load(steps[0])
    workflow = {"on": "push", "jobs": {"check": {"runs-on": "ubuntu-latest", **job}}}
    (repository / "workflow.yml").write_text(yaml.safe_dump(workflow))
    check_schema("vendor.github-workflows", repository / "workflow.yml")
    for block in code_blocks("yaml"):
        yaml.safe_load(block)
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert commands[0] == f"pip install flake8-redis-ssot=={__version__}"
    for command in commands[1:]:
        assert run(*command.split(), check=False).returncode in (0, 1)
    hook = next(block for block in code_blocks("yaml") if "repo: local" in block)
    (local,) = yaml.safe_load(hook)["repos"][0]["hooks"]
    assert local["additional_dependencies"] == [f"flake8-redis-ssot=={__version__}"]
    (published, _) = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text())
    assert {key: local[key] for key in ("entry", "types_or", "require_serial")} == {
        key: published[key] for key in ("entry", "types_or", "require_serial")
    }
