"""A project that is kept in memory while its files change: only what can have changed is looked at again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from flake8_redis_ssot.codes import UNUSED_SUPPRESSION, Selection
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.discovery import ENDINGS, whole_project
from flake8_redis_ssot.linter.engine import Found, found_in
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.semantic.facts import Exports


class LiveProject:
    """The findings of a project, kept up to date by `update` and `take`."""

    def __init__(self, config: Config, jobs: int) -> None:
        self._config = config
        self._jobs = jobs
        self._selection = Selection(config.select, config.ignore)
        self._found: dict[str, list[Found]] = {}  # of the files that have been judged
        self._begin()

    def _begin(self) -> None:
        """Look at everything."""
        self._files = self._listed()
        self._analysis = Analysis(
            self._config,
            sorted(self._files),
            jobs=self._jobs,
            suppressions=self._selection.has(UNUSED_SUPPRESSION),
        )
        self._found.clear()

    @property
    def findings(self) -> list[Finding]:
        """All findings, in order of place."""
        return sorted(each.finding for path in self._files for each in self.found_in(path))

    @property
    def analysis(self) -> Analysis:
        """The facts as they are now; fixes may ask it, and nobody else may change it."""
        return self._analysis

    def found_in(self, path: str) -> list[Found]:
        """What is found in one file (absolute path) now."""
        if path not in self._found:
            self._found[path] = found_in(self._analysis, path, self._selection)
        return self._found[path]

    def holds(self, path: str) -> bool:
        """Whether a file (absolute path) belongs to the project."""
        return path in self._files

    def take(self, path: str, data: bytes) -> bool:
        """Go on with other bytes for a file of the project; whether that may have changed what others hold."""
        return self._edit({path: data})

    def update(self, paths: Iterable[str]) -> bool:
        """Take notice of files that were changed, made or removed (absolute paths); whether any of them is of ours."""
        changed = [path for path in paths if path.endswith(ENDINGS)]
        known = [path for path in changed if path in self._files and os.path.isfile(path)]
        if len(known) < len(changed) and self._listed() != self._files:
            self._begin()
            return True
        return bool(known) and self._change(known)

    def _listed(self) -> frozenset[str]:
        """The files that the settings do not leave out."""
        config = self._config
        return frozenset(whole_project(str(config.root), config.roots, config.exclude).files)

    def _change(self, paths: Sequence[str]) -> bool:
        texts: dict[str, bytes] = {}
        for path in paths:
            with suppress(OSError):  # it is gone again: the next notice tells
                texts[path] = read(path)
        self._edit(texts)
        return True

    def _edit(self, texts: Mapping[str, bytes]) -> bool:
        before = self._exports(texts)
        self._analysis.edit(texts)
        others = self._exports(texts) != before
        for path in list(self._found) if others else texts:
            self._found.pop(path, None)
        return others

    def _exports(self, texts: Mapping[str, object]) -> list[Exports]:
        return [self._analysis.project.load(path) for path in texts]
