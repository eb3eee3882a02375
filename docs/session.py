"""A shell in a pseudo-terminal: lines are typed into it, and what it answers is kept with its times."""

from __future__ import annotations

import codecs
import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

COLUMNS, ROWS = 110, 30
PROMPT = "\x1b[32m$\x1b[0m "  # in green, so that nothing else looks like it
_PATIENCE = 60.0  # seconds for one answer


class Event(NamedTuple):
    """What the terminal was sent at a time (in seconds from the beginning)."""

    time: float
    text: str


class Line(NamedTuple):
    """A line to be typed, and how the answer to it ends."""

    text: str
    end: str = PROMPT


def record(lines: Sequence[Line], folder: Path, pause: float = 0.0) -> list[Event]:
    """Type `lines` into a shell in `folder`, with `pause` seconds between two keys; all that comes back."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    name = os.ttyname(theirs)
    # What leads a session and opens a terminal is controlled by it.
    shell = ["sh", "-c", 'exec bash --norc --noprofile -i <"$0" >"$0" 2>&1', name]
    with subprocess.Popen(shell, cwd=folder, env=_environment(folder), start_new_session=True) as running:
        try:
            return list(_events(ours, lines, pause))
        finally:
            running.kill()
            os.close(ours)
            os.close(theirs)


def _environment(folder: Path) -> dict[str, str]:
    """A terminal that is the same everywhere; the tool is found beside the Python that runs."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    keys = folder.with_name("inputrc")
    keys.write_text("set enable-bracketed-paste off\n")
    kept = {key: value for key, value in os.environ.items() if key.startswith(("PYTHON", "COVERAGE"))}
    prompt = PROMPT.replace("\x1b[32m", r"\[\e[32m\]").replace("\x1b[0m", r"\[\e[0m\]")
    # The system's bash is no place to be told about on macOS, and a history no place to be kept.
    own = {
        "PS1": prompt,
        "INPUTRC": str(keys),
        "BASH_SILENCE_DEPRECATION_WARNING": "1",
        "HISTFILE": "",
        "FORCE_HYPERLINK": "0",
    }
    return {**kept, **own, "PATH": path, "HOME": str(folder), "TERM": "xterm-256color", "LANG": "C.UTF-8"}


def _events(terminal: int, lines: Sequence[Line], pause: float) -> Iterator[Event]:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    start = time.monotonic()

    def read(end: str, patience: float) -> Iterator[Event]:
        """What comes, until it ends so, or nothing more comes for some seconds."""
        seen = ""
        while not seen.endswith(end) or not seen:
            if not select.select([terminal], [], [], patience)[0]:
                break
            text = decoder.decode(os.read(terminal, 65536))
            seen += text
            yield Event(round(time.monotonic() - start, 3), text)
        if not seen.endswith(end):
            raise TimeoutError(f"the shell does not answer; so far: {seen[-500:]!r}")

    yield from read(PROMPT, _PATIENCE)
    for line in lines:
        for key in line.text if pause else ():
            os.write(terminal, key.encode())
            yield from read("", pause)
            time.sleep(pause)
        os.write(terminal, b"\n" if pause else f"{line.text}\n".encode())
        yield from read(line.end, _PATIENCE)
        time.sleep(20 * pause)  # somebody reads


def as_cast(events: Sequence[Event], title: str) -> str:
    """The events as an asciicast, version 2 (docs.asciinema.org/manual/asciicast/v2)."""
    head = {"version": 2, "width": COLUMNS, "height": ROWS, "title": title, "env": {"TERM": "xterm-256color"}}
    lines = [head, *([event.time, "o", event.text] for event in events)]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def from_cast(text: str) -> list[Event]:
    """The events of an asciicast."""
    _, *lines = map(json.loads, text.splitlines())
    return [Event(when, what) for when, kind, what in lines if kind == "o"]
