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

DEFAULT_TIMEOUT = 600.0  # seconds
_MAX_OUTPUT = 64 * 1024  # bytes: the end of it says most


class GateResult(NamedTuple):
    """What the gate said: whether it lets things pass, in words why, its output (its end, if it is long), seconds.

    `exit_code` is the exit code (of a signal its number, negative), None where nothing was run.
    """

    passed: bool
    reason: str
    output: str
    seconds: float
    exit_code: int | None = None


class GateError(ValueError):
    """A command that can't be run; as text: why."""


class Gate:
    """A command in which `{files}` stands for the changed files and `{tests}` for the tests that belong to them.

    It is run in the folder `cwd`, without a shell unless `shell`, and killed with all that it has started after
    `timeout` seconds. Raises GateError where the command can't be split into words.
    """

    def __init__(self, command: str, *, cwd: str, shell: bool = False, timeout: float = DEFAULT_TIMEOUT) -> None:
        self._cwd = cwd
        self._timeout = timeout
        self._command = command
        self._shell = shell
        try:
            self._words = [] if shell else shlex.split(command)
        except ValueError as error:
            raise GateError(f"`{command}` can't be read as a command: {error}") from None
        if not command.strip():
            raise GateError("the gate's command is empty")

    @property
    def has_tests_placeholder(self) -> bool:
        """Whether the command has a place for tests."""
        return "{tests}" in self._command

    def run(self, files: Sequence[str], tests: Sequence[str]) -> GateResult:
        """Ask the gate about changed files (paths from its folder). Raises GateError where there is no such command."""
        if self.has_tests_placeholder and not tests:
            return GateResult(True, "no tests belong to these files", "", 0.0)
        started = time.monotonic()
        try:
            process = subprocess.Popen(
                self._build_command(files, tests),
                cwd=self._cwd,
                shell=self._shell,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise GateError(f"`{self._command}` can't be run: {error.strerror or error}") from None
        return self._wait_for_result(process, started)

    def _wait_for_result(self, process: subprocess.Popen[bytes], started: float) -> GateResult:
        reason = ""
        try:
            output, _ = process.communicate(timeout=self._timeout)
        except subprocess.TimeoutExpired:
            _kill_process_group(process)
            output, _ = process.communicate()
            reason = f"it took more than {self._timeout:g} seconds"
        except BaseException:
            _kill_process_group(process)
            process.communicate()
            raise
        text = output[-_MAX_OUTPUT:].decode("utf-8", "replace")
        seconds = time.monotonic() - started
        if not reason and process.returncode:
            reason = f"exit code {process.returncode}" if process.returncode > 0 else f"signal {-process.returncode}"
        return GateResult(not reason, reason, text, seconds, process.returncode)

    def _build_command(self, files: Sequence[str], tests: Sequence[str]) -> str | list[str]:
        placeholders = {"{files}": files, "{tests}": tests}
        if self._shell:
            text = self._command
            for placeholder, paths in placeholders.items():
                text = text.replace(placeholder, shlex.join(paths))
            return text
        return [
            part for word in self._words for part in placeholders.get(word) or [_substitute(word, placeholders)] if part
        ]


def _substitute(word: str, placeholders: dict[str, Sequence[str]]) -> str:
    for placeholder, paths in placeholders.items():
        word = word.replace(placeholder, " ".join(paths))
    return word


def _kill_process_group(process: subprocess.Popen[bytes]) -> None:
    """End a process and everything that it has started."""
    with suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


class JournaledGate(Gate):
    """As `Gate`; each answer for which something was run is noted. `run` raises OSError for the disk besides."""

    def __init__(self, journal: Journal, command: str, *, cwd: str, shell: bool, timeout: float) -> None:
        super().__init__(command, cwd=cwd, shell=shell, timeout=timeout)
        self._journal = journal
        self._command_text = command

    def run(self, files: Sequence[str], tests: Sequence[str]) -> GateResult:
        """Ask the gate, and note what it says."""
        result = super().run(files, tests)
        if result.exit_code is not None:
            batch = self._journal.open_batch()
            self._journal.append(
                "gate",
                command=self._command_text,
                batch=f"{batch.run_name}/{batch.batch}" if batch else "",
                passed=result.passed,
                reason=result.reason,
                code=result.exit_code,
                seconds=result.seconds,
            )
        return result
