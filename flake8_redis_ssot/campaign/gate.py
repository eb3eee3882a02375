"""The gate: a command of the user's that says whether a batch may stay."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from flake8_redis_ssot.campaign.journal import Journal

LIMIT = 600.0  # seconds
_MOST_OUTPUT = 64 * 1024  # bytes: the end of it says most


class Result(NamedTuple):
    """What the gate said: whether it lets things pass, in words why, its output (its end, if it is long), seconds.

    `code` is the exit code (of a signal its number, negative), None where nothing was run.
    """

    passed: bool
    reason: str
    output: str
    seconds: float
    code: int | None = None


class GateError(ValueError):
    """A command that can't be run; as text: why."""


class Gate:
    """A command in which `{files}` stands for the changed files and `{tests}` for the tests that belong to them.

    It is run in the folder `cwd`, without a shell unless `shell`, and killed with all that it has started after `limit`
    seconds. Raises GateError where the command can't be split into words.
    """

    def __init__(self, command: str, *, cwd: str, shell: bool = False, limit: float = LIMIT) -> None:
        self._cwd = cwd
        self._limit = limit
        self._command = command
        self._shell = shell
        try:
            self._words = [] if shell else shlex.split(command)
        except ValueError as error:
            raise GateError(f"`{command}` can't be read as a command: {error}") from None
        if not command.strip():
            raise GateError("the gate's command is empty")

    @property
    def asks_for_tests(self) -> bool:
        """Whether the command has a place for tests."""
        return "{tests}" in self._command

    def run(self, files: Sequence[str], tests: Sequence[str]) -> Result:
        """Ask the gate about changed files (paths from its folder). Raises GateError where there is no such command."""
        if self.asks_for_tests and not tests:
            return Result(True, "no tests belong to these files", "", 0.0)
        started = time.monotonic()
        try:
            process = subprocess.Popen(
                self._filled(files, tests),
                cwd=self._cwd,
                shell=self._shell,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise GateError(f"`{self._command}` can't be run: {error.strerror or error}") from None
        return self._judged(process, started)

    def _judged(self, process: subprocess.Popen[bytes], started: float) -> Result:
        reason = ""
        try:
            output, _ = process.communicate(timeout=self._limit)
        except subprocess.TimeoutExpired:
            _kill(process)
            output, _ = process.communicate()
            reason = f"it took more than {self._limit:g} seconds"
        except BaseException:
            _kill(process)
            process.communicate()
            raise
        text = output[-_MOST_OUTPUT:].decode("utf-8", "replace")
        seconds = time.monotonic() - started
        if not reason and process.returncode:
            reason = f"exit code {process.returncode}" if process.returncode > 0 else f"signal {-process.returncode}"
        return Result(not reason, reason, text, seconds, process.returncode)

    def _filled(self, files: Sequence[str], tests: Sequence[str]) -> str | list[str]:
        several = {"{files}": files, "{tests}": tests}
        if self._shell:
            text = self._command
            for place, paths in several.items():
                text = text.replace(place, shlex.join(paths))
            return text
        return [part for word in self._words for part in several.get(word) or [_with(word, several)] if part]


def _with(word: str, several: dict[str, Sequence[str]]) -> str:
    for place, paths in several.items():
        word = word.replace(place, " ".join(paths))
    return word


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and everything that it has started."""
    with suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


class NotedGate(Gate):
    """As `Gate`; each answer for which something was run is noted. `run` raises OSError for the disk besides."""

    def __init__(self, journal: Journal, command: str, *, cwd: str, shell: bool, limit: float) -> None:
        super().__init__(command, cwd=cwd, shell=shell, limit=limit)
        self._journal = journal
        self._text = command

    def run(self, files: Sequence[str], tests: Sequence[str]) -> Result:
        """Ask the gate, and note what it says."""
        result = super().run(files, tests)
        if result.code is not None:
            batch = self._journal.open_batch()
            self._journal.add(
                "gate",
                command=self._text,
                batch=f"{batch.run}/{batch.batch}" if batch else "",
                passed=result.passed,
                reason=result.reason,
                code=result.code,
                seconds=result.seconds,
            )
        return result
