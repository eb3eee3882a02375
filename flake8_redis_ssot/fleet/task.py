"""What a worker of the cluster does: it hands each job to a process that can be limited and killed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import IO, cast

import flake8_redis_ssot
from flake8_redis_ssot.fleet.model import ScanJob, ScanOutcome

_PACKAGE_PARENT = os.path.dirname(os.path.dirname(os.path.abspath(flake8_redis_ssot.__file__)))
_RETRY = b"retry"


class RetryError(Exception):
    """A failure that may not happen again; the only argument is the outcome as JSON text, if it stays."""


class Runner:
    """A process of `fleet.runner`, started when it is needed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def scan(self, job: ScanJob) -> ScanOutcome:
        """The outcome of a job. Raises RetryError if it failed for a reason that may pass."""
        answer = self._ask(job)
        if not answer.endswith(b"\n"):
            self.close()
            reason = "the scanning process was killed"
            raise RetryError(ScanOutcome(job.repository.name, False, reason).to_json().decode())
        kind, _, data = answer.partition(b" ")
        if kind == _RETRY:
            raise RetryError(data.decode())
        return ScanOutcome.from_json(data)

    def _ask(self, job: ScanJob) -> bytes:
        process = self._start()
        try:
            cast("IO[bytes]", process.stdin).write(job.to_json())
            return cast("IO[bytes]", process.stdout).readline()
        except OSError:
            return b""

    def _start(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "flake8_redis_ssot.fleet.runner"],
                cwd=_PACKAGE_PARENT,  # `-m` imports from there first
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
            )
        return self._process

    def close(self) -> None:
        """End the process, and what it is doing."""
        if self._process is not None:
            process, self._process = self._process, None
            cast("IO[bytes]", process.stdin).close()
            process.wait()
            cast("IO[bytes]", process.stdout).close()


_threads = threading.local()


def scan_repository(job: ScanJob) -> ScanOutcome:
    """The outcome of a job, on a worker. Raises RetryError if it failed for a reason that may pass."""
    runner: Runner | None = getattr(_threads, "runner", None)
    if runner is None:
        runner = _threads.runner = Runner()
    return runner.scan(job)


def tool_version() -> str:
    """The version that a worker has."""
    return flake8_redis_ssot.__version__
