"""Commands of the user: only the end of their output is kept, and nothing that they leave behind is waited for."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from flake8_redis_ssot.files.captured_run import run_captured

_LIMIT = 64 * 1024
pytestmark = pytest.mark.skipif(os.name != "posix", reason="starts processes as POSIX does")


def run(text: str, timeout: float = 60.0) -> tuple[int | None, bytes]:
    return run_captured([sys.executable, "-c", text], timeout)


def test_both_streams_and_the_exit_code() -> None:
    code, output = run("import sys; print('out', flush=True); print('err', file=sys.stderr); sys.exit(3)")
    assert (code, output) == (3, b"out\nerr\n")


def test_only_the_end_of_a_flood_is_kept() -> None:
    code, output = run("import sys; [sys.stdout.write('x' * 2**20) for _ in range(64)]; print('the end')")
    assert code == 0
    assert len(output) == _LIMIT
    assert output.endswith(b"xthe end\n")


def test_flood_without_an_end() -> None:
    code, output = run("while True: print('x' * 2**20)", timeout=1.0)
    assert code is None
    assert len(output) <= _LIMIT


@pytest.mark.parametrize("ends", [True, False])
def test_child_process_that_keeps_the_output_open(ends: bool, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    child = f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    parent = (
        f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}], start_new_session=True)\n"
        f"print('started', flush=True)\nwhile not __import__('os').path.exists({str(pid)!r}): time.sleep(0.01)\n"
    )
    started = time.monotonic()
    try:
        code, output = run(parent + ("" if ends else "time.sleep(60)"), timeout=20.0 if ends else 3.0)
    finally:
        os.kill(int(pid.read_text()), 9)
    assert time.monotonic() - started < 19
    assert (code, output) == (0 if ends else None, b"started\n")


def test_folder_and_environment(tmp_path: Path) -> None:
    words = [sys.executable, "-c", "import os; print(os.getcwd(), os.environ['NAME'])"]
    code, output = run_captured(words, 60.0, folder=str(tmp_path), environment={**os.environ, "NAME": "value"})
    assert (code, output.decode()) == (0, f"{tmp_path.resolve()} value\n")


def test_command_that_cannot_be_started() -> None:
    with pytest.raises(OSError, match="no-such-command"):
        run_captured(["/no-such-command"], 1.0)
