"""What the criteria look at: the project as it is now, its findings, and what the campaign has noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from flake8_redis_ssot.baseline.entries import path_from
from flake8_redis_ssot.baseline.matching import Sifted
from flake8_redis_ssot.campaign.journal import Asked, Journal
from flake8_redis_ssot.campaign.verify.config_files import Named, old_names_in
from flake8_redis_ssot.codes import Selection
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.model import Finding
from flake8_redis_ssot.project.analysis import Analysis


@dataclass(frozen=True)
class Scene:
    """One project at one time.

    `findings` are those that the baseline does not know (`sifted` has the others); `journal` is None where there is no
    campaign. `asked` is what the gate has said just now, where it was asked, and `unasked` why it could not be.
    """

    config: Config
    files: Sequence[str]
    findings: Sequence[Finding]
    sifted: Sequence[Sifted]
    analysis: Analysis
    journal: Journal | None
    jobs: int
    asked: Asked | None = None
    unasked: str = ""

    @property
    def root(self) -> str:
        """The configuration's folder, which paths count from."""
        return str(self.config.root)

    def relative(self, path: str) -> str:
        """A path as evidence has it."""
        return path_from(self.root, path)

    @property
    def known(self) -> list[Finding]:
        """The findings that the baseline lets pass."""
        return [finding for each in self.sifted for finding in each.known]

    def looks_for(self, code: str) -> bool:
        """Whether the settings ask for a code."""
        return Selection(self.config.select, self.config.ignore).has(code)

    @cached_property
    def named(self) -> tuple[Named, ...]:
        """Where files that are no Python name something deprecated."""
        return tuple(old_names_in(self.config, self.analysis.guards))
