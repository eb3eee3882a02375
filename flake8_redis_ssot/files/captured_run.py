"""Runs of a user's command: its exit code in time, and the end of what it prints."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from typing import IO, cast

from flake8_redis_ssot.files.processes import kill_process_group

_MAX_OUTPUT = 64 * 1024  # bytes, from the end
_OUTPUT_GRACE = 0.5  # seconds to read what an ended command has written


class OutputTail:
    """The end of what a process writes, read while it runs: at most 64 KB are kept, however much comes.

    A process that the command has started may hold the pipe open after the command has ended; it is not waited for.
    """

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._end = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with self._pipe:
            while data := os.read(self._pipe.fileno(), _MAX_OUTPUT):
                self._end = (self._end + data)[-_MAX_OUTPUT:]

    def collect(self) -> bytes:
        """What was written so far, once the command has ended."""
        self._reader.join(_OUTPUT_GRACE)
        return self._end


def start_captured(
    command: str | Sequence[str],
    *,
    folder: str | None = None,
    environment: Mapping[str, str] | None = None,
    shell: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a command without input, in a process group of its own, with both streams in one pipe.

    It runs in `folder` and `environment` (None: those of this process). Raises OSError if it can't be started.
    """
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        shell=shell,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def wait_captured(process: subprocess.Popen[bytes], timeout: float) -> tuple[bool, bytes]:
    """Whether a process has ended within `timeout` (seconds), and the end of what it has printed.

    If it has not, or if anything is raised here, it is killed with its child processes.
    """
    tail, in_time = OutputTail(cast("IO[bytes]", process.stdout)), True
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        in_time = False
        _kill(process)
    except BaseException:
        _kill(process)
        raise
    return in_time, tail.collect()


def _kill(process: subprocess.Popen[bytes]) -> None:
    kill_process_group(process)
    process.wait()


def run_captured(
    words: Sequence[str], timeout: float, *, folder: str | None = None, environment: Mapping[str, str] | None = None
) -> tuple[int | None, bytes]:
    """The exit code of a command, None if it was killed after `timeout` (seconds), and the last 64 KB that it prints.

    See `start_captured` and `wait_captured`.
    """
    process = start_captured(words, folder=folder, environment=environment)
    in_time, output = wait_captured(process, timeout)
    return process.returncode if in_time else None, output
