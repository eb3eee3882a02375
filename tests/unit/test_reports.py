"""Details of the text reports: excerpts, control characters, colour and links."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from flake8_redis_ssot.model import Finding, Span
from flake8_redis_ssot.reports.report import CheckReport, load_format
from flake8_redis_ssot.reports.statistics import STATISTICS
from flake8_redis_ssot.terminal import Style

NAMES = {"RSS002": "direct-instantiation"}


def report(span: Span, text: str, note: str = "") -> CheckReport:
    finding = Finding("a.py", span, "RSS002", "message", note, (span.row,))
    return CheckReport([finding], NAMES, lambda path: text.split("\n"))


def test_long_span_is_shortened() -> None:
    text = "\n".join(["call(", *(f"    {number}," for number in range(20)), ")"])
    lines = load_format("full").render(report(Span(1, 0, 22, 1), text), Style()).splitlines()
    assert lines[3:] == [
        " 1 | call(",
        "   | ^^^^^",
        " 2 |     0,",
        "   |     ^^",
        " 3 |     1,",
        "   |     ^^",
        "...",
        "20 |     18,",
        "   |     ^^^",
        "21 |     19,",
        "   |     ^^^",
        "22 | )",
        "   | ^",
        "   |",
        "",
        "Found 1 finding.",
        "`-v` shows what can be fixed; `redis-ssot explain FILE:LINE` explains a finding.",
    ]


@pytest.mark.parametrize(
    ("column", "shown"),
    [(3, f"abc{'X' * 5}{'-' * 232}…"), (600, f"…{'-' * 80}{'X' * 5}{'-' * 155}…"), (1000, f"…{'-' * 235}{'X' * 5}")],
)
def test_long_line_is_shortened(column: int, shown: str) -> None:
    text = f"abc{'-' * (column - 3)}{'X' * 5}".ljust(1005, "-")
    lines = load_format("full").render(report(Span(1, column, 1, column + 5), text), Style()).splitlines()
    assert lines[3] == f"1 | {shown}"
    assert lines[4].index("^") == lines[3].index("X")
    assert lines[4].count("^") == 5


def test_long_span_of_a_long_line_is_shortened() -> None:
    lines = load_format("full").render(report(Span(1, 0, 1, 1000), "x" * 1000), Style()).splitlines()
    assert lines[3:5] == [f"1 | {'x' * 240}…", f"  | {'^' * 240}"]


def test_missing_source() -> None:
    finding = Finding("a.py", Span(3, 0, 3, 4), "RSS002", "message", "note", (3,))
    lines = load_format("full").render(CheckReport([finding], NAMES, lambda path: ()), Style()).splitlines()
    assert lines[:3] == ["RSS002 message", " --> a.py:3:1", "  |"]
    assert "  = help: note" in lines


def test_control_characters_are_replaced() -> None:
    shown = load_format("full").render(report(Span(1, 0, 1, 1), "x = '\x1b[31m'"), Style())
    assert "\x1b" not in shown
    assert "x = '\ufffd[31m'" in shown


@pytest.mark.parametrize(
    ("environment", "terminal", "on"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"NO_COLOR": ""}, True, True),
    ],
)
def test_colour_environment(environment: dict[str, str], terminal: bool, on: bool) -> None:
    class Stream(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    assert Style.for_stream(Stream(), environment).has_color is on


@pytest.mark.parametrize(
    ("environment", "terminal", "on"),
    [
        ({}, True, False),
        ({"TERM": "xterm-256color"}, True, False),
        ({"TERM": "xterm-kitty"}, True, True),
        ({"TERM": "xterm-kitty"}, False, False),
        ({"TERM": "xterm-kitty", "NO_COLOR": "1"}, True, False),
        ({"TERM": "xterm-kitty", "NO_COLOR": ""}, True, True),
        ({"TERM": "dumb", "TERM_PROGRAM": "vscode"}, True, False),
        ({"TERM_PROGRAM": "vscode"}, True, True),
        ({"TERM_PROGRAM": "Apple_Terminal"}, True, False),
        ({"COLORTERM": "xfce4-terminal"}, True, True),
        ({"WT_SESSION": "1"}, True, True),
        ({"VTE_VERSION": "7600"}, True, True),
        ({"VTE_VERSION": "5000"}, True, False),
        ({"VTE_VERSION": "new"}, True, False),
        ({"FORCE_HYPERLINK": "1", "TERM": "dumb", "NO_COLOR": "1"}, False, True),
        ({"FORCE_HYPERLINK": ""}, False, True),
        ({"FORCE_HYPERLINK": "0", "TERM": "xterm-kitty"}, True, False),
    ],
)
def test_link_environment(environment: dict[str, str], terminal: bool, on: bool) -> None:
    class Stream(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    assert Style.for_stream(Stream(), environment).has_links is on


@pytest.mark.parametrize("form", ["full", "concise", "grouped"])
@pytest.mark.parametrize("on", [False, True])
def test_path_is_a_link(form: str, on: bool, project: Path) -> None:
    file = project / "a b" / "ä.py"
    file.parent.mkdir()
    file.touch()
    finding = Finding("a b/ä.py", Span(1, 0, 1, 1), "RSS002", "message", "", (1,))
    shown = load_format(form).render(CheckReport([finding], NAMES, lambda path: ["x"]), Style(on, has_links=True))
    ((uri, text),) = re.findall(r"\x1b]8;;(.+?)\x1b\\(.+?)\x1b]8;;\x1b\\", shown)
    assert uri == file.as_uri()
    assert uri.endswith("/a%20b/%C3%A4.py")
    assert finding.path in text
    plain = re.sub(r"\x1b]8;;.*?\x1b\\", "", shown)
    assert plain == load_format(form).render(CheckReport([finding], NAMES, lambda path: ["x"]), Style(on))


def test_standard_input_is_not_a_link() -> None:
    finding = Finding("-", Span(1, 0, 1, 1), "RSS002", "message", "", (1,))
    assert "\x1b" not in load_format("concise").render(
        CheckReport([finding], NAMES, lambda path: ["x"]), Style(has_links=True)
    )


def test_no_findings() -> None:
    empty = CheckReport([], NAMES, lambda path: ())
    assert load_format("json").render(empty, Style()) == "[]"
    assert load_format("full").render(empty, Style()) == "All checks passed!"
    assert STATISTICS.render(empty, Style()) == "All checks passed!"
