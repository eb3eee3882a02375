"""Colours and hyperlinks in terminals: `--color`, and the conventions of NO_COLOR, FORCE_COLOR and FORCE_HYPERLINK.

Hyperlinks: https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda
Terminals that support them: https://github.com/zkat/supports-hyperlinks
"""

import os
import re
from collections.abc import Mapping
from typing import IO, NamedTuple

# ECMA-48, select graphic rendition.
_CODES = {"bold": "1", "red": "31;1", "blue": "34;1", "cyan": "36", "yellow": "33;1", "green": "32"}
# How terminals that support hyperlinks are recognised.
_LINK_TERM_PROGRAMS = frozenset({"Hyper", "WezTerm", "ghostty", "iTerm.app", "terminology", "vscode"})
_LINK_TERMS = frozenset({"alacritty", "alacritty-direct", "xterm-ghostty", "xterm-kitty"})
_LINK_VARIABLES = ("DOMTERM", "KONSOLE_VERSION", "WT_SESSION")
_BROKEN_VTE = 5000  # 0.50.0 crashes on a link


COLOR_CHOICES = ("auto", "always", "never")
_color_choice = ["auto"]  # of this process


def choose_color(choice: str) -> None:
    """Set what decides about colours in this process: one of COLOR_CHOICES, `auto` for the environment and terminal."""
    _color_choice[0] = choice


def is_running_in_ci() -> bool:
    """Whether this process runs in CI; all CI servers set the variable `CI`."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


def has_color(is_terminal: bool, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a stream gets colours, which are on by default if it is a terminal."""
    if _color_choice[0] != "auto":
        return _color_choice[0] == "always"
    if environment.get("NO_COLOR"):
        return False
    return bool(environment.get("FORCE_COLOR")) or (is_terminal and environment.get("TERM") != "dumb")


def sign(is_good: bool, stream: IO[str]) -> str:
    """`✓` or `✗`; `ok` or `x` where a stream cannot encode them."""
    text = "✓" if is_good else "✗"
    try:
        text.encode(getattr(stream, "encoding", None) or "ascii")
    except (LookupError, UnicodeEncodeError):
        return "ok" if is_good else "x"
    return text


def shorten_to_width(text: str, width: int) -> str:
    """A text of at most `width` characters: of a longer one, the middle is left out."""
    if len(text) <= width:
        return text
    head = (width - 1) // 2
    return f"{text[:head]}…{text[len(text) - (width - 1 - head) :]}"


def escape_unprintable(text: str) -> str:
    """Text without the characters that a terminal or a CI server could obey: each as an escape sequence of Python.

    These are control characters, line breaks, characters without a width of their own, and bytes of a file name that
    are no UTF-8 (as `os.fsdecode` represents them).
    """
    return text if text.isprintable() else "".join(char if char.isprintable() else _escape(char) for char in text)


def _escape(char: str) -> str:
    # PEP 383: an undecodable byte is a surrogate from U+DC80.
    is_byte = "\udc80" <= char <= "\udcff"
    return f"\\x{ord(char) - 0xDC00:02x}" if is_byte else char.encode("unicode_escape").decode("ascii")


class Style(NamedTuple):
    """Formats text with colours and hyperlinks, where these are enabled."""

    has_color: bool = False
    has_links: bool = False

    def __call__(self, colour: str, text: str) -> str:
        """`text` in one of the colours bold, red, blue, cyan, yellow, green."""
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if self.has_color else text

    def link(self, path: str, text: str) -> str:
        """`text` as a hyperlink to the file at `path`."""
        return _format_hyperlink(path, text) if self.has_links else text

    @classmethod
    def for_stream(cls, stream: IO[str], environment: Mapping[str, str] = os.environ) -> "Style":
        """The style for a stream: coloured on a terminal, unless `--color`, NO_COLOR or FORCE_COLOR decides."""
        is_terminal = stream.isatty()
        return cls(has_color(is_terminal, environment), _can_show_links(is_terminal, environment))


def _can_show_links(is_terminal: bool, environment: Mapping[str, str]) -> bool:
    """Whether to show hyperlinks: FORCE_HYPERLINK decides first, then NO_COLOR, then the kind of terminal."""
    forced = environment.get("FORCE_HYPERLINK")
    if forced is not None:
        return forced.strip() != "0"
    if not is_terminal or environment.get("NO_COLOR") or environment.get("TERM") == "dumb":
        return False
    vte = environment.get("VTE_VERSION", "")
    return (
        environment.get("TERM_PROGRAM") in _LINK_TERM_PROGRAMS
        or environment.get("TERM") in _LINK_TERMS
        or environment.get("COLORTERM") == "xfce4-terminal"
        or any(variable in environment for variable in _LINK_VARIABLES)
        or (vte.isdecimal() and int(vte) > _BROKEN_VTE)
    )


def _format_hyperlink(path: str, text: str) -> str:
    """`text` as a hyperlink to a file, or unchanged if the file does not exist."""
    from pathlib import Path

    if not os.path.isfile(path):
        return text
    return f"\x1b]8;;{Path(os.path.abspath(path)).as_uri()}\x1b\\{text}\x1b]8;;\x1b\\"


# What GitHub's runner takes for a command in the output of a step: a line that begins with `::` after white space, and
# `##[` anywhere. https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
_WORKFLOW_COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)


def disarm_workflow_commands(text: str, environment: Mapping[str, str] = os.environ) -> str:
    """Text for people with lines of checked files; in a GitHub job, none of them can be a command to its runner.

    If any could be one, commands are stopped around the text, until a line that nobody can guess.
    https://docs.github.com/actions/reference/workflow-commands-for-github-actions#stopping-and-starting-workflow-commands
    """
    if environment.get("GITHUB_ACTIONS") != "true" or not _WORKFLOW_COMMAND.search(text):
        return text
    token = os.urandom(16).hex()
    ending = "" if text.endswith("\n") else "\n"
    return f"::stop-commands::{token}\n{text}{ending}::{token}::\n"
