"""`noqa` comments written to files, and errors while writing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flake8_redis_ssot.config.loading import config_from_overrides
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.atomic_write import read, replace_file
from flake8_redis_ssot.linter import add_noqa
from flake8_redis_ssot.linter.add_noqa import REASON_PLACEHOLDER, add_noqa_comments, insert_comments
from flake8_redis_ssot.model import Finding, FindingContext, FindingKind, Span


def finding(path: str, row: int, code: str = "RSS002") -> Finding:
    return Finding(path, Span(row, 0, row, 5), code, "message", "note", (row,))


def configs(*paths: Path) -> dict[str, Config]:
    """A configuration for files of one folder."""
    config = config_from_overrides(['resource.a.canonical=["a"]', 'resource.a.constructors=["a.A"]'], paths[0].parent)
    return dict.fromkeys(map(str, paths), config)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1\n", "x = 1  # noqa: RSS002\n"),
        ("x = 1   \n", "x = 1  # noqa: RSS002   \n"),
        ("x = 1", "x = 1  # noqa: RSS002"),
        ("x = 1  # why\r\n", "x = 1  # why  # noqa: RSS002\r\n"),
        ("x = 1  # noqa:E501,W1 because\n", "x = 1  # noqa:E501,W1, RSS002 because\n"),
        ('x = """\n"""\n', 'x = """\n"""  # noqa: RSS002\n'),
        ("x = \\\n    1\n", "x = \\\n    1  # noqa: RSS002\n"),
        ("x = 1  # noqa: RSS002\n", "x = 1  # noqa: RSS002\n"),
        ("x = 1  # noqa: RSS00, E501 # type: ignore\n", "x = 1  # noqa: RSS00, E501 # type: ignore\n"),
        ("x = 1  # noqa\n", "x = 1  # noqa\n"),
        ('x = "# noqa: E501"\n', 'x = "# noqa: E501"  # noqa: RSS002\n'),
        ("x = (1  # noqa: E501\n", "x = (1  # noqa: E501, RSS002\n"),
    ],
)
def test_position_of_comments(text: str, expected: str) -> None:
    assert insert_comments(text.encode(), [finding("a.py", 1)], "") == (expected.encode(), int(text != expected))


@pytest.mark.parametrize(
    ("text", "reason", "expected"),
    [
        ("x = 1\n", "pool per tenant", "x = 1  # noqa: RSS002 pool per tenant\n"),
        ("x = 1\n", "ADR7 says so", "x = 1  # noqa: RSS002 -- ADR7 says so\n"),
        ("x = 1  # noqa: RSS002\n", "why", "x = 1  # noqa: RSS002 why\n"),
        ("x = 1  # noqa: RSS002 so\n", "why", "x = 1  # noqa: RSS002 so\n"),
        ("x = 1  # noqa: E501  # type: ignore\r\n", "why", "x = 1  # noqa: E501, RSS002 why  # type: ignore\r\n"),
        ("x = 1  # noqa\n", "E1 why", "x = 1  # noqa E1 why\n"),
        ("x = 1  # noqa: RSS002\n", REASON_PLACEHOLDER, "x = 1  # noqa: RSS002 --\n"),
        ("x = 1  # noqa: RSS002 -- \n", REASON_PLACEHOLDER, "x = 1  # noqa: RSS002 -- \n"),
        ("x = 1\n", REASON_PLACEHOLDER, "x = 1  # noqa: RSS002 --\n"),
    ],
)
def test_position_of_reasons(text: str, reason: str, expected: str) -> None:
    after, count = insert_comments(text.encode(), [finding("a.py", 1)], reason)
    assert after.decode() == expected
    assert count == (text != expected)


def test_several_codes() -> None:
    several = [finding("a.py", 1, "RSS003"), finding("a.py", 1, "RSS001"), finding("a.py", 1, "RSS003")]
    assert insert_comments(b"x = 1\n", several, "later") == (b"x = 1  # noqa: RSS001, RSS003 later\n", 1)


def test_encoding_is_kept() -> None:
    data = b"# coding: latin-1\nx = '\xe9'\n"
    assert insert_comments(data, [finding("a.py", 2)], "") == (data[:-1] + b"  # noqa: RSS002\n", 1)


def test_unanalysed_code_gets_no_comment(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = (\n")
    gap = finding(str(file), 1, "RSS900")._replace(context=FindingContext(kind=FindingKind.GAP))
    assert add_noqa_comments([gap], "", configs(file)) == (0, [])
    assert file.read_text() == "x = (\n"


def test_missing_file(tmp_path: Path) -> None:
    missing, existing = str(tmp_path / "gone.py"), tmp_path / "there.py"
    existing.write_text("x = 1\n")
    count, errors = add_noqa_comments(
        [finding(missing, 1), finding(str(existing), 1)], "", configs(Path(missing), existing)
    )
    assert (count, errors) == (1, [f"{missing}: No such file or directory"])
    assert existing.read_text() == "x = 1  # noqa: RSS002\n"


def test_file_changed_during_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")

    def replace_after_edit(path: str, data: bytes, *, expected: bytes) -> None:
        file.write_text("x = 2\n")
        replace_file(path, data, expected=expected)

    monkeypatch.setattr(add_noqa, "replace_file", replace_after_edit)
    count, errors = add_noqa_comments([finding(str(file), 1)], "", configs(file))
    assert (count, errors) == (0, [f"{file}: has changed since it was read"])
    assert read(os.fspath(file)) == b"x = 2\n"
