"""The projects of a client's documents, each kept in memory under its configuration."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from flake8_redis_ssot.baseline.entries import build_entries
from flake8_redis_ssot.baseline.matching import Baseline, load_baseline
from flake8_redis_ssot.baseline.storage import BaselineError
from flake8_redis_ssot.config.loading import OWN_NAMES, find_config, find_config_in, load_config
from flake8_redis_ssot.config.model import Config, ConfigError
from flake8_redis_ssot.files.atomic_write import Change, read
from flake8_redis_ssot.files.discovery import SOURCE_SUFFIXES, discover
from flake8_redis_ssot.files.toml_files import PYPROJECT
from flake8_redis_ssot.linter.engine import LocatedFinding
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

    def findings_in(self, path: str) -> list[LocatedFinding]:
        """The findings in a file (absolute path), in order; the same list as long as they are the same."""
        return self.project.findings_in(path)

    def fix_all(self, *paths: str) -> list[Change]:
        """The changes of every safe fix for the findings in some files (absolute paths).

        A fix may change other files as well. Unsaved documents are taken into account. Raises BaselineError.
        """
        if not any(map(self.findings_in, paths)):
            return []
        request = CheckRequest(paths=paths, trust=Applicability.SAFE, cache=False, jobs=1)
        try:
            groups = self.project.run(request).changes
        except ConfigError:
            return []  # an unsaved edit has just removed what the configuration names
        finally:
            self.project.revert_edits()
        return [change for group in groups for change in group]

    def baseline_flags(self, findings: Sequence[Finding]) -> list[bool]:
        """Whether each of the findings of a file is in the baseline."""
        return [entry in self._baseline_entries for entry in build_entries(findings, str(self.config.root))]


class OpenProjects:
    """All projects by configuration; `unsaved_buffers` are the bytes of open documents, by absolute path.

    `problems` are messages about configurations, with a line for each mistake; whoever shows them clears them.
    `configuration` is a file that holds for everything instead of the nearest one; its paths are relative to `root`.
    `show_progress` is entered while a project is analysed; it gets the configuration file.
    """

    def __init__(self) -> None:
        self._open_projects: dict[str, OpenProject | None] = {}
        self._config_files: dict[str, Path] = {}  # of the open documents
        self._config_by_folder: dict[str, Path | None] = {}
        self._configs_below: dict[str, tuple[Path, ...]] = {}
        self._reported: dict[Path, str] = {}
        self.unsaved_buffers: dict[str, bytes] = {}
        self.problems: list[str] = []
        self.configuration: Path | None = None
        self.root: Path | None = None
        self.show_progress: Callable[[Path], AbstractContextManager[object]] = nullcontext

    def project_for(self, path: str) -> OpenProject | None:
        """The project of a file; None if it has no configuration, or an invalid one (see `problems`)."""
        file = self.configuration or self._config_files.get(path) or find_config(Path(path))
        if file is None:
            return None
        if path in self.unsaved_buffers:
            self._config_files[path] = file
        return self._load(file)

    def _load(self, file: Path) -> OpenProject | None:
        key = str(file)
        if key not in self._open_projects:
            with self.show_progress(file):
                self._open_projects[key] = self._open_project(file)
        return self._open_projects[key]

    def all_projects(self, folders: Iterable[str]) -> list[OpenProject]:
        """The projects that are configured in, above or below some folders (absolute paths), or have open documents."""
        if self.configuration is not None:
            files = [self.configuration]
        else:
            files = [file for folder in folders for file in self._find_configs(folder)]
            files += filter(None, map(self._config_of, self.unsaved_buffers))
        return list(filter(None, map(self._load, dict.fromkeys(files))))

    def _find_configs(self, folder: str) -> tuple[Path, ...]:
        """The configuration that holds for a folder, and those in folders below it."""
        if folder not in self._configs_below:
            own = find_config(Path(folder))
            opened = self._load(own) if own else None
            root, exclude = (str(opened.config.root), opened.config.exclude) if opened else (folder, ())
            candidates = discover([folder], root=root, exclude=exclude).config_files
            below = (find_config_in(os.path.dirname(file)) for file in candidates)
            self._configs_below[folder] = tuple(dict.fromkeys(filter(None, (own, *below))))
        return self._configs_below[folder]

    def _config_of(self, path: str) -> Path | None:
        """The nearest configuration of a file, looked up once for each folder."""
        folder = os.path.dirname(path)
        if folder not in self._config_by_folder:
            self._config_by_folder[folder] = find_config(Path(folder))
        return self._config_by_folder[folder]

    def own_files(self, opened: OpenProject) -> list[str]:
        """The files of a project (absolute paths) that have no nearer configuration."""
        if self.configuration is not None:
            return list(opened.project.files)
        return [path for path in opened.project.files if self._config_of(path) == opened.config.file]

    def _open_project(self, file: Path) -> OpenProject | None:
        try:
            config = load_config(file, root=self.root if file == self.configuration else None)
            project = open_project(config, CheckRequest(paths=(str(config.root),), cache=False, baseline=None))
            check_names(config, project.analysis.resolver, project.analysis.tree)
            opened = OpenProject(config, project, load_baseline(config, ""))
        except (ConfigError, BaselineError) as error:
            self._report_problem(file, str(error))
            return None
        except OSError as error:
            self._report_problem(file, f"{file}: {error.strerror}")
            return None
        self._reported.pop(file, None)
        for path, data in self.unsaved_buffers.items():
            if project.contains(path):
                project.set_content(path, data)
        return opened

    def _report_problem(self, file: Path, text: str) -> None:
        """Add a problem of a configuration, unless it is known already."""
        if self._reported.get(file) != text:
            self._reported[file] = text
            self.problems.append(text)

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
            self.reload()
            return
        for key, opened in list(self._open_projects.items()):
            if opened is not None and opened.project.refresh(saved_paths):
                for path in [path for path in self.unsaved_buffers if opened.project.contains(path)]:
                    opened.project.set_content(path, self.unsaved_buffers[path])
            elif opened is None:
                del self._open_projects[key]

    def reload(self) -> None:
        """Forget all configurations, so that they are read again."""
        for cached in (
            self._open_projects,
            self._config_files,
            self._config_by_folder,
            self._configs_below,
            self._reported,
        ):
            cached.clear()

    def read_lines(self, path: str) -> list[str]:
        """The current lines of a file, without line breaks; of a notebook, those of its cells. Empty if unreadable."""
        return read_source_lines(path, self.unsaved_buffers.get(path))
