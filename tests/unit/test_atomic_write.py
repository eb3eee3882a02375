"""Reading, and replacing a file's bytes in one step or not at all."""

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


def only(path: Path) -> bool:
    """Whether no temporary file was left beside `path`."""
    return os.listdir(path.parent) == [path.name]


def fail(*arguments: Any) -> None:
    raise OSError(28, "No space left on device")


def test_read(file: Path) -> None:
    assert read(str(file)) == OLD


def test_read_a_big_file(file: Path) -> None:
    file.write_bytes(OLD * 1_000_000)
    assert read(str(file)) == OLD * 1_000_000


def test_read_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(str(tmp_path / "gone.py"))


def test_replace(file: Path) -> None:
    replace_file(str(file), NEW, expected=OLD)
    assert file.read_bytes() == NEW
    assert only(file)


def test_replace_in_the_working_directory(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    replace_file("a.py", b"", expected=OLD)
    assert file.read_bytes() == b""


def test_a_reader_that_has_the_file_open_keeps_the_old_bytes(file: Path) -> None:
    with file.open("rb") as reader:
        replace_file(str(file), NEW, expected=OLD)
        assert reader.read() == OLD


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o664, 0o4755])
def test_the_mode_stays(file: Path, mode: int) -> None:
    file.chmod(mode)
    replace_file(str(file), NEW, expected=OLD)
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_the_owner_stays(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    before = file.stat()
    theirs = os.stat_result((before.st_mode, 0, 0, 1, 1234, 5678, 0, 0, 0, 0))
    real = os.stat
    monkeypatch.setattr(os, "stat", lambda path: theirs if path == str(file) else real(path))
    monkeypatch.setattr(os, "chown", lambda path, *owner: calls.append(owner), raising=False)
    replace_file(str(file), NEW, expected=OLD)
    assert calls == [(1234, 5678)]


def test_an_owner_that_cannot_be_kept(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = os.stat_result((file.stat().st_mode, 0, 0, 1, 1234, 5678, 0, 0, 0, 0))
    real = os.stat
    monkeypatch.setattr(os, "stat", lambda path: theirs if path == str(file) else real(path))
    monkeypatch.setattr(os, "chown", fail, raising=False)
    with pytest.raises(NotWritableError, match=r"a\.py: cannot be written: its owner could not be kept"):
        replace_file(str(file), NEW, expected=OLD)
    assert file.read_bytes() == OLD
    assert only(file)


def test_of_a_link_the_target_is_replaced(file: Path, tmp_path: Path) -> None:
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


def test_other_bytes_are_left_alone(file: Path) -> None:
    with pytest.raises(FileChangedError) as caught:
        replace_file(str(file), NEW, expected=b"other")
    assert str(caught.value) == f"{file}: has changed since it was read"
    assert caught.value.path == str(file)
    assert file.read_bytes() == OLD
    assert only(file)


def test_other_bytes_that_come_while_writing_are_left_alone(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: file.write_bytes(b"theirs"))
    with pytest.raises(FileChangedError):
        replace_file(str(file), NEW, expected=OLD)
    assert file.read_bytes() == b"theirs"
    assert only(file)


def test_a_file_that_is_gone_is_not_made_again(file: Path) -> None:
    file.unlink()
    with pytest.raises(FileChangedError, match=r"a\.py: is gone"):
        replace_file(str(file), NEW, expected=OLD)
    assert os.listdir(file.parent) == []


def test_nothing_to_change_writes_nothing(file: Path) -> None:
    file.chmod(0o444)
    before = file.stat()
    replace_file(str(file), OLD, expected=OLD)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    with pytest.raises(FileChangedError):
        replace_file(str(file), NEW, expected=NEW)


def test_a_read_only_file_is_left_alone(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.chmod(0o444)
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write all
    with pytest.raises(NotWritableError, match=r"a\.py: is read-only"):
        replace_file(str(file), NEW, expected=OLD)
    assert file.read_bytes() == OLD
    assert only(file)


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
def test_a_step_that_fails_leaves_all_as_it_was(file: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    monkeypatch.setattr(os, step, fail)
    with pytest.raises(NotWritableError, match=r"a\.py: cannot be written: No space left on device"):
        replace_file(str(file), NEW, expected=OLD)
    assert file.read_bytes() == OLD
    assert only(file)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_an_interrupt_leaves_all_as_it_was(file: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def interrupt(*arguments: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, step, interrupt)
    with pytest.raises(KeyboardInterrupt):
        replace_file(str(file), NEW, expected=OLD)
    assert file.read_bytes() == OLD
    assert only(file)


def changes(folder: Path, number: int) -> list[Change]:
    paths = [folder / f"{place}.py" for place in range(number)]
    for path in paths:
        path.write_bytes(OLD)
    return [Change(str(path), OLD, NEW) for path in paths]


def test_several_files_are_replaced(tmp_path: Path) -> None:
    several = changes(tmp_path, 3)
    replace_all(several)
    assert [read(change.path) for change in several] == [NEW] * 3


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_several_files_are_replaced_all_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    several, rename = changes(tmp_path, 3), os.replace

    def failing(source: str, target: str) -> None:
        if target.endswith("2.py"):
            raise error
        rename(source, target)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises((NotWritableError, KeyboardInterrupt)):
        replace_all(several)
    assert [read(change.path) for change in several] == [OLD] * 3


def test_of_several_files_none_is_touched_when_one_has_changed(tmp_path: Path) -> None:
    several = changes(tmp_path, 2)
    (tmp_path / "1.py").write_bytes(b"somebody else's")
    with pytest.raises(FileChangedError, match=r"1\.py: has changed"):
        replace_all(several)
    assert read(several[0].path) == OLD


def test_of_several_files_one_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(NotWritableError, match="cannot be read"):
        replace_all([*changes(tmp_path, 1), Change(str(tmp_path / "folder"), OLD, NEW)])


def test_a_folder_or_a_loop_is_unwritable(tmp_path: Path) -> None:
    (tmp_path / "loop.py").symlink_to("loop.py")
    for path in (tmp_path, tmp_path / "loop.py"):
        with pytest.raises(NotWritableError):
            replace_file(str(path), NEW, expected=OLD)


def test_a_long_name(tmp_path: Path) -> None:
    path = tmp_path / f"{'a' * 250}.py"
    path.write_bytes(OLD)
    replace_file(str(path), NEW, expected=OLD)
    assert path.read_bytes() == NEW


@pytest.mark.parametrize(
    "error", [FileChangedError("a.py"), FileChangedError("a.py", "is gone"), NotWritableError("a.py", "is read-only")]
)
def test_errors_cross_processes(error: DiskError) -> None:
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
