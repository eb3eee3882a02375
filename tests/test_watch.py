"""`check --watch`: the flags of `check`, without a terminal and in one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from flake8_redis_ssot.cli.main import main
from flake8_redis_ssot.cli.screen import LiveView

Capture = pytest.CaptureFixture[str]
WATCH = [sys.executable, "-u", "-m", "flake8_redis_ssot", "check", "--watch"]
NEW_FINDING = "from shopkit.managers.redis_manager import get_redis_manager\n"


class Watching:
    """A running command, with what it has written so far."""

    def __init__(self, process: subprocess.Popen[bytes], read: Callable[[], bytes]) -> None:
        self.process = process
        self.text = ""
        self._read = read
        threading.Thread(target=self._collect, daemon=True).start()

    def _collect(self) -> None:
        while data := self._read():
            self.text += data.decode("utf-8", "replace")

    def wait_for(self, pattern: str, act: Callable[[], object] = lambda: None) -> str:
        """The text until a pattern matches; `act` is repeated until then."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if re.search(pattern, self.text):
                return self.text
            act()
            time.sleep(0.2)
        raise AssertionError(f"no {pattern} in: {self.text}")


@contextmanager
def watching(*arguments: str) -> Iterator[Watching]:
    """The command with a pipe as its output."""
    with subprocess.Popen([*WATCH, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout is not None
        number = process.stdout.fileno()
        try:
            yield Watching(process, lambda: os.read(number, 65536))
        finally:
            process.kill()


def write_later(path: Path, text: str) -> Callable[[], object]:
    """Writes a file again, so that a watcher that has just started sees the change."""
    return lambda: path.write_text(text)


@pytest.mark.parametrize("refused", [["--fix"], ["--diff"], ["--add-noqa=why"], ["-o", "x"], ["--show-files"], ["-s"]])
def test_flags_that_do_not_go_with_it(shop: Path, capsys: Capture, refused: list[str]) -> None:
    assert main(["check", "--watch", *refused]) == 2
    assert "`--watch` can't be combined with `--" in capsys.readouterr().err
    assert main(["check", "--watch", "-"]) == 2


def test_paths_codes_and_format_hold(shop: Path, capsys: Capture) -> None:
    flags = ["--select", "RSS001", "--ignore", "RSS005", "--exclude", "storage", "libs"]
    main(["check", "--output-format", "pylint", *flags])
    expected = capsys.readouterr().out
    assert expected.count("\n") == expected.count("[RSS001]") > 0
    with watching("--output-format", "pylint", *flags) as watched:
        assert watched.wait_for(re.escape(expected)).startswith(expected)
        (shop / "services" / "new.py").write_text(NEW_FINDING)
        watched.wait_for(r"libs/new\.py.*: \+1 -0", write_later(shop / "libs" / "new.py", NEW_FINDING))
        assert "services/new.py:1" not in watched.text
        assert watched.text.count("libs/new.py:1: [RSS001]") == 1  # saving it again changes nothing


def test_baseline_holds_and_is_read_again(shop: Path) -> None:
    main(["baseline", "create", "--baseline", "known.jsonl"])
    with watching("--baseline", "known.jsonl") as watched:
        watched.wait_for("All checks passed!")
        known = (shop / "known.jsonl").read_text().splitlines(keepends=True)
        watched.wait_for(r"known\.jsonl: \+1 -0", write_later(shop / "known.jsonl", "".join(known[:-1])))
        watched.wait_for("error: ", write_later(shop / "known.jsonl", "{"))
        watched.wait_for(r"known\.jsonl: \+0 -1", write_later(shop / "known.jsonl", "".join(known)))


def test_invalid_baseline(shop: Path, capsys: Capture) -> None:
    (shop / "known.jsonl").write_text("{")
    assert main(["check", "--watch", "--baseline", "known.jsonl"]) == 2
    assert "known.jsonl" in capsys.readouterr().err


def test_fixes_are_shown_if_the_format_is_asked_for(shop: Path) -> None:
    with watching("--output-format", "full", "libs/shopkit/health.py") as watched:
        watched.wait_for(r"= safe fix: Import `get_redis_manager`")


def test_statistics(shop: Path) -> None:
    with watching("--statistics", "--select", "RSS004") as watched:
        watched.wait_for(r"1\tRSS004\tduplicate-implementation")


def test_view_as_text() -> None:
    assert str(LiveView("2 findings", "a\nb\n")) == "2 findings\na\nb"
    assert str(LiveView("none", "")) == "none"


@contextmanager
def in_terminal(
    rows: int, columns: int, *arguments: str, command: Sequence[str] = WATCH
) -> Iterator[tuple[Watching, Callable[[str], object]]]:
    """A command in a pseudo-terminal, and a function that types."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    hidden = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")
    environment = {**{key: value for key, value in os.environ.items() if key not in hidden}, "TERM": "xterm-256color"}

    def read() -> bytes:
        try:
            return os.read(ours, 65536)
        except OSError:  # the other end is closed
            return b""

    with subprocess.Popen(
        [*command, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        try:
            yield Watching(process, read), lambda keys: os.write(ours, keys.encode())
        finally:
            process.kill()
            os.close(ours)


def last_frame(text: str) -> list[str]:
    """The rows of the last frame that was drawn, without control sequences."""
    frame = text.rpartition("\x1b[H")[2]
    return [re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", row).rstrip() for row in frame.split("\r\n")]


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")
def test_screen_fits_scrolls_and_keeps_colour(shop: Path) -> None:
    with in_terminal(12, 80) as (watched, press):
        text = watched.wait_for("q: quit")
        first = last_frame(text)
        assert first[0].startswith("Found 44 findings")
        assert len(first) == 12
        assert all(len(row) <= 80 for row in first)
        assert first[2].startswith("libs/shopkit/health.py:7:1: RSS001")
        assert "\x1b[1;31mRSS001" in text or "\x1b[31" in text
        press(" ")
        watched.wait_for(r"10-18 of")
        press("G")
        watched.wait_for(r"(\d+) of \1 ")
        press("\x1b[H")
        watched.wait_for(r"(\d+) of \1 [^$]*\D1-9 of \d+ .*q: quit")
        assert last_frame(watched.text) == first
        press("q")
        assert watched.process.wait(20) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")
def test_screen_without_colour(shop: Path) -> None:
    with in_terminal(12, 140, "--color", "never", "libs") as (watched, press):
        text = watched.wait_for("q: quit")
        assert not re.search(r"\x1b\[[\d;]*3[0-7][\d;]*m", text)
        assert last_frame(text)[0].startswith("Found 2 findings")
        press("q")
        assert watched.process.wait(20) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")
def test_remediate_shows_what_is_running(shop: Path) -> None:
    """From the first second, with the time since then; of what is skipped, what the validation command wrote."""
    code = "import sys; bad = any('refunds' in name and 'managers' not in open(name).read() for name in sys.argv[1:])"
    command = [sys.executable, "-u", "-m", "flake8_redis_ssot", "remediate", "--phase", "1", "--validate"]
    validate = f"{sys.executable} -c \"{code}; print('the stores differ'); sys.exit(bad)\" {{files}}"
    with in_terminal(30, 100, validate, command=command) as (watched, _):
        text = watched.wait_for(r"checking the project[^\n]*0:00:0\d")
        assert "finding" not in text
        watched.wait_for("running the validation command before any change")
        text = watched.wait_for("1 file skipped")
        assert watched.process.wait(20) == 1
    assert re.search(r"1\.1: fixing \d+ files", text)
    assert re.search(r"1\.1: validating \d+ files", text)
    assert re.search(r"validation failed \(exit code 1\): trying halves of \d+ files", text)
    assert re.search(r"✓\S* 1\.\d +kept: ", text)
    assert re.search(r"✗\S* +skipped: services/orders/refunds\.py: validation failed: exit code 1", text)
    assert re.search(r" {13}the stores differ", text)
