"""The validation command: a user's command that decides whether a batch is kept."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from flake8_redis_ssot.campaign.journal import Journal
from flake8_redis_ssot.files.captured_run import start_captured, wait_captured

if TYPE_CHECKING:
    import subprocess

    from flake8_redis_ssot.campaign.proof import RuntimeProof

DEFAULT_TIMEOUT = 600.0  # seconds


class ValidationResult(NamedTuple):
    """The result of a validation command.

    `reason` says why it failed, of a long `output` only the end is kept, and `exit_code` is negative for a signal, None
    if nothing was run.
    """

    passed: bool
    reason: str
    output: str
    seconds: float
    exit_code: int | None = None


class ValidationError(ValueError):
    """A command that can't be run; the text says why."""


class ValidationCommand:
    """A command in which `{files}` is replaced by the changed files, and `{tests}` by their tests.

    It runs in the folder `cwd`, without a shell unless `shell`, and is killed with its child processes after `timeout`
    seconds. `rewrite` is passed the words before they are run. Raises ValidationError if the command can't be split.
    """

    def __init__(
        self,
        command: str,
        *,
        cwd: str,
        shell: bool = False,
        timeout: float = DEFAULT_TIMEOUT,
        rewrite: Callable[[list[str]], list[str]] = list,
    ) -> None:
        self._cwd = cwd
        self._rewrite = rewrite
        self._timeout = timeout
        self._command = command
        self._shell = shell
        try:
            self._words = [] if shell else shlex.split(command)
        except ValueError as error:
            raise ValidationError(f"`{command}` is not a valid command: {error}") from None
        if not command.strip():
            raise ValidationError("the validation command is empty")

    @property
    def has_tests_placeholder(self) -> bool:
        """Whether the command contains `{tests}`."""
        return "{tests}" in self._command

    def run(self, files: Sequence[str], tests: Sequence[str]) -> ValidationResult:
        """Run the command for changed files (relative to `cwd`). Raises ValidationError if it can't be started."""
        if self.has_tests_placeholder and not tests:
            return ValidationResult(True, "no tests belong to these files", "", 0.0)
        started = time.monotonic()
        try:
            process = start_captured(self._build_command(files, tests), folder=self._cwd, shell=self._shell)
        except OSError as error:
            raise ValidationError(f"`{self._command}` can't be run: {error.strerror or error}") from None
        return self._wait_for_result(process, started)

    def _wait_for_result(self, process: subprocess.Popen[bytes], started: float) -> ValidationResult:
        reason = ""
        in_time, output = wait_captured(process, self._timeout)
        if not in_time:
            reason = f"timed out after {self._timeout:g} seconds"
        elif process.returncode:
            reason = f"exit code {process.returncode}" if process.returncode > 0 else f"signal {-process.returncode}"
        seconds = time.monotonic() - started
        return ValidationResult(not reason, reason, output.decode("utf-8", "replace"), seconds, process.returncode)

    def _build_command(self, files: Sequence[str], tests: Sequence[str]) -> str | list[str]:
        placeholders = {"{files}": files, "{tests}": tests}
        if self._shell:
            text = self._command
            for placeholder, paths in placeholders.items():
                text = text.replace(placeholder, shlex.join(paths))
            return text
        parts = [placeholders.get(word) or [_substitute(word, placeholders)] for word in self._words]
        return self._rewrite([part for each in parts for part in each if part])


def _substitute(word: str, placeholders: dict[str, Sequence[str]]) -> str:
    for placeholder, paths in placeholders.items():
        word = word.replace(placeholder, " ".join(paths))
    return word


class JournaledCommand(ValidationCommand):
    """A validation command that records its runs. `run` also raises OSError if the journal can't be written."""

    def __init__(
        self,
        journal: Journal,
        command: str,
        *,
        cwd: str,
        shell: bool,
        timeout: float,
        proof: RuntimeProof | None = None,
    ) -> None:
        rewrite = list if proof is None else proof.rewrite
        super().__init__(command, cwd=cwd, shell=shell, timeout=timeout, rewrite=rewrite)
        self._journal = journal
        self._proof = proof

    def run(self, files: Sequence[str], tests: Sequence[str]) -> ValidationResult:
        """Run the command, and record the result."""
        if self._proof is None:
            result = super().run(files, tests)
        else:
            with self._proof.observe():
                result = self._proof.judge(super().run(files, tests))
        if result.exit_code is not None:
            batch = self._journal.open_batch()
            self._journal.append(
                "validation",
                command=self._command,
                batch=f"{batch.run_name}/{batch.batch}" if batch else "",
                passed=result.passed,
                reason=result.reason,
                code=result.exit_code,
                seconds=result.seconds,
            )
        return result
