"""The projects of a client's documents, each kept in memory under its configuration."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from flake8_redis_ssot.baseline.entries import build_entries
from flake8_redis_ssot.baseline.matching import Baseline, load_baseline
from flake8_redis_ssot.baseline.storage import BaselineError
from flake8_redis_ssot.config.loading import OWN_NAMES, find_config, load_config
from flake8_redis_ssot.config.model import Config, ConfigError
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.discovery import PYPROJECT, SOURCE_SUFFIXES
from flake8_redis_ssot.linter.live import IncrementalProject, open_project
from flake8_redis_ssot.linter.request import CheckRequest
from flake8_redis_ssot.model import Applicability, Finding
from flake8_redis_ssot.project.config_check import check_names
from flake8_redis_ssot.reports.report import read_source_lines


class OpenProject:
    """One project, its configuration and its baseline."""

    def __init__(self, config: Config, project: IncrementalProject, baseline: Baseline | None) -> None:
        self.config = config
        self.project = project
        self._baseline_entries = frozenset(baseline.entries if baseline else ())

    def findings_in(self, path: str) -> list[Finding]:
        """The findings in a file (absolute path), in order."""
        return [each.finding for each in self.project.findings_in(path)]

    def fix_all(self, path: str, data: bytes) -> bytes:
        """The bytes of a document (absolute path, `data` is its text) after every safe fix that changes no other file.

        Other unsaved documents are taken into account. Raises BaselineError.
        """
        request = CheckRequest(paths=(path,), buffer=data, trust=Applicability.SAFE, cache=False, jobs=1)
        try:
            changes = self.project.run(request).changes
        except ConfigError:
            return data  # an unsaved edit has just removed what the configuration names
        finally:
            self.project.revert_edits()
        return next((each.after or data for group in changes for each in group if each.path == path), data)

    def baseline_flags(self, findings: Sequence[Finding]) -> list[bool]:
        """Whether each of the findings of a file is in the baseline."""
        return [entry in self._baseline_entries for entry in build_entries(findings, str(self.config.root))]


class OpenProjects:
    """All projects by configuration; `unsaved_buffers` are the bytes of open documents, by absolute path."""

    def __init__(self) -> None:
        self._open_projects: dict[str, OpenProject | None] = {}
        self._config_files: dict[str, Path] = {}  # of the open documents
        self.unsaved_buffers: dict[str, bytes] = {}
        self.problems: list[str] = []

    def project_for(self, path: str) -> OpenProject | None:
        """The project of a file; None if it has no configuration, or an invalid one (see `problems`)."""
        file = self._config_files.get(path) or find_config(Path(path))
        if file is None:
            return None
        if path in self.unsaved_buffers:
            self._config_files[path] = file
        key = str(file)
        if key not in self._open_projects:
            self._open_projects[key] = self._open_project(file)
        return self._open_projects[key]

    def _open_project(self, file: Path) -> OpenProject | None:
        self.problems = []
        try:
            config = load_config(file)
            project = open_project(config, CheckRequest(paths=(str(config.root),), cache=False, baseline=None))
            check_names(config, project.analysis.resolver, project.analysis.tree)
            opened = OpenProject(config, project, load_baseline(config, ""))
        except (ConfigError, BaselineError) as error:
            self.problems = str(error).splitlines()
            return None
        for path, data in self.unsaved_buffers.items():
            if project.contains(path):
                project.set_content(path, data)
        return opened

    def set_buffer(self, path: str, data: bytes | None) -> bool:
        """Replace the bytes of a document (None: by those on disk); whether findings elsewhere may have changed."""
        if data is None:
            self.unsaved_buffers.pop(path, None)
            self._config_files.pop(path, None)
        else:
            self.unsaved_buffers[path] = data
        opened = self.project_for(path)
        if opened is None or not opened.project.contains(path):
            return False
        try:
            return opened.project.set_content(path, read(path) if data is None else data)
        except OSError:
            return opened.project.refresh([path])

    def refresh_files(self, paths: Iterable[str]) -> None:
        """Read files again that have changed on disk; a changed configuration or baseline reloads all projects."""
        saved_paths = [path for path in paths if path not in self.unsaved_buffers]
        names = {os.path.basename(path) for path in saved_paths}
        if names.intersection((*OWN_NAMES, PYPROJECT)) or any(
            not path.endswith(SOURCE_SUFFIXES) for path in saved_paths
        ):
            self._open_projects.clear()
            self._config_files.clear()
            return
        for key, opened in list(self._open_projects.items()):
            if opened is not None and opened.project.refresh(saved_paths):
                for path in [path for path in self.unsaved_buffers if opened.project.contains(path)]:
                    opened.project.set_content(path, self.unsaved_buffers[path])
            elif opened is None:
                del self._open_projects[key]

    def read_lines(self, path: str) -> list[str]:
        """The current lines of a file without line breaks; empty if it can't be read."""
        return read_source_lines(path, self.unsaved_buffers.get(path))
