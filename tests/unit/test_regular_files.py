"""Only regular files of a reasonable size are read, and what is not ours in a cache folder stays."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.files import atomic_write
from flake8_redis_ssot.files.atomic_write import read, read_own, write
from flake8_redis_ssot.files.cache_store import CacheStore

CONFIG = '[resource.redis]\ncanonical = ["home"]\nconstructors = ["home.Manager"]\n'

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")


def test_pipes_and_devices_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", "/dev/zero"):
        with pytest.raises(OSError, match="not a regular file"):
            read(str(path))
    with pytest.raises(IsADirectoryError):
        read(str(tmp_path))


def test_large_files_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic_write, "MAX_BYTES", 3)
    (tmp_path / "a.py").write_bytes(b"1234")
    with pytest.raises(OSError, match="larger than"):
        read(str(tmp_path / "a.py"))


def test_own_files_are_no_links(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"mine")
    (tmp_path / "link").symlink_to("target")
    assert read(str(tmp_path / "link")) == b"mine"
    with pytest.raises(OSError, match="link"):
        read_own(str(tmp_path / "link"))
    with pytest.raises(OSError, match="link"):
        write(str(tmp_path / "link"), b"report")
    assert (tmp_path / "target").read_bytes() == b"mine"


@pytest.mark.parametrize(
    "name", ["x.py", ".gitignore", ".git", "pyproject.toml", "redis-ssot-baseline.jsonl", ".flake8", "ruff.toml"]
)
def test_pipes_in_a_project_stop_nothing(project: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    (project / "redis-ssot.toml").write_text(CONFIG)
    (project / "home.py").write_text("class Manager: ...\n")
    (project / "user.py").write_text("from home import Manager\n\nManager()\n")
    os.mkfifo(project / name)
    for command in (["check"], ["check", "--fix"], ["check", name], ["verify"], ["doctor"], ["plan"]):
        assert main(command) in (0, 1, 2)
    capsys.readouterr()


def test_pipe_as_a_baseline_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "redis-ssot.toml").write_text(CONFIG)
    os.mkfifo(project / "known.jsonl")
    assert main(["check", "--baseline", "known.jsonl"]) == 2
    assert "not a regular file" in capsys.readouterr().err


def test_cache_in_a_folder_of_the_user_removes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flake8_redis_ssot.files.cache_store._MAX_ENTRIES", 2)
    names = [f"data{number}.json" for number in range(9)] + [f"result-{'0' * 32}.json"]
    for name in names:
        (tmp_path / name).write_text("{}")
    store = CacheStore(str(tmp_path))
    for number in range(5):
        store.put(f"result-{number:032}", number)
    assert all((tmp_path / name).read_text() == "{}" for name in names)
    assert not (tmp_path / "CACHEDIR.TAG").exists()
    assert store.get(f"result-{4:032}") == 4
    assert len(list((tmp_path / ".redis_ssot_cache").glob("*.json"))) == 2


def test_links_in_the_cache_are_not_followed(tmp_path: Path) -> None:
    folder, outside = tmp_path / ".redis_ssot_cache", tmp_path / "outside.json"
    store = CacheStore(str(folder))
    store.put("result-1", 1)
    outside.write_bytes((folder / "result-1.json").read_bytes())
    (folder / "result-1.json").unlink()
    (folder / "result-1.json").symlink_to(outside)
    assert store.get("result-1") is None
    store.put("result-1", 2)
    assert b"2" not in outside.read_bytes().partition(b"\n")[2]


def test_pipes_in_the_cache_are_not_read(tmp_path: Path) -> None:
    store = CacheStore(str(tmp_path / ".redis_ssot_cache"))
    store.put("result-1", 1)
    (tmp_path / ".redis_ssot_cache" / "result-1.json").unlink()
    os.mkfifo(tmp_path / ".redis_ssot_cache" / "result-1.json")
    assert store.get("result-1") is None
    store.put("result-1", 2)
    assert store.get("result-1") in (None, 2)


def test_cache_folder_that_is_a_link_is_not_used(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_SSOT_CACHE_DIR")
    (project / "redis-ssot.toml").write_text(CONFIG)
    outside = project.parent / f"{project.name}-outside"
    outside.mkdir()
    (project / ".redis_ssot_cache").symlink_to(outside)
    assert main(["check"]) == 0
    assert not any(outside.iterdir())


def test_pipes_as_requirements_stop_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "redis-ssot.toml").write_text(CONFIG.replace("home", "one.home") + 'instance = "one.home.manager"\n')
    for name in ("one", "two"):
        (project / name).mkdir()
        (project / name / "main.py").touch()
        os.mkfifo(project / name / "requirements.txt")
    (project / "one" / "home.py").write_text("class Manager: ...\n\n\nmanager = Manager()\n")
    (project / "two" / "user.py").write_text("from one.home import Manager\n\nManager()\n")
    assert main(["check", "--no-cache"]) == 1
    assert "RSS002" in capsys.readouterr().out
