"""Reading files, and replacing their bytes atomically."""

from __future__ import annotations

import os
import pickle
import stat
from pathlib import Path
from typing import Any

import pytest

from flake8_redis_ssot.files.atomic_write import (
    Change,
    DiskError,
    FileChangedError,
    NotWritableError,
    read,
    replace_all,
    replace_file,
)

OLD, NEW = b"old\r\n", b"\xef\xbb\xbfnew"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.py"
    path.write_bytes(OLD)
    return path


def is_alone(path: Path) -> bool:
    """Whether `path` is the only file in its directory: no temporary file is left."""
    return os.listdir(path.parent) == [path.name]


def fail(*arguments: Any) -> None:
    raise OSError(28, "No space left on device")


def test_read(file: Path) -> None:
    assert read(str(file)) == OLD


def test_read_large_file(file: Path) -> None:
    file.write_bytes(OLD * 1_000_000)
    assert read(str(file)) == OLD * 1_000_000


def test_read_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(str(tmp_path / "gone.py"))


def test_replace(file: Path) -> None:
    replace_file(str(file), NEW, expected=OLD)
    assert file.read_bytes() == NEW
    assert is_alone(file)


def test_replace_in_the_working_directory(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    replace_file("a.py", b"", expected=OLD)
    assert file.read_bytes() == b""


def test_open_reader_keeps_the_old_bytes(file: Path) -> None:
    with file.open("rb") as reader:
        replace_file(str(file), NEW, expected=OLD)
        assert reader.read() == OLD


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o664, 0o4755])
def test_mode_is_kept(file: Path, mode: int) -> None:
    file.chmod(mode)
    replace_file(str(file), NEW, expected=OLD)
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_owner_is_kept(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    before = file.stat()
    theirs = os.stat_result((before.st_mode, 0, 0, 1, 1234, 5678, 0, 0, 0, 0))
    real = os.stat
    monkeypatch.setattr(os, "stat", lambda path: theirs if path == str(file) else real(path))
    monkeypatch.setattr(os, "chown", lambda path, *owner: calls.append(owner), raising=False)
    replace_file(str(file), NEW, expected=OLD)
    assert calls == [(1234, 5678)]


def test_owner_cannot_be_kept(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = os.stat_result((file.stat().st_mode, 0, 0, 1, 1234, 5678, 0, 0, 0, 0))
    real = os.stat
    monkeypatch.setattr(os, "stat", lambda path: theirs if path == str(file) else real(path))
    monkeypatch.setattr(os, "chown", fail, raising=False)
    with pytest.raises(NotWritableError, match=r"a\.py: cannot be written: its owner could not be preserved"):
        replace_file(str(file), NEW, expected=OLD)
    assert file.read_bytes() == OLD
    assert is_alone(file)


def test_target_of_a_link_is_replaced(file: Path, tmp_path: Path) -> None:
    links = tmp_path / "links"
    links.mkdir()
    (links / "one.py").symlink_to("two.py")
    (links / "two.py").symlink_to("../a.py")
    replace_file(str(links / "one.py"), NEW, expected=OLD)
    assert file.read_bytes() == NEW
    assert (links / "one.py").is_symlink()
    assert (links / "two.py").is_symlink()
    assert sorted(os.listdir(links)) == ["one.py", "two.py"]
    assert sorted(os.listdir(tmp_path)) == ["a.py", "links"]


def test_changed_file_is_not_replaced(file: Path) -> None:
    with pytest.raises(FileChangedError) as caught:
        replace_file(str(file), NEW, expected=b"other")
    assert str(caught.value) == f"{file}: has changed since it was read"
    assert caught.value.path == str(file)
    assert file.read_bytes() == OLD
    assert is_alone(file)


def test_file_changed_while_writing_is_not_replaced(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: file.write_bytes(b"theirs"))
    with pytest.raises(FileChangedError):
        replace_file(str(file), NEW, expected=OLD)
    assert file.read_bytes() == b"theirs"
    assert is_alone(file)


def test_deleted_file_is_not_created(file: Path) -> None:
    file.unlink()
    with pytest.raises(FileChangedError, match=r"a\.py: is gone"):
        replace_file(str(file), NEW, expected=OLD)
    assert os.listdir(file.parent) == []


def test_equal_bytes_are_not_written(file: Path) -> None:
    file.chmod(0o444)
    before = file.stat()
    replace_file(str(file), OLD, expected=OLD)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    with pytest.raises(FileChangedError):
        replace_file(str(file), NEW, expected=NEW)


def test_read_only_file_is_not_replaced(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.chmod(0o444)
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write any file
    with pytest.raises(NotWritableError, match=r"a\.py: is read-only"):
        replace_file(str(file), NEW, expected=OLD)
    assert file.read_bytes() == OLD
    assert is_alone(file)


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
def test_failing_step_leaves_the_file_unchanged(file: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    monkeypatch.setattr(os, step, fail)
    with pytest.raises(NotWritableError, match=r"a\.py: cannot be written: No space left on device"):
        replace_file(str(file), NEW, expected=OLD)
    assert file.read_bytes() == OLD
    assert is_alone(file)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_interrupt_leaves_the_file_unchanged(file: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def interrupt(*arguments: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, step, interrupt)
    with pytest.raises(KeyboardInterrupt):
        replace_file(str(file), NEW, expected=OLD)
    assert file.read_bytes() == OLD
    assert is_alone(file)


def changes(folder: Path, number: int) -> list[Change]:
    paths = [folder / f"{index}.py" for index in range(number)]
    for path in paths:
        path.write_bytes(OLD)
    return [Change(str(path), OLD, NEW) for path in paths]


def test_replace_all(tmp_path: Path) -> None:
    several = changes(tmp_path, 3)
    replace_all(several)
    assert [read(change.path) for change in several] == [NEW] * 3


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_replace_all_is_atomic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    several, rename = changes(tmp_path, 3), os.replace

    def failing(source: str, target: str) -> None:
        if target.endswith("2.py"):
            raise error
        rename(source, target)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises((NotWritableError, KeyboardInterrupt)):
        replace_all(several)
    assert [read(change.path) for change in several] == [OLD] * 3


def test_replace_all_with_a_changed_file(tmp_path: Path) -> None:
    several = changes(tmp_path, 2)
    (tmp_path / "1.py").write_bytes(b"somebody else's")
    with pytest.raises(FileChangedError, match=r"1\.py: has changed"):
        replace_all(several)
    assert read(several[0].path) == OLD


def test_replace_all_with_an_unreadable_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(NotWritableError, match="cannot be read"):
        replace_all([*changes(tmp_path, 1), Change(str(tmp_path / "folder"), OLD, NEW)])


def test_directory_and_link_loop(tmp_path: Path) -> None:
    (tmp_path / "loop.py").symlink_to("loop.py")
    for path in (tmp_path, tmp_path / "loop.py"):
        with pytest.raises(NotWritableError):
            replace_file(str(path), NEW, expected=OLD)


def test_long_file_name(tmp_path: Path) -> None:
    path = tmp_path / f"{'a' * 250}.py"
    path.write_bytes(OLD)
    replace_file(str(path), NEW, expected=OLD)
    assert path.read_bytes() == NEW


@pytest.mark.parametrize(
    "error", [FileChangedError("a.py"), FileChangedError("a.py", "is gone"), NotWritableError("a.py", "is read-only")]
)
def test_errors_cross_processes(error: DiskError) -> None:
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
