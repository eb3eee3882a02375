"""`init` proposes a working configuration; `doctor` reports what is wrong with one."""

from __future__ import annotations

import builtins
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_redis_ssot.cli.commands import init
from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.onboarding import doctor
from flake8_redis_ssot.onboarding.import_roots import find_import_roots, find_imported_modules

EXAMPLE = Path(__file__).parent.parent / "examples" / "shop"
Capture = pytest.CaptureFixture[str]

FILES = {
    "app/__init__.py": "from app.redis_manager import redis_manager\n",
    "app/redis_manager.py": '''\
"""The one Redis manager."""


class RedisManager:
    def get(self, key):
        return key


redis_manager = RedisManager()


async def get_redis() -> RedisManager:
    return redis_manager


def get_redis_manager() -> "RedisManager":
    return redis_manager
''',
    "app/managers.py": '"""For old imports."""\nfrom app.redis_manager import RedisManager, redis_manager\n\n__all__ = ["RedisManager"]\n',
    "app/db/__init__.py": "",
    "app/db/redis_manager.py": "from app.redis_manager import redis_manager\n\n\ndef get_it():\n    return redis_manager\n",
    "app/cache.py": '''\
"""DEPRECATED: use app.redis_manager."""
import warnings

warnings.warn("use app.redis_manager", DeprecationWarning, stacklevel=2)


class RedisCacheManager:
    pass


cache = RedisCacheManager()
''',
    "app/user.py": "from app.redis_manager import redis_manager\n\n\ndef name():\n    '''Not deprecated.'''\n    return redis_manager.get('n')\n",
    "app/service.py": "from app.redis_manager import RedisManager\n\n\ndef f():\n    return RedisManager().get(1)\n",
    "app/other.py": "from app.managers import RedisManager\n\n\ndef f():\n    return RedisManager().get(1)\n",
    "app/jobs.py": "from app.cache import RedisCacheManager\n\nthing = RedisCacheManager()\n",
    "app/value.py": "class Point:\n    pass\n\n\nclass Colour:\n    pass\n\n\nred = Colour()\n",
    "tests/test_it.py": "from app.redis_manager import RedisManager\n\n\nclass FakeManager:\n    pass\n\n\nfake = FakeManager()\nRedisManager()\n",
}


@pytest.fixture
def unconfigured_project(project: Path) -> Path:
    """A project without configuration."""
    for name, text in FILES.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    return project


EXPECTED = """\
[resource.redis]
canonical = ["app.redis_manager"]
constructors = [
    "app.redis_manager.RedisManager",
    "app.cache.RedisCacheManager",
]
instance = "app.redis_manager.redis_manager"
accessor = "app.redis_manager.get_redis_manager"

[resource.redis.deprecated]
"app.cache" = "app.redis_manager"  # warns that it is deprecated
"app.db.redis_manager" = "app.redis_manager"  # only re-exports what it imports
"app.managers" = "app.redis_manager"  # only re-exports what it imports
"""


def test_commands_suggest_init_without_configuration(unconfigured_project: Path, capsys: Capture) -> None:
    for command in (
        ["check"],
        ["plan"],
        ["baseline", "create"],
        ["progress"],
        ["remediate", "--phase", "1"],
        ["doctor"],
    ):
        assert main(command) == 2
        output = capsys.readouterr()
        assert "Propose one: redis-ssot init" in output.err + output.out


def test_first_proposal(unconfigured_project: Path, capsys: Capture) -> None:
    assert main(["init", "--yes", "-q"]) == 0
    assert (unconfigured_project / "redis-ssot.toml").read_text() == EXPECTED
    output = capsys.readouterr().out
    main(["check", "--output-format", "concise"])
    found = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("Found "))
    number = found.split()[1]
    shipped, tests = output.split("reports ")[1].split(" in tests")[0].split(" findings in shipped code and ")
    assert int(shipped) + int(tests) == int(number)
    assert (
        "1. app.redis_manager.RedisManager: canonical module `app.redis_manager`, a module-level variable: `redis_manager`, "
        "returned by `get_redis_manager()`\n" in output
    )
    assert main(["doctor"]) == 0


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_pyproject_is_only_appended_to(unconfigured_project: Path, end: str, last: bool) -> None:
    before = f"# mine{end}[project]{end}name = 'x'   # spaced{end}{end}[tool.ruff]{end}line-length = 100" + (
        end if last else ""
    )
    (unconfigured_project / "pyproject.toml").write_bytes(before.encode())
    assert main(["init", "--yes", "-q"]) == 0
    after = (unconfigured_project / "pyproject.toml").read_bytes().decode()
    assert after.startswith(before)
    assert f"{end}[tool.redis-ssot.resource.redis]{end}" in after
    assert after.count("\n") == after.count(end)
    assert main(["check", "-q"]) == 1


