"""A gate whose answers stand in the journal, so that a report can tell of them later."""

from __future__ import annotations

from collections.abc import Sequence

from flake8_redis_ssot.campaign.gate import Gate, Result
from flake8_redis_ssot.campaign.journal import Journal


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
