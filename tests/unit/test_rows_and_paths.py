"""Rows in reasons, and relative paths."""

from __future__ import annotations

import os
import re

import pytest

from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.fixes.doubt import Doubt, find_deciding, list_rows
from flake8_redis_ssot.project.contents import break_lines, row_at


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([3], "3"),
        (range(1, 11), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10"),
        (range(1, 13), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more"),
    ],
)
def test_list_rows(rows: range, text: str) -> None:
    assert list_rows(rows) == text


def test_reasons_for_many_rows_stay_short() -> None:
    (doubt,) = find_deciding(Doubt("it is passed on", rows=(row,)) for row in range(1, 3000))
    assert doubt.reason == "lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2989 more: it is passed on"


@pytest.mark.parametrize("root", ["/a", "/a/b", "/", "/a/../b"])
@pytest.mark.parametrize(
    "path",
    ["/a/b/c.py", "/a/b/../c.py", "/a//b/c.py", "/a/./b.py", "/a/.b/c.py", "/a/b/", "/a", "/ab/c.py", "/a/b/..c", "/x"],
)
def test_relative_path_is_that_of_the_standard_library(root: str, path: str) -> None:
    assert to_relative_path(root, path) == os.path.relpath(path, root).replace(os.sep, "/")


@pytest.mark.parametrize("data", [b"a\nb\rc\r\nd", b"a\rb\rc\rd", b"a\r\nb\r\nc\r\nd"])
def test_rows_of_all_line_breaks(data: bytes) -> None:
    code = break_lines(data)
    assert len(code) == len(data)
    assert [row_at(code, data.index(each)) for each in (b"a", b"b", b"c", b"d")] == [1, 2, 3, 4]
    assert re.findall(rb"(?m)^\w", code) == [b"a", b"b", b"c", b"d"]
