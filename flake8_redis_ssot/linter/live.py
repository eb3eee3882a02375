"""A project that is kept in memory while its files change, and is checked again incrementally."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.cache_store import CacheStore
from flake8_redis_ssot.files.discovery import SOURCE_SUFFIXES
from flake8_redis_ssot.files.fingerprints import FileFingerprints
from flake8_redis_ssot.files.processes import default_jobs
from flake8_redis_ssot.linter.engine import LocatedFinding, check_file
from flake8_redis_ssot.linter.request import CheckRequest, CheckResult, CheckTask
from flake8_redis_ssot.linter.result_cache import load_facts
from flake8_redis_ssot.linter.task import complete_result, create_task, open_store
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.rules.rule import reads_suppressions

if TYPE_CHECKING:
    from flake8_redis_ssot.fixes.document import SourceDocument


def open_project(config: Config, request: CheckRequest) -> IncrementalProject:
    """The project that the paths of a request belong to. Raises ValueError if the baseline can't be used."""
    store = open_store(config, request)
    return IncrementalProject(create_task(config, request, store), store)


class IncrementalProject:
    """The facts and findings of a project, kept up to date by `refresh`, `set_content` and `apply_edits`.

    `task` has its files and the selected codes. `store` is the cache (None: none). `fingerprints` are those of the
    files now, if they are known.
    """

    def __init__(
        self, task: CheckTask, store: CacheStore | None = None, fingerprints: FileFingerprints | None = None
    ) -> None:
        self._task = task
        self._store = store
        self._analyse_all(fingerprints or FileFingerprints.from_disk(task.project_files))

    def _analyse_all(self, fingerprints: FileFingerprints) -> None:
        """Analyse the whole project."""
        task = self._task
        self._fingerprints = fingerprints
        self._facts_cache = load_facts(self._store, task.config, fingerprints) if self._store else None
        self._files = frozenset((*task.project_files, *task.buffers))
        self._findings_by_file: dict[str, list[LocatedFinding]] = {}  # of the files that have been checked
        self._contents = dict(task.buffers)  # of the files that differ from the disk
        self._originals: dict[str, bytes] = {}  # of the files with edits that are not written
        self._analysis = Analysis(
            task.config,
            task.project_files,
            jobs=task.request.jobs or default_jobs(),
            overlay=task.buffers,
            facts_cache=self._facts_cache,
            suppressions=task.request.noqa and reads_suppressions(task.selection),
        )

    @property
    def analysis(self) -> Analysis:
        """The facts of the project now; only this class may update them."""
        return self._analysis

    @property
    def config(self) -> Config:
        """The configuration."""
        return self._task.config

    @property
    def files(self) -> tuple[str, ...]:
        """All files (absolute paths), in order."""
        return self._task.project_files

    def contains(self, path: str) -> bool:
        """Whether a file (absolute path) belongs to the project."""
        return path in self._files

    @property
    def findings(self) -> list[Finding]:
        """All findings, in order."""
        return sorted(each.finding for path in self._files for each in self.findings_in(path))

    def findings_in(self, path: str) -> list[LocatedFinding]:
        """The findings in one file (absolute path), in order."""
        if path not in self._findings_by_file:
            task = self._task
            self._findings_by_file[path] = check_file(self._analysis, path, task.selection, noqa=task.request.noqa)
        return self._findings_by_file[path]

    def check(self) -> CheckResult:
        """The result for the files and the baseline of the project's own task, without fixes."""
        checked = dict.fromkeys(self._task.checked_files)
        return complete_result(
            self._task,
            CheckResult(each.finding for path in checked for each in self.findings_in(os.path.abspath(path))),
        )

    def run(self, request: CheckRequest) -> CheckResult:
        """The result of a request whose paths are in this project.

        Fixes stay in memory, until `refresh` or `revert_edits`. Raises ConfigError if the configuration names something
        that does not exist, ValueError if the baseline can't be used.
        """
        from flake8_redis_ssot.linter.execute import execute  # late: an editor may never need it

        task = create_task(self.config, request, self._store, self.files)
        result = complete_result(task, execute(task, self))
        self.save_facts()
        return result

    def save_facts(self) -> None:
        """Store the facts of the files for later runs."""
        if self._facts_cache is not None:
            self._facts_cache.save([path for path in self.files if path not in self._task.buffers])

    def set_content(self, path: str, data: bytes) -> bool:
        """Replace the bytes of a file (absolute path); whether findings in other files may have changed."""
        return self._set_contents({path: data})

    def apply_edits(self, documents: Mapping[str, SourceDocument]) -> None:
        """Replace files (by absolute path) by edited documents, in memory only."""
        for path in documents:
            self._originals.setdefault(path, self._analysis.read_bytes(path))
        contents = {path: document.data for path, document in documents.items()}
        self._contents |= contents
        self._findings_by_file.clear()
        self._analysis.update_files(contents, {path: document.source for path, document in documents.items()})

    def revert_edits(self) -> None:
        """Undo `apply_edits`."""
        originals, self._originals = self._originals, {}
        self._set_contents(originals)

    def refresh(self, paths: Iterable[str] | None = None) -> bool:
        """Read changed files again; whether any file of the project has changed.

        `paths` are the files that were changed, created or removed (absolute; None: unknown). Their edits are undone.
        """
        changed = [path for path in paths if path.endswith(SOURCE_SUFFIXES)] if paths is not None else None
        known_paths = [path for path in changed or () if path in self._files and os.path.isfile(path)]
        if changed is None or len(known_paths) < len(changed):
            task = create_task(self.config, self._task.request, self._store)
            if task.project_files != self.files:
                self._task = task
                self._analyse_all(FileFingerprints.from_disk(task.project_files))
                return True
            known_paths = known_paths if changed is not None else self._changed_files()
        self._reload(known_paths)
        return bool(known_paths)

    def _changed_files(self) -> list[str]:
        """The files whose fingerprints have changed, and those with edits in memory."""
        before, self._fingerprints = self._fingerprints, FileFingerprints.from_disk(self.files)
        return [path for path in self.files if path in self._originals or not self._fingerprints.is_same(path, before)]

    def _reload(self, paths: Iterable[str]) -> None:
        contents: dict[str, bytes] = {}
        for path in paths:
            self._originals.pop(path, None)
            with suppress(OSError):  # it is gone again, and the next refresh handles that
                data = read(path)
                if data != self._contents.get(path):
                    contents[path] = data
        self._set_contents(contents)

    def _set_contents(self, contents: Mapping[str, bytes]) -> bool:
        if not contents:
            return False
        # Not the exports of the file on disk, which may be newer than the findings.
        before = [self._analysis.known_exports(path) for path in contents]
        self._contents |= contents
        self._analysis.update_files(contents)
        has_changed_exports = [self._analysis.resolver.load_exports(path) for path in contents] != before
        affected = {*contents}.union(*(self._analysis.tree_readers.get(path, ()) for path in contents))
        for path in list(self._findings_by_file) if has_changed_exports else affected:
            self._findings_by_file.pop(path, None)
        return has_changed_exports or len(affected) > len(contents)
