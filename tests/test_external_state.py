"""The folder of a campaign, and validation commands that remove it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hostile.small_project import PROJECT, write_files
from tree_snapshot import snapshot_tree

from flake8_redis_ssot.campaign.storage import CampaignStore, external_folder
from flake8_redis_ssot.cli.main import main

Capture = pytest.CaptureFixture[str]
# Passes as long as the file has not changed.
REMOVE = "import pathlib, shutil, sys; shutil.rmtree('.redis-ssot', ignore_errors=True); "
CHANGED = "sys.exit('app.old' not in pathlib.Path('app/user.py').read_text())"


@pytest.fixture
def small(project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    write_files(str(project), PROJECT)
    monkeypatch.setenv("REDIS_SSOT_STATE_DIR", str(tmp_path_factory.mktemp("state")))
    return project


def remediate(code: str, *arguments: str) -> int:
    command = f'"{sys.executable}" -S -c "{code}"'
    return main(["remediate", "--phase", "1", *arguments, "--validate", command])


def test_batch_is_put_back_from_memory(small: Path, capsys: Capture) -> None:
    before = snapshot_tree(small)
    assert remediate(REMOVE + CHANGED) == 1
    assert snapshot_tree(small) == before
    assert "skipped: app/user.py: validation failed: exit code 1" in capsys.readouterr().err
    assert main(["rollback", "--list"]) == 0
    assert capsys.readouterr().out == "Nothing to undo.\n"


def test_journal_is_written_again(small: Path, capsys: Capture) -> None:
    """The batch is kept, and the command has removed its record; the next command has to know of it."""
    assert remediate(REMOVE + "sys.exit(0)") == 0
    assert main(["rollback", "--list"]) == 0
    assert "app/user.py" in capsys.readouterr().out


@pytest.mark.parametrize("flags", [(), ("--external-state",)])
def test_folder_outside_of_the_tree(small: Path, capsys: Capture, flags: tuple[str, ...]) -> None:
    """It is used for a command that may clean, or on request, and by every later command."""
    before = snapshot_tree(small)
    assert remediate(REMOVE + ("sys.exit(0)" if flags else "'make clean'; sys.exit(0)"), *flags) == 0
    err = capsys.readouterr().err
    assert f"Journal and originals are kept in {external_folder(str(small))}" in err
    assert ("as the validation command may clean the tree" in err) is (flags == ())
    assert not (small / ".redis-ssot").exists()
    assert snapshot_tree(small) != before
    assert main(["rollback"]) == 0
    assert snapshot_tree(small) == before


def test_earlier_runs_move_along(small: Path, capsys: Capture) -> None:
    before = snapshot_tree(small)
    assert remediate("pass") == 0
    assert (small / ".redis-ssot").is_dir()
    assert main(["remediate", "--phase", "2", "--unsafe-fixes", "--external-state"]) == 0
    assert not (small / ".redis-ssot").exists()
    assert CampaignStore(str(small)).is_external
    assert main(["rollback"]) == 0
    assert snapshot_tree(small) == before
