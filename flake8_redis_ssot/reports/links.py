"""Links to files in terminals that are known to have them, by the convention of `supports-hyperlinks`.

https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda and https://github.com/zkat/supports-hyperlinks
"""

from __future__ import annotations

import os
from collections.abc import Mapping

_PROGRAMS = frozenset({"Hyper", "WezTerm", "ghostty", "iTerm.app", "terminology", "vscode"})
_TERMS = frozenset({"alacritty", "alacritty-direct", "xterm-ghostty", "xterm-kitty"})
_MARKS = ("DOMTERM", "KONSOLE_VERSION", "WT_SESSION")
_BROKEN_VTE = 5000  # 0.50.0 crashes on a link


def are_wanted(is_terminal: bool, environment: Mapping[str, str]) -> bool:
    """Whether to show links: FORCE_HYPERLINK (0: no) decides first, then NO_COLOR, then what the terminal is."""
    forced = environment.get("FORCE_HYPERLINK")
    if forced is not None:
        return forced.strip() != "0"
    if not is_terminal or environment.get("NO_COLOR") or environment.get("TERM") == "dumb":
        return False
    vte = environment.get("VTE_VERSION", "")
    return (
        environment.get("TERM_PROGRAM") in _PROGRAMS
        or environment.get("TERM") in _TERMS
        or environment.get("COLORTERM") == "xfce4-terminal"
        or any(mark in environment for mark in _MARKS)
        or (vte.isdecimal() and int(vte) > _BROKEN_VTE)
    )


def to_file(path: str, text: str) -> str:
    """`text` as a link to a file; as it is where there is no such file."""
    from pathlib import Path

    if not os.path.isfile(path):
        return text
    return f"\x1b]8;;{Path(os.path.abspath(path)).as_uri()}\x1b\\{text}\x1b]8;;\x1b\\"
