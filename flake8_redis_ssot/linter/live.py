"""A project that is kept in memory while its files change: only what can have changed is looked at again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.discovery import SOURCE_SUFFIXES, discover_project
from flake8_redis_ssot.linter.engine import LocatedFinding, check_file
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.rules.rule import reads_suppressions, select_rules
from flake8_redis_ssot.semantic.facts import Exports


class IncrementalProject:
    """The findings of a project, kept up to date by `refresh` and `set_content`."""

    def __init__(self, config: Config, jobs: int) -> None:
        self._config = config
        self._jobs = jobs
        self._selection = select_rules(config.select, config.ignore)
        self._findings_by_file: dict[str, list[LocatedFinding]] = {}  # of the files that have been judged
        self._analyse_all()

    def _analyse_all(self) -> None:
        """Look at everything."""
        self._files = self._discover_files()
        self._analysis = Analysis(
            self._config,
            sorted(self._files),
            jobs=self._jobs,
            suppressions=reads_suppressions(self._selection),
        )
        self._findings_by_file.clear()

    @property
    def findings(self) -> list[Finding]:
        """All findings, in order of place."""
        return sorted(each.finding for path in self._files for each in self.findings_in(path))

    @property
    def analysis(self) -> Analysis:
        """The facts as they are now; fixes may ask it, and nobody else may change it."""
        return self._analysis

    def findings_in(self, path: str) -> list[LocatedFinding]:
        """What is found in one file (absolute path) now."""
        if path not in self._findings_by_file:
            self._findings_by_file[path] = check_file(self._analysis, path, self._selection)
        return self._findings_by_file[path]

    def contains(self, path: str) -> bool:
        """Whether a file (absolute path) belongs to the project."""
        return path in self._files

    def set_content(self, path: str, data: bytes) -> bool:
        """Go on with other bytes for a file of the project; whether that may have changed what others hold."""
        return self._set_contents({path: data})

    def refresh(self, paths: Iterable[str]) -> bool:
        """Take notice of files that were changed, made or removed (absolute paths); whether any of them is of ours."""
        changed = [path for path in paths if path.endswith(SOURCE_SUFFIXES)]
        known_paths = [path for path in changed if path in self._files and os.path.isfile(path)]
        if len(known_paths) < len(changed) and self._discover_files() != self._files:
            self._analyse_all()
            return True
        return bool(known_paths) and self._reload(known_paths)

    def _discover_files(self) -> frozenset[str]:
        """The files that the settings do not leave out."""
        config = self._config
        return frozenset(discover_project(str(config.root), config.import_roots, config.exclude).files)

    def _reload(self, paths: Sequence[str]) -> bool:
        contents: dict[str, bytes] = {}
        for path in paths:
            with suppress(OSError):  # it is gone again: the next notice tells
                contents[path] = read(path)
        self._set_contents(contents)
        return True

    def _set_contents(self, contents: Mapping[str, bytes]) -> bool:
        before = self._exports_of(contents)
        self._analysis.update_files(contents)
        has_changed_exports = self._exports_of(contents) != before
        for path in list(self._findings_by_file) if has_changed_exports else contents:
            self._findings_by_file.pop(path, None)
        return has_changed_exports

    def _exports_of(self, paths: Mapping[str, object]) -> list[Exports]:
        return [self._analysis.resolver.load_exports(path) for path in paths]
