"""What the autofixer does in one clone, without all-repos."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fleet_repositories import FILES, git, make_repository

from flake8_redis_ssot.files.atomic_write import Change, NotWritableError
from flake8_redis_ssot.fleet.all_repos import FixOptions, FixRecord, apply_fix, describe_fixes
from flake8_redis_ssot.model import Applicability, Finding, Fix, Span


def fix(folder: Path, monkeypatch: pytest.MonkeyPatch, validation: str = "") -> FixRecord:
    """Fix a clone, and read the record."""
    records = folder.parent / "records"
    records.mkdir()
    monkeypatch.chdir(folder)
    options = FixOptions("", False, ("ALL",), validation, 20.0, str(records), "output/shop")
    apply_fix(options)
    (record,) = records.iterdir()
    return FixRecord(*json.loads(record.read_text()))


def test_fixed_clone_has_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = make_repository(tmp_path / "shop")
    assert fix(repository, monkeypatch, validation="true") == FixRecord(
        "output/shop", "fixed, not pushed", "2 findings"
    )
    message = (repository / ".git" / "redis-ssot-message").read_text()
    assert message.startswith(
        "Use the shared instance instead of creating another one (RSS001 1x, RSS002 1x)\n\n- shop/"
    )


def test_clone_without_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = fix(make_repository(tmp_path / "shop", config=""), monkeypatch)
    assert record[1:] == ("nothing to fix", "has no configuration")


def test_clone_with_a_broken_baseline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = make_repository(tmp_path / "shop", {**FILES, "redis-ssot-baseline.jsonl": "{"})
    record = fix(repository, monkeypatch)
    assert record.state == "failed"
    assert "redis-ssot-baseline.jsonl" in record.detail


def test_failed_validation_takes_the_fixes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = make_repository(tmp_path / "shop")
    record = fix(repository, monkeypatch, validation="false")
    assert record[1:] == ("validation failed, nothing pushed", "exit code 1")
    assert git(repository, "status", "--porcelain") == ""


def test_file_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(changes: tuple[Change, ...]) -> None:
        raise NotWritableError(changes[0].path, "is read-only")

    monkeypatch.setattr("flake8_redis_ssot.fleet.all_repos.replace_all", refuse)
    record = fix(make_repository(tmp_path / "shop"), monkeypatch)
    assert record.state == "failed"
    assert record.detail.endswith(".py: is read-only")


def test_message_lists_at_most_fifty_findings() -> None:
    unsafe = Fix("", Applicability.UNSAFE, (), ("it is shared",))
    findings = [
        Finding(f"/x/a{row}.py", Span(row, 0, row, 1), "RSS002", "text", "", (row,), unsafe) for row in range(60)
    ]
    lines = describe_fixes("/x", findings).splitlines()
    assert lines[0].endswith("(RSS002 60x)")
    assert lines[2:4] == ["- a0.py:0: RSS002 text", "  unsafe: it is shared"]
    assert lines[-1] == "- and 10 more"
