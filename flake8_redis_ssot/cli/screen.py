"""A full-screen view of a text that changes: its headline stays at the top, the rest scrolls."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from flake8_redis_ssot.terminal import has_color

_HELP = "↑ ↓ PgUp PgDn Home End: scroll   q: quit"
_FRAME_ROWS = 3  # the headline, an empty row, and the help
# What terminals send for keys (xterm and VT220).
_KEYS = {
    "\x1b[A": "up",
    "\x1bOA": "up",
    "k": "up",
    "\x1b[B": "down",
    "\x1bOB": "down",
    "j": "down",
    "\x1b[5~": "page up",
    "b": "page up",
    "\x1b[6~": "page down",
    " ": "page down",
    "q": "quit",
    "\x1b[H": "home",
    "\x1b[1~": "home",
    "g": "home",
    "\x1b[F": "end",
    "\x1b[4~": "end",
    "G": "end",
}


class LiveView(NamedTuple):
    """What a live command shows: a headline of one line, and a body of any length. Both may have colours (ANSI)."""

    headline: str
    body: str

    def __str__(self) -> str:
        return f"{self.headline}\n{self.body}".rstrip("\n")


class Screen:
    """The screen of a terminal, drawn with rich: `live` is a `rich.live.Live`."""

    def __init__(self, live: Any) -> None:
        self._live = live
        self._view = LiveView("", "")
        self._first_row = 0
        self._drawn_size = (0, 0)

    def show(self, view: LiveView) -> None:
        """Replace what is shown; the position stays."""
        self._view = view
        self._draw()

    def poll(self) -> None:
        """Obey the keys pressed since, and follow a change of size. Raises KeyboardInterrupt on `q`."""
        keys = list(_read_keys())
        for key in keys:
            if key == "quit":
                raise KeyboardInterrupt
            self._scroll(key)
        if keys or self._drawn_size != tuple(self._live.console.size):
            self._draw()

    def _scroll(self, key: str) -> None:
        page = max(self._live.console.size.height - _FRAME_ROWS, 1)
        steps = {"up": -1, "down": 1, "page up": -page, "page down": page}
        last = len(self._body_rows())
        self._first_row = {"home": 0, "end": last}.get(key, self._first_row + steps.get(key, 0))

    def _body_rows(self) -> list[Any]:
        from rich.text import Text

        console = self._live.console
        return list(Text.from_ansi(self._view.body).wrap(console, console.size.width))

    def _draw(self) -> None:
        from rich.text import Text

        size, rows = self._live.console.size, self._body_rows()
        height = max(size.height - _FRAME_ROWS, 1)
        self._first_row = max(0, min(self._first_row, len(rows) - height))
        shown = rows[self._first_row : self._first_row + height]
        headline = Text.from_ansi(self._view.headline, style="bold")
        position = (
            f"{self._first_row + 1}-{self._first_row + len(shown)} of {len(rows)}   " if len(rows) > height else ""
        )
        footer = Text(f"{position}{_HELP}" if _can_read_keys() else "Ctrl-C: quit", style="dim")
        for text in (headline, footer):
            text.truncate(size.width, overflow="ellipsis")
        padding = [Text("")] * (height - len(shown))
        self._live.update(Text("\n").join([headline, Text(""), *shown, *padding, footer]), refresh=True)
        self._drawn_size = tuple(size)


@contextmanager
def open_screen() -> Iterator[Screen]:
    """Take over the terminal, and give it back at the end."""
    from rich.console import Console
    from rich.live import Live

    console = Console(no_color=not has_color(True), highlight=False)
    with Live(console=console, screen=True, auto_refresh=False) as live, _unbuffered_keys():
        yield Screen(live)


def _can_read_keys() -> bool:
    return sys.platform != "win32" and sys.stdin.isatty()


@contextmanager
def _unbuffered_keys() -> Iterator[None]:
    """Let keys arrive without Enter, and do not show them."""
    if sys.platform == "win32" or not _can_read_keys():
        yield
        return
    import termios
    import tty

    before = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _read_keys() -> Iterator[str]:
    """The known keys that were pressed, without waiting."""
    if not _can_read_keys():
        return
    from select import select

    text = ""
    while select([sys.stdin], [], [], 0)[0]:
        data = os.read(sys.stdin.fileno(), 1024)
        if not data:
            break
        text += data.decode("utf-8", "replace")
    while text:
        sequence = next((known for known in _KEYS if text.startswith(known)), "")
        if sequence:
            yield _KEYS[sequence]
        text = text[len(sequence) or 1 :]
