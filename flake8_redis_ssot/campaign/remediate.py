"""Batch after batch: save, fix, ask the gate, keep or put back; what the gate refuses is halved until it is found."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from flake8_redis_ssot.baseline.entries import path_from
from flake8_redis_ssot.campaign.gate import Gate, GateResult
from flake8_redis_ssot.campaign.journal import FileChange, Journal
from flake8_redis_ssot.campaign.rollback import apply_file_change, reverse_change
from flake8_redis_ssot.files.atomic_write import Change, DiskError, replace_all
from flake8_redis_ssot.model import Finding

FilePaths = tuple[str, ...]
_NEW_FILE_MODE = 0o100644  # the bits of a file that a batch makes, should it have to be made once more


class BatchFixes(NamedTuple):
    """What can be done about some files: sets of changes that belong together, and the findings that they mend."""

    changes: Sequence[Sequence[Change]]
    fixed: Sequence[Finding]


class BatchResult(NamedTuple):
    """What came of a batch, or of a half of one: files (paths from the root) kept, findings mended, files held back."""

    batch: str
    kept_files: FilePaths
    fixed_count: int
    held_back: dict[str, str]


class Remediation:
    """The work of one run.

    `compute_fixes(files)` works out what can be done about files (paths from `root`), as they are now.
    `find_tests(files)` are the tests that belong to files. `report_result` hears of each tally, and `commit` is handed
    the files of each batch that stays.
    """

    def __init__(
        self,
        root: str,
        journal: Journal,
        run_name: str,
        phase: int,
        *,
        compute_fixes: Callable[[FilePaths], BatchFixes],
        find_tests: Callable[[FilePaths], FilePaths],
        gate: Gate | None,
        report_result: Callable[[BatchResult], None],
        commit: Callable[[str, FilePaths, Sequence[Finding]], None] | None = None,
    ) -> None:
        self._root = root
        self._journal = journal
        self._run_name = run_name
        self._phase = phase
        self._compute_fixes = compute_fixes
        self._find_tests = find_tests
        self._gate = gate
        self._report_result = report_result
        self._commit = commit
        self._batch_number = sum(1 for batch in journal.batches if batch.run_name == run_name)

    def check_gate(self, files: FilePaths) -> GateResult | None:
        """What the gate says before anything has changed; None where there is no gate."""
        return None if self._gate is None else self._gate.run(files, self._find_tests(files))

    def run_batch(self, files: FilePaths) -> None:
        """Mend some files. Raises OSError where the disk does not let us keep what we must not lose."""
        pending = deque([files])
        while pending:
            group = pending.popleft()
            failure = self._apply_batch(group)
            if failure is not None and len(group) > 1:
                middle = len(group) // 2
                pending.extendleft((group[middle:], group[:middle]))
            elif failure is not None:
                self._hold_back(group[0], f"the gate refuses it: {failure.reason}", failure.output)

    def _apply_batch(self, files: FilePaths) -> GateResult | None:
        """Mend files as one batch; what the gate says where it refuses, and then nothing has changed."""
        fixes = self._compute_fixes(files)
        if not fixes.changes:
            return None
        self._batch_number += 1
        name = f"{self._phase}.{self._batch_number}"
        changes = self._record_batch(name, fixes)
        try:
            written = self._write_changes(fixes.changes)
            result = self._gate.run(written, self._find_tests(written)) if self._gate and written else None
            if (result is None or result.passed) and self._commit and written:
                self._commit(name, written, fixes.fixed)
        except BaseException:
            self._restore_files(changes, "interrupted")
            raise
        if result is not None and not result.passed:
            self._restore_files(changes, result.reason)
            return result
        fixed_count = sum(path_from(self._root, finding.path) in written for finding in fixes.fixed)
        self._journal.append("kept", files=written, mended=fixed_count, seconds=result.seconds if result else 0.0)
        self._report_result(BatchResult(name, written, fixed_count, {}))
        return None

    def _record_batch(self, name: str, fixes: BatchFixes) -> list[FileChange]:
        """Save what is there, and what will be, before anything is touched."""
        file_changes = [self._save_change(change) for changes in fixes.changes for change in changes]
        codes = sorted(finding.code for finding in fixes.fixed)
        self._journal.append(
            "batch", run=self._run_name, batch=name, phase=self._phase, files=file_changes, codes=codes
        )
        return file_changes

    def _save_change(self, change: Change) -> FileChange:
        store = self._journal.store
        mode = os.stat(change.path).st_mode if change.before is not None else _NEW_FILE_MODE
        return FileChange(path_from(self._root, change.path), store.put(change.before), store.put(change.after), mode)

    def _write_changes(self, changes: Sequence[Sequence[Change]]) -> FilePaths:
        """Write each set of changes, or hold it back where that is not possible; the files that were written."""
        written: list[str] = []
        for group in changes:
            try:
                replace_all(group)
            except DiskError as error:
                reason = f"{path_from(self._root, error.path)} {error.reason}"
                for change in group:
                    self._hold_back(path_from(self._root, change.path), reason)
            else:
                written += [path_from(self._root, change.path) for change in group]
        return tuple(written)

    def _restore_files(self, changes: Sequence[FileChange], reason: str) -> None:
        for change in changes:
            problem = apply_file_change(self._root, reverse_change(change), self._journal)
            if problem:
                self._hold_back(change.path, f"{problem}, while the gate was at work; left as it is")
        self._journal.append("undone", reason=reason)

    def _hold_back(self, path: str, reason: str, output: str = "") -> None:
        self._journal.append("held", run=self._run_name, path=path, reason=reason, output=output)
        self._report_result(BatchResult("", (), 0, {path: reason}))
