"""Save, fix and validate batches, keep or restore each; one that fails is bisected to find the files at fault."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from flake8_redis_ssot.campaign.journal import FileChange, Journal
from flake8_redis_ssot.campaign.rollback import apply_file_change, reverse_change
from flake8_redis_ssot.campaign.validation import ValidationCommand, ValidationResult
from flake8_redis_ssot.files.atomic_write import Change, DiskError, replace_all
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.plurals import plural

FilePaths = tuple[str, ...]
_NEW_FILE_MODE = 0o100644  # of a file that a batch creates, should it be created again


class BatchFixes(NamedTuple):
    """The fixes for some files: groups of changes that belong together, and the findings that they fix."""

    changes: Sequence[Sequence[Change]]
    fixed: Sequence[Finding]


class BatchResult(NamedTuple):
    """The result of a batch or a part of one: kept files (relative to the root), and skipped files with reasons.

    `output` is the end of what the validation command wrote about a skipped file.
    """

    batch: str
    kept_files: FilePaths
    fixed_count: int
    skipped: dict[str, str]
    output: str = ""


class Remediation:
    """One run of a campaign.

    `compute_fixes(files)` returns the fixes for files (relative to `root`) as they are now, and `find_tests(files)`
    their tests. `report_result` is called with each result, `report_activity` with what is being done, `commit` with
    the name, files and fixed findings of each batch that is kept.
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
        validation: ValidationCommand | None,
        report_result: Callable[[BatchResult], None],
        commit: Callable[[str, FilePaths, Sequence[Finding]], None] | None = None,
        report_activity: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._root = root
        self._journal = journal
        self._run_name = run_name
        self._phase = phase
        self._compute_fixes = compute_fixes
        self._find_tests = find_tests
        self._validation = validation
        self._report_result = report_result
        self._commit = commit
        self._report_activity = report_activity
        self._batch_number = sum(1 for batch in journal.batches if batch.run_name == run_name)

    def run_validation(self, files: FilePaths) -> ValidationResult | None:
        """The result of the validation command for unchanged files; None if there is no command."""
        return None if self._validation is None else self._validation.run(files, self._find_tests(files))

    def run_batch(self, files: FilePaths) -> None:
        """Fix some files. Raises OSError if the journal or the store can't be written."""
        pending = deque([files])
        while pending:
            group = pending.popleft()
            failure = self._apply_batch(group)
            if failure is not None and len(group) > 1:
                middle = len(group) // 2
                self._report_activity(f"validation failed ({failure.reason}): trying halves of {len(group)} files")
                pending.extendleft((group[middle:], group[:middle]))
            elif failure is not None:
                self._skip_file(group[0], f"validation failed: {failure.reason}", failure.output)

    def _apply_batch(self, files: FilePaths) -> ValidationResult | None:
        """Fix files as one batch; if validation fails, restore them and return its result."""
        name = f"{self._phase}.{self._batch_number + 1}"
        self._report_activity(f"{name}: fixing {plural(len(files), 'file')}")
        fixes = self._compute_fixes(files)
        if not fixes.changes:
            return None
        self._batch_number += 1
        changes = self._record_batch(name, fixes)
        try:
            written = self._write_changes(fixes.changes)
            if self._validation and written:
                self._report_activity(f"{name}: validating {plural(len(written), 'file')}")
            result = self._validation.run(written, self._find_tests(written)) if self._validation and written else None
            if (result is None or result.passed) and self._commit and written:
                self._commit(name, written, fixes.fixed)
        except BaseException:
            self._restore_files(changes, "interrupted")
            raise
        if result is not None and not result.passed:
            self._restore_files(changes, result.reason)
            return result
        fixed_count = sum(to_relative_path(self._root, finding.path) in written for finding in fixes.fixed)
        self._journal.append("kept", files=written, fixed=fixed_count, seconds=result.seconds if result else 0.0)
        self._journal.store.forget()
        self._report_result(BatchResult(name, written, fixed_count, {}))
        return None

    def _record_batch(self, name: str, fixes: BatchFixes) -> list[FileChange]:
        """Save all contents, before and after, before any file is written."""
        file_changes = [self._save_change(change) for changes in fixes.changes for change in changes]
        codes = sorted(finding.code for finding in fixes.fixed)
        self._journal.append(
            "batch", run=self._run_name, batch=name, phase=self._phase, files=file_changes, codes=codes
        )
        return file_changes

    def _save_change(self, change: Change) -> FileChange:
        store = self._journal.store
        mode = os.stat(change.path).st_mode if change.before is not None else _NEW_FILE_MODE
        return FileChange(
            to_relative_path(self._root, change.path), store.put(change.before), store.put(change.after), mode
        )

    def _write_changes(self, changes: Sequence[Sequence[Change]]) -> FilePaths:
        """Write each group of changes, or skip it if that fails; the files that were written."""
        written: list[str] = []
        for group in changes:
            try:
                replace_all(group)
            except DiskError as error:
                reason = f"{to_relative_path(self._root, error.path)} {error.reason}"
                for change in group:
                    self._skip_file(to_relative_path(self._root, change.path), reason)
            else:
                written += [to_relative_path(self._root, change.path) for change in group]
        return tuple(written)

    def _restore_files(self, changes: Sequence[FileChange], reason: str) -> None:
        for change in changes:
            problem = apply_file_change(self._root, reverse_change(change), self._journal)
            if problem:
                self._skip_file(change.path, f"{problem}, while the validation command ran; left as it is")
        self._journal.append("undone", reason=reason)
        self._journal.store.forget()

    def _skip_file(self, path: str, reason: str, output: str = "") -> None:
        self._journal.append("held", run=self._run_name, path=path, reason=reason, output=output)
        self._report_result(BatchResult("", (), 0, {path: reason}, output))
