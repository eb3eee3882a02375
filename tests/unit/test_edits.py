"""Text edits: applying, merging, positions and diffs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_redis_ssot.model import Edit, Span
from flake8_redis_ssot.syntax.edits import LineIndex, OverlapError, TextEdit, apply_edits, diff, merge_edits

TEXT = "one\r\ntwo\rthree\nfour"


def test_edits_are_applied_in_order() -> None:
    assert (
        apply_edits(TEXT, [TextEdit(5, 8, "2"), TextEdit(0, 3, "1"), TextEdit(18, 18, "!")]) == "1\r\n2\rthree\nfou!r"
    )


def test_equal_edits_are_merged() -> None:
    assert merge_edits([TextEdit(0, 3, "1"), TextEdit(0, 3, "1")]) == [TextEdit(0, 3, "1")]


@pytest.mark.parametrize(
    "edits",
    [
        [TextEdit(0, 3, "a"), TextEdit(2, 4, "b")],
        [TextEdit(0, 3, "a"), TextEdit(0, 3, "b")],
        [TextEdit(1, 1, "a"), TextEdit(1, 1, "b")],
    ],
    ids=["crossing", "two texts", "two insertions"],
)
def test_overlapping_edits(edits: list[TextEdit]) -> None:
    with pytest.raises(OverlapError):
        apply_edits(TEXT, edits)


def test_insertion_before_a_replacement() -> None:
    assert apply_edits("abc", [TextEdit(1, 2, "B"), TextEdit(1, 1, "-")]) == "a-Bc"


@given(st.text(st.sampled_from("ab\r\n")), st.data())
def test_positions_and_offsets_round_trip(text: str, data: st.DataObject) -> None:
    lines = LineIndex(text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    edit = TextEdit(start, end, "x")
    assert lines.to_text_edit(lines.to_edit("f.py", edit)) == edit


def test_position_with_mixed_line_breaks() -> None:
    assert LineIndex(TEXT).to_edit("f.py", TextEdit(9, 14, "3")) == Edit("f.py", Span(3, 0, 3, 5), "3")


TEXTS = st.lists(st.sampled_from(["a", "b", "c\r", "d\x0ce", ""]), max_size=8).map("\n".join)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\n", "a\nc\n"),
        ("a\nb", "a\nc"),
        ("a\nb", "a\nb\n"),
        ("a\r\nb\r\n", "a\r\n"),
        ("x\ry\r", "x\rz\r"),
        ("", "a\n"),
    ],
    ids=["lines", "no final newline", "a final newline more", "CRLF", "CR", "from nothing"],
)
def test_diff_is_accepted_by_git(before: str, after: str, tmp_path: Path) -> None:
    (tmp_path / "f.py").write_bytes(before.encode())
    patch = diff("f.py", before, after).encode()
    subprocess.run(["git", "apply", "-p0"], input=patch, cwd=tmp_path, check=True)
    assert (tmp_path / "f.py").read_bytes() == after.encode()


@given(TEXTS)
def test_diff_of_equal_texts(text: str) -> None:
    assert diff("f.py", text, text) == ""
