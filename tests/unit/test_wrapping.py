"""Long lines on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_redis_ssot.cli.wrapping import print_page, print_report, print_wrapped, unwrap_paragraphs, wrap_lines

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("text", "wrapped"),
    [
        ("short", "short"),
        ("one two three four", "one two\n  three\n  four"),
        ("  indented by two blanks", "  indented\n    by two\n    blanks"),
        ("ab  table cell", "ab  table\n    cell"),
        ("1. two three four", "1. two\n   three\n   four"),
        ("- two three four", "- two\n  three\n  four"),
        ("averyveryverylongword and", "averyveryverylongword\n  and"),
        ("one two\n\nthree four five", "one two\n\nthree four\n  five"),
    ],
)
def test_lines_are_broken_between_words(text: str, wrapped: str) -> None:
    assert wrap_lines(text, 10) == wrapped


def test_colours_and_links_take_no_room() -> None:
    red = "\x1b[31;1mFAIL\x1b[0m ok"
    link = "\x1b]8;;file:///a/long/address\x1b\\a.py\x1b]8;;\x1b\\ x"
    assert wrap_lines(red, 7) == red
    assert wrap_lines(link, 6) == link


@given(st.text(alphabet="ab  \n", max_size=60), st.integers(4, 40))
def test_only_blanks_and_line_breaks_change(text: str, width: int) -> None:
    wrapped = wrap_lines(text, width)
    assert wrapped.split() == text.split()
    longest = max(map(len, text.split()), default=0)
    for line in wrapped.split("\n"):
        assert len(line) <= max(width, longest + width // 2 + 2) or "  " in line.strip() or line.startswith(" ")


def test_paragraphs_are_one_line() -> None:
    page = "# Title\nOne\ntwo.\n\n- item\n  more\n- item\n\n```python\na = 1\nb = 2\n```\nAfter\nit.\n"
    assert unwrap_paragraphs(page) == (
        "# Title\nOne two.\n\n- item more\n- item\n\n```python\na = 1\nb = 2\n```\nAfter it.\n"
    )


@pytest.mark.parametrize("show", [print_wrapped, print_page, lambda text: print_report(text, "text")])
def test_pipes_get_whole_lines(show: Callable[[str], None], capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    line = "one two three four five six\nseven"
    show(line)
    assert capsys.readouterr().out == f"{line}\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    show(line)
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 20


def test_other_formats_are_never_wrapped(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    print_report('{"message": "one two three four five six"}', "json")
    assert capsys.readouterr().out == '{"message": "one two three four five six"}\n'
