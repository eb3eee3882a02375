"""The projects that a client's documents belong to, each kept in memory under its configuration."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from flake8_redis_ssot.baseline.entries import entries_of
from flake8_redis_ssot.baseline.matching import Baseline, baseline_of
from flake8_redis_ssot.baseline.storage import BaselineError
from flake8_redis_ssot.config.loading import OWN_NAMES, PYPROJECT, find, load
from flake8_redis_ssot.config.model import Config, ConfigError
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.discovery import ENDINGS
from flake8_redis_ssot.files.processes import default_jobs
from flake8_redis_ssot.linter.live import LiveProject
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.project.config_check import check_names
from flake8_redis_ssot.reports.report import shown_lines


class Kept:
    """One project, its configuration and its baseline."""

    def __init__(self, config: Config, project: LiveProject, baseline: Baseline | None) -> None:
        self.config = config
        self.project = project
        self._entries = frozenset(baseline.entries if baseline else ())

    def findings(self, path: str) -> list[Finding]:
        """What is found in a file (absolute path), in order of place."""
        return [each.finding for each in self.project.found_in(path)]

    def known(self, findings: Sequence[Finding]) -> list[bool]:
        """Whether the baseline knows each of the findings of a file."""
        return [entry in self._entries for entry in entries_of(findings, str(self.config.root))]


class Projects:
    """All projects, by their configuration; `buffers` are texts that are not saved yet, by absolute path."""

    def __init__(self) -> None:
        self._kept: dict[str, Kept | None] = {}
        self._files: dict[str, Path] = {}  # the configurations of documents that are open
        self.buffers: dict[str, bytes] = {}
        self.problems: list[str] = []

    def of(self, path: str) -> Kept | None:
        """The project of a file; None where there is no configuration, or none that can be used (see `problems`)."""
        file = self._files.get(path) or find(Path(path))
        if file is None:
            return None
        if path in self.buffers:
            self._files[path] = file
        key = str(file)
        if key not in self._kept:
            self._kept[key] = self._opened(file)
        return self._kept[key]

    def _opened(self, file: Path) -> Kept | None:
        self.problems = []
        try:
            config = load(file)
            project = LiveProject(config, default_jobs())
            check_names(config, project.analysis.project)
            kept = Kept(config, project, baseline_of(config, ""))
        except (ConfigError, BaselineError) as error:
            self.problems = str(error).splitlines()
            return None
        for path, data in self.buffers.items():
            if project.holds(path):
                project.take(path, data)
        return kept

    def take(self, path: str, data: bytes | None) -> bool:
        """Go on with the text of a document (None: with what is on the disk); whether others may have changed."""
        if data is None:
            self.buffers.pop(path, None)
            self._files.pop(path, None)
        else:
            self.buffers[path] = data
        kept = self.of(path)
        if kept is None or not kept.project.holds(path):
            return False
        try:
            return kept.project.take(path, read(path) if data is None else data)
        except OSError:
            return kept.project.update([path])

    def changed(self, paths: Iterable[str]) -> None:
        """Take notice of files that have changed on the disk; settings and baselines start everything afresh."""
        several = [path for path in paths if path not in self.buffers]
        names = {os.path.basename(path) for path in several}
        if names.intersection((*OWN_NAMES, PYPROJECT)) or any(not path.endswith(ENDINGS) for path in several):
            self._kept.clear()
            self._files.clear()
            return
        for key, kept in list(self._kept.items()):
            if kept is not None and kept.project.update(several):
                for path in [path for path in self.buffers if kept.project.holds(path)]:
                    kept.project.take(path, self.buffers[path])
            elif kept is None:
                del self._kept[key]

    def lines(self, path: str) -> list[str]:
        """The lines of a file as it is now, without their breaks; none where it can't be read."""
        return shown_lines(path, self.buffers.get(path))
