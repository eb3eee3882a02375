"""The input of the criteria: the project, its findings, and the campaign's journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from flake8_redis_ssot.baseline.matching import BaselineResult
from flake8_redis_ssot.campaign.journal import Journal, ValidationRun
from flake8_redis_ssot.campaign.verify.config_files import ConfigReference, find_config_references
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.imported_names import LostName
from flake8_redis_ssot.project.lost_names import LostNameSearch
from flake8_redis_ssot.rules.rule import select_rules
from flake8_redis_ssot.runtime.records import RunRecord


@dataclass(frozen=True)
class VerificationContext:
    """A project at one time.

    `findings` are those that are not in the baseline (`baseline_results` has the others); `journal` is None without a
    campaign. `validation_run` is a run of the validation command just now, if requested, and `validation_error` why it
    could not be run. `run` is a recorded run of the program.
    """

    config: Config
    files: Sequence[str]
    findings: Sequence[Finding]
    baseline_results: Sequence[BaselineResult]
    analysis: Analysis
    journal: Journal | None
    jobs: int
    validation_run: ValidationRun | None = None
    validation_error: str = ""
    run: RunRecord | None = None

    @property
    def root(self) -> str:
        """The configuration's folder."""
        return str(self.config.root)

    def relative_path(self, path: str) -> str:
        """A path relative to `root`, with `/`."""
        return to_relative_path(self.root, path)

    @property
    def baselined_findings(self) -> list[Finding]:
        """The findings that are in the baseline."""
        return [finding for each in self.baseline_results for finding in each.known]

    def is_code_enabled(self, code: str) -> bool:
        """Whether the settings select a code."""
        return select_rules(self.config.select, self.config.ignore).has_code(code)

    @cached_property
    def config_references(self) -> tuple[ConfigReference, ...]:
        """The deprecated names in settings files."""
        return tuple(find_config_references(self.config, self.analysis.resources))

    @cached_property
    def lost_name_search(self) -> LostNameSearch:
        """Reads the names that files import and offer."""
        return LostNameSearch(self.analysis.resolver, self.analysis.contents.current_bytes)

    @cached_property
    def lost_names(self) -> Mapping[str, Sequence[LostName]]:
        """The imported names that lead nowhere, by the path of the Python file that imports them."""
        return self.lost_name_search.find([path for path in self.files if path.endswith(".py")], self.jobs)
