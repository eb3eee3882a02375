"""Patterns match in linear time, whatever a repository writes into its settings and ignore files."""

from __future__ import annotations

import re
import time

import pytest

from flake8_redis_ssot.files.gitignore import PathPatterns
from flake8_redis_ssot.files.wildcards import STAR, AnyParts, compile_parts
from flake8_redis_ssot.semantic.name_patterns import dotted_pattern

ANY = AnyParts()


@pytest.mark.parametrize(
    ("pattern", "text", "is_match"),
    [
        ([("a",), ANY, ("b",)], "a/b", True),
        ([("a",), ANY, ("b",)], "a/x/b/b", True),
        ([ANY, ("x", STAR, "y"), ANY, ("z",)], "x/xay/z", True),
        ([ANY, ("x", STAR, "y"), ANY, ("z",)], "x/xa/z", False),
        ([ANY, ANY, ("b",)], "b", True),
        ([(STAR, "a", STAR, "a", STAR)], "bab", False),
        ([(STAR, "a", STAR, "ab")], "aaab", True),
        ([("a",), ("b",)], "ab", False),
    ],
)
def test_parts(pattern: list[tuple[str, ...] | AnyParts], text: str, is_match: bool) -> None:
    assert bool(re.fullmatch(compile_parts(pattern, "/"), text)) is is_match


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a*a*a*a*a*a*a*a*b", "a" * 2000),
        ("/*a*a*a*a*a*a*a*a*b/c", f"{'a' * 2000}/c"),
        ("**/" * 60 + "b", "a/" * 1000 + "a"),
        ("**/a/" * 60 + "b", "a/" * 1000 + "a"),
        ("**/*a*a*a/" * 20 + "b", "aaaa/" * 300 + "a"),
    ],
)
def test_hostile_paths_take_no_time(pattern: str, path: str) -> None:
    started = time.perf_counter()
    assert not PathPatterns([pattern]).match(path)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize("pattern", ["*a" * 20 + "b", "**.a." * 40 + "b", "**.*a*a." * 20 + "b"])
def test_hostile_names_take_no_time(pattern: str) -> None:
    started = time.perf_counter()
    assert not dotted_pattern(pattern).match("a." * 800 + "a" * 2000)
    assert time.perf_counter() - started < 2