def test_chosen_proposals_are_written(
    unconfigured_project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    answers = iter(["9, x 1", "1", "separate"])
    monkeypatch.setattr(builtins, "input", lambda prompt: next(answers))
    assert main(["init"]) == 0
    assert (unconfigured_project / "redis-ssot.toml").read_text() == EXPECTED
    assert "reading 12 files" in capsys.readouterr().err


def test_configuration_that_cannot_be_written(
    unconfigured_project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(init, "write_atomic", refuse)
    assert main(["init", "--yes", "-q"]) == 2
    assert "redis-ssot.toml can't be written: [Errno 28] No space left on device" in capsys.readouterr().err
    assert not (unconfigured_project / "redis-ssot.toml").exists()


def test_nothing_is_written_without_confirmation(
    unconfigured_project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["init", "-q"]) == 1
    assert "with: redis-ssot init --yes" in capsys.readouterr().out
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(builtins, "input", lambda prompt: "")
    assert main(["init", "-q"]) == 1
    assert not (unconfigured_project / "redis-ssot.toml").exists()


def test_two_resources_of_the_same_name(unconfigured_project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (unconfigured_project / "other").mkdir()
    (unconfigured_project / "other" / "redis_client.py").write_text(
        "class RedisClient:\n    pass\n\n\nclient = RedisClient()\n"
    )
    for number in range(2):
        (unconfigured_project / f"use{number}.py").write_text(
            "from other.redis_client import RedisClient\nRedisClient()\n"
        )
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(builtins, "input", lambda prompt: "1,2" if "which" in prompt else "")
    assert main(["init", "-q"]) == 0
    assert "[resource.redis_2]" in (unconfigured_project / "redis-ssot.toml").read_text()


def test_project_without_shared_instances(project: Path, capsys: Capture) -> None:
    (project / "a.py").write_text("x = 1\n")
    assert main(["init", "--yes"]) == 1
    assert "No shared resource was found" in capsys.readouterr().out


def test_existing_configuration_is_not_replaced(unconfigured_project: Path, capsys: Capture) -> None:
    main(["init", "--yes", "-q"])
    assert main(["init", "--yes", "-q"]) == 2
    assert "redis-ssot.toml already has a configuration" in capsys.readouterr().err
    assert main(["init", "no-such-folder"]) == 2


def test_canonical_module_of_the_example(project: Path, capsys: Capture) -> None:
    ignored = shutil.ignore_patterns("__pycache__", ".*_cache", "pyproject.toml")
    shutil.copytree(EXAMPLE, project, dirs_exist_ok=True, ignore=ignored)
    assert main(["init", "-q", "libs"]) == 1
    assert 'canonical = ["shopkit.redis_manager"]' in capsys.readouterr().out


SRC = 'src = [".", "libs", "services", "tools"]'


@pytest.mark.parametrize(
    ("keep", "text"), [(False, f"{SRC}\n\n[resource.redis]\n"), (True, f"[tool.redis-ssot]\n{SRC}\n\n")]
)
def test_import_roots_of_the_example(project: Path, capsys: Capture, keep: bool, text: str) -> None:
    """The import roots `libs`, `services` and `tools` are inferred from the imports."""
    ignored = shutil.ignore_patterns("__pycache__", ".*_cache", "pyproject.toml")
    shutil.copytree(EXAMPLE, project, dirs_exist_ok=True, ignore=ignored)
    if keep:
        (project / "pyproject.toml").write_text("[project]\nname = 'shop'\n")
    assert main(["init", "--yes", "-q"]) == 0
    assert f"{SRC}\n\n1. shopkit.redis_manager.RedisManager" in capsys.readouterr().out
    written = (project / ("pyproject.toml" if keep else "redis-ssot.toml")).read_text()
    assert text in written
    assert '"shopkit.managers.redis_manager" = "shopkit.redis_manager"' in written
    main(["check", "--select", "RSS001", "--output-format", "concise", "services/orders/notifications.py"])
    assert "RSS001" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("files", "imported", "roots"),
    [
        (["libs/kit/__init__.py", "libs/kit/a.py"], "kit", ["libs"]),
        (["libs/kit/__init__.py"], "other", []),
        (["kit/__init__.py", "libs/kit/__init__.py"], "kit", []),  # the root contains one already
        (["kit.py", "libs/kit/__init__.py"], "kit", []),
        (["a/kit/__init__.py", "b/kit/__init__.py"], "kit", []),  # ambiguous
        (["pkg/__init__.py", "pkg/kit/__init__.py"], "kit", []),  # part of another package
        (["src/kit/__init__.py"], "kit", []),  # a known root
        (["libs/part/kit/__init__.py"], "kit libs.part.kit.home", []),  # imported from a folder without `__init__.py`
        (["b/x/__init__.py", "a/y/__init__.py", "a/z/__init__.py"], "x y", ["a", "b"]),
        (["b/x.py", "b/y/home.py", "b/z/__init__.py"], "x y.home z", ["b"]),  # modules in a folder
        (["b/x.py", "b/y.py"], "x y", []),  # too few, they may be third-party packages
        (["b/x.py", "b/y/home.py", "b/z.py", "c/x.py", "c/y.py", "c/z.py"], "x y.home z", ["b"]),
        (["b/__init__.py", "b/x.py", "b/y.py", "b/z.py"], "x y z", []),  # a package with common names
        (["b/__init__.py", *(f"b/x{number}.py" for number in range(10))], " ".join(f"x{n}" for n in range(10)), ["b"]),
        (["b/x.py", "b/y.py", "b/z.py", "c/x.py", "c/y.py", "c/z.py"], "x y z", []),  # ambiguous
        (["tests/x.py", "tests/y.py", "tests/z.py"], "x y z", []),
        (["b/os.py", "b/redis.py", "b/json.py"], "os redis json", []),  # they mean others
    ],
)
def test_find_import_roots(files: list[str], imported: str, roots: list[str]) -> None:
    root = os.path.abspath("somewhere")
    known = [root, os.path.join(root, "src")]
    paths = [os.path.join(root, *file.split("/")) for file in files]
    assert find_import_roots(root, known, paths, set(imported.split())) == roots


def test_find_imported_modules() -> None:
    text = b"import os.path\n  from kit.a import b\nfrom . import c\nfrom .d import e\n"
    assert find_imported_modules(text) == {"os.path", "kit.a", ".", ".d"}
    assert find_imported_modules(b"\nfrom search\nresults.\nfrom a \\\n  import b\n") == {"a"}


def run_doctor(capsys: Capture) -> tuple[int, str]:
    capsys.readouterr()
    status = main(["doctor"])
    return status, capsys.readouterr().out


@pytest.fixture
def healthy_project(unconfigured_project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in which `doctor` reports no problem."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    monkeypatch.setenv("PATH", path)
    main(["init", "--yes", "-q"])
    status, text = run_doctor(capsys)
    assert (status, text.splitlines()[-1]) == (0, "No problems found.")
    return unconfigured_project


@pytest.mark.parametrize(
    ("name", "head", "remedy"),
    [("ruff.toml", "lint", "[lint]"), ("pyproject.toml", "tool.ruff.lint", "[tool.ruff.lint]")],
)
def test_ruff_must_know_our_codes(healthy_project: Path, capsys: Capture, name: str, head: str, remedy: str) -> None:
    """Without the proposed `external` setting, ruff deletes our comments."""
    settings, file = healthy_project / name, healthy_project / "app" / "service.py"
    settings.write_text(f"[{head}]\nselect = ['RUF102']\npreview = true\n")
    status, text = run_doctor(capsys)
    assert status == 1
    assert f'{remedy}\n  external = ["RSS"]' in text
    silenced = file.read_text().replace("get(1)", "get(1)  # noqa: RSS002")
    ruff = [sys.executable, "-m", "ruff", "check", "-q", "--no-cache", "--fix", "app"]
    file.write_text(silenced)
    subprocess.run(ruff, check=False, capture_output=True)
    assert "noqa" not in file.read_text()
    settings.write_text(settings.read_text() + 'external = ["RSS"]\n')
    file.write_text(silenced)
    subprocess.run(ruff, check=False, capture_output=True)
    assert file.read_text() == silenced
    assert run_doctor(capsys)[0] == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", [".flake8", "setup.cfg", "tox.ini"])
def test_flake8_must_select_our_codes(healthy_project: Path, capsys: Capture, name: str) -> None:
    flake8 = [sys.executable, "-m", "flake8", "app"]
    (healthy_project / name).write_text("[flake8]\nselect = F\n")
    status, text = run_doctor(capsys)
    assert status == 1
    assert f"add to [flake8] in {name}:\n  extend-select = RSS" in text
    assert "RSS" not in subprocess.run(flake8, capture_output=True, text=True, check=False).stdout
    (healthy_project / name).write_text("[flake8]\nselect = F\nextend-select = RSS\n")
    assert run_doctor(capsys)[0] == 0
    assert "RSS" in subprocess.run(flake8, capture_output=True, text=True, check=False).stdout
    (healthy_project / name).write_text("[flake8]\nextend-ignore = RSS0\n")
    assert "take RSS out of `ignore`" in run_doctor(capsys)[1]


def test_flake8_must_have_our_plugin(healthy_project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    other = healthy_project / "bin" / "flake8"
    other.parent.mkdir()
    other.write_text("#!/bin/sh\necho 7.0.0 'mccabe: 0.7.0'\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", f"{other.parent}{os.pathsep}{os.environ['PATH']}")
    status, text = run_doctor(capsys)
    assert status == 1
    assert (
        f"flake8 does not have the RSS plugin ({other})\n  install flake8-redis-ssot in the environment of {other}"
        in text
    )


def test_doctor_reports_invalid_import_roots(healthy_project: Path, capsys: Capture) -> None:
    settings = healthy_project / "redis-ssot.toml"
    (healthy_project / "empty").mkdir()
    settings.write_text('src = [".", "empty", "gone"]\n' + settings.read_text())
    text = run_doctor(capsys)[1]
    assert "✗ import root `empty` contains no Python files\n  correct `src`" in text
    assert "✗ import root `gone` contains no Python files" in text


def test_doctor_reports_committed_files_that_git_ignores(healthy_project: Path, capsys: Capture) -> None:
    """An ignored file that is not in the repository, and an excluded one, are left out on purpose."""
    subprocess.run(["git", "init", "-q"], cwd=healthy_project, check=True)
    (healthy_project / ".gitignore").write_text("gen_*.py\nbuild/\n", encoding="utf-8")
    for name in ("gen_one.py", "gen_two.py", "build/gen_three.py"):
        (healthy_project / name).parent.mkdir(exist_ok=True)
        (healthy_project / name).write_text("", encoding="utf-8")
    subprocess.run(["git", "add", "-f", "gen_one.py", "build/gen_three.py"], cwd=healthy_project, check=True)
    assert main(["doctor"]) == 1
    output = " ".join(capsys.readouterr().out.split())
    assert "1 file of the repository match .gitignore, and are not checked: gen_one.py" in output
    assert "`git check-ignore --no-index -v gen_one.py`" in output


def test_doctor_reports_a_module_of_two_resources_once(healthy_project: Path, capsys: Capture) -> None:
    settings = healthy_project / "redis-ssot.toml"
    resource = settings.read_text()
    canonical = re.search(r"canonical = .*", resource)
    assert canonical is not None
    settings.write_text(f'{resource}\n[resource.other]\n{canonical[0]}\nconstructors = ["other.Thing"]\n')
    assert run_doctor(capsys)[1].count("✓ the canonical module `") == 1


def test_doctor_reports_undefined_names(healthy_project: Path, capsys: Capture) -> None:
    settings = healthy_project / "redis-ssot.toml"
    settings.write_text(settings.read_text().replace("get_redis_manager", "get_nothing"))
    status, text = run_doctor(capsys)
    assert status == 1
    assert "✗ the configuration names something that does not exist" in text
    assert "get_nothing" in text


def test_doctor_reports_missing_and_stale_baselines(healthy_project: Path, capsys: Capture) -> None:
    settings = healthy_project / "redis-ssot.toml"
    settings.write_text('baseline = "b.jsonl"\n' + settings.read_text())
    assert "no such baseline" in run_doctor(capsys)[1]
    main(["baseline", "create"])
    assert run_doctor(capsys)[0] == 0
    (healthy_project / "app" / "jobs.py").write_text("")
    status, text = run_doctor(capsys)
    assert status == 1
    assert "no longer found\n  run `redis-ssot baseline prune`" in text


def test_doctor_ignores_invalid_settings_of_other_tools(healthy_project: Path, capsys: Capture) -> None:
    (healthy_project / "ruff.toml").write_text("= broken")
    (healthy_project / ".flake8").write_bytes(b"\xff[flake8")
    assert run_doctor(capsys)[0] == 0


def test_flake8_timeout(healthy_project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_FLAKE8_TIMEOUT", 0.01)
    assert run_doctor(capsys)[0] == 0
