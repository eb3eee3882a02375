"""`redis-ssot-all-repos`: all-repos with real repositories, clones and pushes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fleet_repositories import CONFIG, FILES, git, make_bare, write_files

from flake8_redis_ssot.fleet.all_repos import main

Capture = pytest.CaptureFixture[str]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="all-repos checks modes of files")
BRANCH = "all-repos_autofix_redis-ssot"
PUSH = "flake8_redis_ssot.fleet.push_options"


class Fleet:
    """Bare repositories, an all-repos configuration, and what was pushed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.remotes: dict[str, Path] = {}

    def add(self, name: str, files: dict[str, str] | None = None, *, config: str = CONFIG) -> Path:
        bare = make_bare(self.folder / "remotes" / f"{name}.git", files or FILES, config=config)
        hook = '#!/bin/sh\nenv | grep ^GIT_PUSH_OPTION_ | sort > "$GIT_DIR/options"\n'
        write_files(bare / "hooks", {"post-receive": hook})
        (bare / "hooks" / "post-receive").chmod(0o755)
        self.remotes[name] = bare
        return bare

    def clone(self, push: str = PUSH, settings: dict[str, Any] | None = None) -> None:
        """Write the configuration, and clone with all-repos itself."""
        (self.folder / "repos.json").write_text(json.dumps({name: str(path) for name, path in self.remotes.items()}))
        document = {
            "output_dir": "output",
            "source": "all_repos.source.json_file",
            "source_settings": {"filename": str(self.folder / "repos.json")},
            "push": push,
            "push_settings": settings or {},
        }
        path = self.folder / "all-repos.json"
        path.write_text(json.dumps(document))
        path.chmod(0o600)
        subprocess.run([sys.executable, "-m", "all_repos.clone", "-C", str(path)], check=True, capture_output=True)

    def branches(self, name: str) -> list[str]:
        return git(self.remotes[name], "branch", "--format=%(refname:short)").split()

    def clone_again(self, name: str) -> Path:
        target = self.folder / "again" / name
        git(self.folder, "clone", "--quiet", "--branch", BRANCH, str(self.remotes[name]), str(target))
        return target


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    monkeypatch.chdir(tmp_path)
    for variable in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"):
        monkeypatch.setenv(variable, "Test")
    for variable in ("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"):
        monkeypatch.setenv(variable, "test@example.org")
    (tmp_path / "remotes").mkdir()
    return Fleet(tmp_path)


@pytest.mark.slow
def test_twenty_repositories(fleet: Fleet, capfd: Capture) -> None:
    """Sixteen are fixed and pushed, two fail their validation, one is clean, and one has no configuration."""
    for number in range(16):
        fleet.add(f"shop{number}")
    for number in range(2):
        fleet.add(f"strict{number}", {**FILES, "no_changes": ""})
    fleet.add("clean", {"shop/store.py": FILES["shop/store.py"]})
    fleet.add("other", config="")
    fleet.clone()
    validation = f"{sys.executable} -c \"import os, sys; sys.exit('refused' if os.path.exists('no_changes') else 0)\""
    assert main(["-j", "2", "--validate", validation]) == 1
    output = capfd.readouterr().out
    assert "2 nothing to fix, 16 pushed" in output
    assert ", 2 validation failed, nothing pushed" in output
    assert f"{fleet.remotes['strict0']}: validation failed, nothing pushed: exit code 1: refused" in output
    for name in fleet.remotes:
        expected = ["main", BRANCH] if name.startswith("shop") else ["main"]
        assert sorted(fleet.branches(name)) == sorted(expected)
    fixed = fleet.clone_again("shop7")
    assert "from shop.store import get_store\n" in (fixed / "shop" / "cart.py").read_text()
    assert "Store()" not in (fixed / "shop" / "orders.py").read_text()
    assert git(fixed, "log", "--format=%s", "-1").strip() == (
        "Use the shared instance instead of creating another one (RSS001 1x, RSS002 1x)"
    )
    assert "- shop/cart.py:1: RSS001 " in git(fixed, "log", "--format=%b", "-1")
    assert git(fixed, "rev-list", "--count", "HEAD").strip() == "2"
    options = (fleet.remotes["shop7"] / "options").read_text()
    assert "=merge_request.create\n" in options
    assert "=merge_request.title=Use the shared instance" in options


def test_dry_run_pushes_nothing(fleet: Fleet, capfd: Capture) -> None:
    fleet.add("shop")
    fleet.clone()
    assert main(["-j", "1", "--dry-run"]) == 0
    assert f"{fleet.remotes['shop']}: fixed, not pushed: 2 findings" in capfd.readouterr().out
    assert fleet.branches("shop") == ["main"]


def test_unsafe_fixes_say_why(fleet: Fleet) -> None:
    store = FILES["shop/store.py"].replace("        return key\n", "        self.last = key\n        return key\n")
    fleet.add("shop", {**FILES, "shop/store.py": store})
    fleet.clone()
    assert main(["-j", "1", "--unsafe-fixes", "--fixable", "RSS002"]) == 0
    body = git(fleet.clone_again("shop"), "log", "--format=%b", "-1")
    assert "- shop/orders.py:5: RSS002 " in body
    assert "\n  unsafe: " in body
    assert "RSS001" not in body


def test_other_push_target_and_one_configuration(fleet: Fleet, capfd: Capture) -> None:
    fleet.add("shop", config="")
    (fleet.folder / "shared.toml").write_text(CONFIG)
    fleet.clone("all_repos.push.merge_to_master")
    assert main(["-j", "1", "--config", "shared.toml"]) == 0
    assert ": pushed: " in capfd.readouterr().out
    assert fleet.branches("shop") == ["main"]
    assert "get_store" in git(fleet.remotes["shop"], "show", "main:shop/orders.py")


def test_push_that_is_refused(fleet: Fleet, capfd: Capture) -> None:
    bare = fleet.add("shop")
    write_files(bare / "hooks", {"pre-receive": "#!/bin/sh\nexit 1\n"})
    (bare / "hooks" / "pre-receive").chmod(0o755)
    fleet.clone(settings={"merge_request": False})
    assert main(["-j", "1"]) == 1
    assert f"{bare}: push failed: `git push` failed: " in capfd.readouterr().out


def test_broken_settings_and_clones(fleet: Fleet, capfd: Capture) -> None:
    fleet.add("broken", config="[")
    fleet.add("gone")
    fleet.clone()
    (fleet.folder / "output" / "gone" / ".git" / "HEAD").unlink()
    assert main(["-j", "1"]) == 1
    output = capfd.readouterr().out
    assert f"{fleet.remotes['broken']}: failed: " in output
    assert "malformed TOML" in output
    assert f"{Path('output') / 'gone'}: failed: subprocess.CalledProcessError: " in output
    assert "Traceback" not in output


def test_wrong_arguments(fleet: Fleet, capfd: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main([]) == 2
    assert "all-repos.json can't be used: " in capfd.readouterr().err
    assert main(["--validate", "unclosed '"]) == 2
    assert "is not a valid command" in capfd.readouterr().err
    monkeypatch.setitem(sys.modules, "all_repos", None)
    assert main([]) == 2
    assert "pip install flake8-redis-ssot[fleet]" in capfd.readouterr().err


def test_validation_that_cannot_be_started(fleet: Fleet, capfd: Capture) -> None:
    fleet.add("shop")
    fleet.clone()
    assert main(["-j", "1", "--validate", "no-such-program-here"]) == 1
    assert "validation failed, nothing pushed: `no-such-program-here` can't be run" in capfd.readouterr().out
    assert fleet.branches("shop") == ["main"]
