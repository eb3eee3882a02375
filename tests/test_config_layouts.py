"""Which configuration holds for which file, in every layout and through every surface: each is a run of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.config.loading import find_config
from flake8_redis_ssot.lsp.workspaces import OpenProjects
from flake8_redis_ssot.testing import findings

CONFIG = """\
[resource.redis]
canonical = ["home"]
constructors = ["home.Manager"]
accessor = "home.get_manager"
"""
PYPROJECT = CONFIG.replace("[resource", "[tool.redis-ssot.resource")
HOME = "class Manager: ...\n\n\ndef get_manager(): ...\n"
USER = "from home import Manager\n\nManager()\n"


class Layout(NamedTuple):
    """The files of a repository, the paths that are named, the files with findings, and what is told."""

    files: dict[str, str]
    paths: tuple[str, ...]
    found: tuple[str, ...]
    told: str = ""


def package(folder: str, config_name: str = "redis-ssot.toml", config: str = CONFIG) -> dict[str, str]:
    """A package with a configuration, a canonical module, and a module with a finding."""
    prefix = f"{folder}/" if folder else ""
    return {f"{prefix}{config_name}": config, f"{prefix}home.py": HOME, f"{prefix}user.py": USER}


LAYOUTS = {
    "one configuration": Layout(package(""), (".",), ("user.py",)),
    "one configuration, a file": Layout(package(""), ("user.py",), ("user.py",)),
    "one package of a monorepo": Layout({**package("a"), "tool.py": USER}, (".",), ("a/user.py",)),
    "a file outside of it": Layout({**package("a"), "tool.py": USER}, ("a", "tool.py"), ("a/user.py",), "tool.py"),
    "files of both": Layout({**package("a"), "tool.py": USER}, ("a/user.py", "tool.py"), ("a/user.py",), "tool.py"),
    "two packages": Layout({**package("a"), **package("b")}, (".",), ("a/user.py", "b/user.py")),
    "two packages, named": Layout({**package("a"), **package("b")}, ("a", "b/user.py"), ("a/user.py", "b/user.py")),
    "pyproject.toml": Layout(package("a", "pyproject.toml", PYPROJECT), (".",), ("a/user.py",)),
    "pyproject.toml of another tool": Layout(
        {**package("a"), "pyproject.toml": "[tool.other]\n", "b/pyproject.toml": "[project]\n", "b/x.py": USER},
        (".",),
        ("a/user.py",),
    ),
    "nested": Layout({**package(""), **package("a")}, (".",), ("a/user.py", "user.py")),
    "nested twice": Layout(
        {**package(""), **package("a"), **package("a/b")}, (".",), ("a/b/user.py", "a/user.py", "user.py")
    ),
    "nested, without the outer rules": Layout(
        {**package(""), "a/redis-ssot.toml": CONFIG.replace("home", "own"), "a/x.py": USER}, (".",), ("user.py",)
    ),
    "in an excluded folder": Layout({**package(""), **package("build/a")}, (".",), ("user.py",)),
    "ignored by git": Layout(
        {**package(""), **package("a"), ".git/HEAD": "", ".gitignore": "a/\n"}, (".",), ("user.py",)
    ),
}


@pytest.fixture(params=LAYOUTS)
def layout(request: pytest.FixtureRequest, project: Path) -> Layout:
    layout = LAYOUTS[request.param]
    write(project, layout.files)
    return layout


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def test_command(layout: Layout, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):  # the second run comes from the cache
        assert main(["check", "--output-format", "json", *layout.paths]) == 1
        out, err = capsys.readouterr()
        found = {Path(each["filename"]).relative_to(project).as_posix() for each in json.loads(out)}
        assert found == set(layout.found)
        assert (f"no configuration applies to {layout.told}: skipped" in err) is bool(layout.told)


@pytest.mark.filterwarnings("ignore::flake8_redis_ssot.testing.GuardWarning")
def test_pytest_guard(layout: Layout, project: Path) -> None:
    assert tuple(sorted({Path(each.path).as_posix() for each in findings(*layout.paths)})) == layout.found


def test_server(layout: Layout, project: Path) -> None:
    """An editor shows the findings of each open file under its own configuration, and none in files without one."""
    projects = OpenProjects()
    for name, text in layout.files.items():
        if text != USER:
            continue
        opened = projects.project_for(str(project / name))
        config_file = find_config(project / name)
        assert (opened is None) is (config_file is None)
        if opened is not None and config_file is not None:
            assert opened.config.file == config_file
            is_own = config_file.read_text() in (CONFIG, PYPROJECT)
            assert bool(opened.findings_in(str(project / name))) is is_own
    assert projects.problems == []


def test_server_with_a_broken_configuration_beside_a_valid_one(project: Path) -> None:
    write(project, {**package("a"), "b/redis-ssot.toml": "src = 1\n", "b/x.py": USER})
    projects = OpenProjects()
    assert projects.project_for(str(project / "b" / "x.py")) is None
    assert any("b/redis-ssot.toml" in problem for problem in projects.problems)
    opened = projects.project_for(str(project / "a" / "user.py"))
    assert opened is not None
    assert len(opened.findings_in(str(project / "a" / "user.py"))) == 1


@pytest.mark.no_cover
@pytest.mark.slow
def test_flake8(layout: Layout, project: Path) -> None:
    command = [sys.executable, "-m", "flake8", "--isolated", "--select", "RSS", "--format", "%(path)s", *layout.paths]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    messages = process.stderr.splitlines()
    assert all(message.startswith("warning: ") for message in messages)
    assert not layout.told or f"no configuration applies to {layout.told}: skipped" in process.stderr
    assert {Path(line).as_posix() for line in process.stdout.splitlines()} == set(layout.found)


@pytest.mark.parametrize("flags", [(), ("--fix", "--exit-non-zero-on-fix")])
def test_hook_passes_files_without_a_configuration(
    project: Path, capsys: pytest.CaptureFixture[str], flags: tuple[str, ...]
) -> None:
    """pre-commit names the files of a commit; those that no configuration applies to must not block it."""
    write(project, {**package("a"), "tool.py": USER})
    assert main(["check", "--force-exclude", *flags, "tool.py"]) == 0
    assert "no configuration applies to tool.py: skipped" in capsys.readouterr().err
    assert main(["check", "--force-exclude", *flags, "tool.py", "a/user.py"]) == 1


def test_no_configuration_at_all(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, {"tool.py": USER})
    for paths in ([], ["tool.py"]):
        assert main(["check", *paths]) == 2
        assert "have no configuration" in capsys.readouterr().err


@pytest.mark.parametrize("bad", [{"b/redis-ssot.toml": "src = 1\n"}, {"b/pyproject.toml": "[tool.redis-ssot"}])
def test_broken_configuration_beside_a_valid_one(
    project: Path, capsys: pytest.CaptureFixture[str], bad: dict[str, str]
) -> None:
    write(project, {**package("a"), **bad, "b/x.py": USER})
    for paths in (["."], ["a", "b"]):
        assert main(["check", *paths]) == 2
        out, err = capsys.readouterr()
        assert "a/user.py:3:1" in out
        assert f"{next(iter(bad))}" in err


def test_broken_nested_configuration(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, {**package(""), "b/redis-ssot.toml": "src = 1\n", "b/x.py": USER})
    assert main(["check"]) == 2
    out, err = capsys.readouterr()
    assert "user.py:3:1" in out
    assert "b/redis-ssot.toml" in err


def test_named_configuration_holds_everywhere(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, {**package(""), **package("a")})
    assert main(["check", "--config", "redis-ssot.toml", "--output-format", "json"]) == 1
    names = [Path(each["filename"]).relative_to(project).as_posix() for each in json.loads(capsys.readouterr().out)]
    assert "user.py" in names
    assert names.count("a/user.py") <= 1


def test_link_to_a_package_and_worktree(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, {**package("a"), "worktree/.git": "gitdir: elsewhere\n", **package("worktree/a")})
    (project / "link").symlink_to("a")
    assert main(["check", "link"]) == 1
    assert "user.py:3:1" in capsys.readouterr().out
    assert main(["check", "--output-format", "json", "worktree"]) == 1
    assert len(json.loads(capsys.readouterr().out)) == 1
