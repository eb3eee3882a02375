"""Batch after batch: save, fix, ask the gate, keep or put back; what the gate refuses is halved until it is found."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from flake8_redis_ssot.baseline.entries import path_from
from flake8_redis_ssot.campaign.gate import Gate, Result
from flake8_redis_ssot.campaign.journal import Journal, Turn
from flake8_redis_ssot.campaign.rollback import backwards, put
from flake8_redis_ssot.files.atomic_write import Change, DiskError, replace_all
from flake8_redis_ssot.model import Finding

Files = tuple[str, ...]
_NEW = 0o100644  # the bits of a file that a batch makes, should it have to be made once more


class Fixes(NamedTuple):
    """What can be done about some files: sets of changes that belong together, and the findings that they mend."""

    changes: Sequence[Sequence[Change]]
    fixed: Sequence[Finding]


class Tally(NamedTuple):
    """What came of a batch, or of a half of one: files (paths from the root) kept, findings mended, files held back."""

    batch: str
    kept: Files
    mended: int
    held: dict[str, str]


class Remediation:
    """The work of one run.

    `fixes(files)` works out what can be done about files (paths from `root`), as they are now. `tests(files)` are the
    tests that belong to files. `tell` hears of each tally, and `commit` is handed the files of each batch that stays.
    """

    def __init__(
        self,
        root: str,
        journal: Journal,
        run: str,
        phase: int,
        *,
        fixes: Callable[[Files], Fixes],
        tests: Callable[[Files], Files],
        gate: Gate | None,
        tell: Callable[[Tally], None],
        commit: Callable[[str, Files, Sequence[Finding]], None] | None = None,
    ) -> None:
        self._root = root
        self._journal = journal
        self._run = run
        self._phase = phase
        self._fixes = fixes
        self._tests = tests
        self._gate = gate
        self._tell = tell
        self._commit = commit
        self._number = sum(1 for batch in journal.done if batch.run == run)

    def ask_first(self, files: Files) -> Result | None:
        """What the gate says before anything has changed; None where there is no gate."""
        return None if self._gate is None else self._gate.run(files, self._tests(files))

    def work_on(self, files: Files) -> None:
        """Mend some files. Raises OSError where the disk does not let us keep what we must not lose."""
        waiting = deque([files])
        while waiting:
            several = waiting.popleft()
            refused = self._try(several)
            if refused is not None and len(several) > 1:
                middle = len(several) // 2
                waiting.extendleft((several[middle:], several[:middle]))
            elif refused is not None:
                self._hold(several[0], f"the gate refuses it: {refused.reason}", refused.output)

    def _try(self, files: Files) -> Result | None:
        """Mend files as one batch; what the gate says where it refuses, and then nothing has changed."""
        fixes = self._fixes(files)
        if not fixes.changes:
            return None
        self._number += 1
        name = f"{self._phase}.{self._number}"
        turns = self._begin(name, fixes)
        try:
            written = self._write(fixes.changes)
            result = self._gate.run(written, self._tests(written)) if self._gate and written else None
            if (result is None or result.passed) and self._commit and written:
                self._commit(name, written, fixes.fixed)
        except BaseException:
            self._put_back(turns, "interrupted")
            raise
        if result is not None and not result.passed:
            self._put_back(turns, result.reason)
            return result
        mended = sum(path_from(self._root, finding.path) in written for finding in fixes.fixed)
        self._journal.add("kept", files=written, mended=mended, seconds=result.seconds if result else 0.0)
        self._tell(Tally(name, written, mended, {}))
        return None

    def _begin(self, name: str, fixes: Fixes) -> list[Turn]:
        """Save what is there, and what will be, before anything is touched."""
        turns = [self._turn(change) for changes in fixes.changes for change in changes]
        codes = sorted(finding.code for finding in fixes.fixed)
        self._journal.add("batch", run=self._run, batch=name, phase=self._phase, files=turns, codes=codes)
        return turns

    def _turn(self, change: Change) -> Turn:
        store = self._journal.store
        mode = os.stat(change.path).st_mode if change.before is not None else _NEW
        return Turn(path_from(self._root, change.path), store.put(change.before), store.put(change.after), mode)

    def _write(self, changes: Sequence[Sequence[Change]]) -> Files:
        """Write each set of changes, or hold it back where that is not possible; the files that were written."""
        written: list[str] = []
        for several in changes:
            try:
                replace_all(several)
            except DiskError as error:
                reason = f"{path_from(self._root, error.path)} {error.reason}"
                for change in several:
                    self._hold(path_from(self._root, change.path), reason)
            else:
                written += [path_from(self._root, change.path) for change in several]
        return tuple(written)

    def _put_back(self, turns: Sequence[Turn], reason: str) -> None:
        for turn in turns:
            trouble = put(self._root, backwards(turn), self._journal)
            if trouble:
                self._hold(turn.path, f"{trouble}, while the gate was at work; left as it is")
        self._journal.add("undone", reason=reason)

    def _hold(self, path: str, reason: str, output: str = "") -> None:
        self._journal.add("held", run=self._run, path=path, reason=reason, output=output)
        self._tell(Tally("", (), 0, {path: reason}))
