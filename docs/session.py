"""Recording a shell session in a pseudo-terminal, as an asciicast."""

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
PROMPT = "\x1b[32m$\x1b[0m "  # green, so that no output is mistaken for it
_TIMEOUT = 60.0  # seconds for the output of a command


class Event(NamedTuple):
    """Output of the terminal at a time (in seconds from the start)."""

    time: float
    text: str


class Line(NamedTuple):
    """A line to type, and the end of the output to wait for."""

    text: str
    end: str = PROMPT


def record(lines: Sequence[Line], folder: Path, pause: float = 0.0) -> list[Event]:
    """Type `lines` into a shell in `folder`, with `pause` seconds between two keys, and return the output.

    Raises TimeoutError if an expected end does not appear.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    name = os.ttyname(theirs)
    # A session leader that opens a terminal gets it as its controlling terminal.
    shell = ["sh", "-c", 'exec bash --norc --noprofile -i <"$0" >"$0" 2>&1', name]
    with subprocess.Popen(shell, cwd=folder, env=_environment(folder), start_new_session=True) as running:
        try:
            return list(_events(ours, lines, pause))
        finally:
            running.kill()
            os.close(ours)
            os.close(theirs)


def _environment(folder: Path) -> dict[str, str]:
    """Environment variables for the same terminal everywhere, with the tool of the running Python on the PATH."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    inputrc = folder.with_name("inputrc")
    inputrc.write_text("set enable-bracketed-paste off\n")
    inherited = {key: value for key, value in os.environ.items() if key.startswith(("PYTHON", "COVERAGE"))}
    prompt = PROMPT.replace("\x1b[32m", r"\[\e[32m\]").replace("\x1b[0m", r"\[\e[0m\]")
    own = {
        "PS1": prompt,
        "INPUTRC": str(inputrc),
        "BASH_SILENCE_DEPRECATION_WARNING": "1",
        "HISTFILE": "",
        "FORCE_HYPERLINK": "0",
        "CI": "true",  # no lines that depend on how fast the machine is
    }
    return {**inherited, **own, "PATH": path, "HOME": str(folder), "TERM": "xterm-256color", "LANG": "C.UTF-8"}


def _events(terminal: int, lines: Sequence[Line], pause: float) -> Iterator[Event]:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    start = time.monotonic()

    def read(end: str, timeout: float) -> Iterator[Event]:
        """Yield output until it ends with `end`, or there is none for `timeout` seconds."""
        output = ""
        while not output.endswith(end) or not output:
            if not select.select([terminal], [], [], timeout)[0]:
                break
            text = decoder.decode(os.read(terminal, 65536))
            output += text
            yield Event(round(time.monotonic() - start, 3), text)
        if not output.endswith(end):
            raise TimeoutError(f"the shell does not answer; so far: {output[-500:]!r}")

    yield from read(PROMPT, _TIMEOUT)
    for line in lines:
        for key in line.text if pause else ():
            os.write(terminal, key.encode())
            yield from read("", pause)
            time.sleep(pause)
        os.write(terminal, b"\n" if pause else f"{line.text}\n".encode())
        yield from read(line.end, _TIMEOUT)
        time.sleep(20 * pause)  # time to read


def as_cast(events: Sequence[Event], title: str) -> str:
    """The events as an asciicast, version 2 (https://docs.asciinema.org/manual/asciicast/v2)."""
    header = {"version": 2, "width": COLUMNS, "height": ROWS, "title": title, "env": {"TERM": "xterm-256color"}}
    lines = [header, *([event.time, "o", event.text] for event in events)]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def from_cast(text: str) -> list[Event]:
    """The events of an asciicast."""
    _, *lines = map(json.loads, text.splitlines())
    return [Event(time, text) for time, kind, text in lines if kind == "o"]
