"""A project that is kept in memory while its files change: only what can have changed is looked at again."""

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
    """The project that the paths of a request belong to. Raises ValueError where the baseline can't be used."""
    store = open_store(config, request)
    return IncrementalProject(create_task(config, request, store), store)


class IncrementalProject:
    """The facts and findings of a project, kept up to date by `refresh`, `set_content` and `apply_edits`.

    `task` says which files it has, and which codes are asked for. With `store`, what earlier runs have found out is
    made use of. `fingerprints` are those that the files have now, where they are known.
    """

    def __init__(
        self, task: CheckTask, store: CacheStore | None = None, fingerprints: FileFingerprints | None = None
    ) -> None:
        self._task = task
        self._store = store
        self._analyse_all(fingerprints or FileFingerprints.from_disk(task.project_files))

    def _analyse_all(self, fingerprints: FileFingerprints) -> None:
        """Look at everything."""
        task = self._task
        self._fingerprints = fingerprints
        self._facts_cache = load_facts(self._store, task.config, fingerprints) if self._store else None
        self._files = frozenset((*task.project_files, *task.buffers))
        self._findings_by_file: dict[str, list[LocatedFinding]] = {}  # of the files that have been judged
        self._contents = dict(task.buffers)  # what has been set in the place of what was read
        self._originals: dict[str, bytes] = {}  # of the files that stand edited in memory
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
        """The facts as they are now; fixes may ask it, and nobody else may change it."""
        return self._analysis

    @property
    def config(self) -> Config:
        """The settings."""
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
        """All findings, in order of place."""
        return sorted(each.finding for path in self._files for each in self.findings_in(path))

    def findings_in(self, path: str) -> list[LocatedFinding]:
        """What is found in one file (absolute path) now."""
        if path not in self._findings_by_file:
            task = self._task
            self._findings_by_file[path] = check_file(self._analysis, path, task.selection, noqa=task.request.noqa)
        return self._findings_by_file[path]

    def run(self, request: CheckRequest) -> CheckResult:
        """What a run of its own would find or fix in the paths of a request, which lie in this project.

        Fixes stay in memory, until `refresh` or `revert_edits`. Raises ConfigError where the configuration names what
        is not there, ValueError where the baseline can't be used.
        """
        from flake8_redis_ssot.linter.execute import execute  # late: to show what is found needs none of it

        task = create_task(self.config, request, self._store, self.files)
        result = complete_result(task, execute(task, self))
        self.save_facts()
        return result

    def save_facts(self) -> None:
        """Write down what was found out about files, for later runs."""
        if self._facts_cache is not None:
            self._facts_cache.save([path for path in self.files if path not in self._task.buffers])

    def set_content(self, path: str, data: bytes) -> bool:
        """Go on with other bytes for a file of the project; whether that may have changed what others hold."""
        return self._set_contents({path: data})

    def apply_edits(self, documents: Mapping[str, SourceDocument]) -> None:
        """Go on with edited files (by absolute path), which stand nowhere but in memory."""
        for path in documents:
            self._originals.setdefault(path, self._analysis.read_bytes(path))
        contents = {path: document.data for path, document in documents.items()}
        self._contents |= contents
        self._findings_by_file.clear()
        self._analysis.update_files(contents, {path: document.source for path, document in documents.items()})

    def revert_edits(self) -> None:
        """Take back what was edited in memory."""
        originals, self._originals = self._originals, {}
        self._set_contents(originals)

    def refresh(self, paths: Iterable[str] | None = None) -> bool:
        """Take notice of what has changed on the disk; whether any of it is of ours.

        `paths` are the files that were changed, made or removed (absolute), where that is known. What was edited in
        memory and not written is taken back.
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
        """The files whose fingerprints are not what they were, and those that stand edited in memory."""
        before, self._fingerprints = self._fingerprints, FileFingerprints.from_disk(self.files)
        return [path for path in self.files if path in self._originals or not self._fingerprints.is_same(path, before)]

    def _reload(self, paths: Iterable[str]) -> None:
        contents: dict[str, bytes] = {}
        for path in paths:
            self._originals.pop(path, None)
            with suppress(OSError):  # it is gone again: the next notice tells
                data = read(path)
                if data != self._contents.get(path):
                    contents[path] = data
        self._set_contents(contents)

    def _set_contents(self, contents: Mapping[str, bytes]) -> bool:
        if not contents:
            return False
        # Not what stands on the disk: that may be newer than what was found.
        before = [self._analysis.known_exports(path) for path in contents]
        self._contents |= contents
        self._analysis.update_files(contents)
        has_changed_exports = [self._analysis.resolver.load_exports(path) for path in contents] != before
        for path in list(self._findings_by_file) if has_changed_exports else contents:
            self._findings_by_file.pop(path, None)
        return has_changed_exports
