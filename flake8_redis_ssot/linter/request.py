"""The request, task and result of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from flake8_redis_ssot.codes import Selection
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.atomic_write import Change
from flake8_redis_ssot.files.discovery import Listing
from flake8_redis_ssot.model import Applicability, Finding

if TYPE_CHECKING:
    from flake8_redis_ssot.baseline.matching import Baseline, BaselineResult
    from flake8_redis_ssot.linter.fix.factories import FactoryConsolidation


def ignore_activity(activity: str) -> None:
    """Tell nobody what is being done."""


class CheckRequest(NamedTuple):
    """What to check, and how.

    `paths` are as given; `configs` are the values of `--config` (a file, or TOML `key=value`); `buffer` replaces the
    bytes of the only path (standard input). Empty `select` and `ignore` are those of the configuration. `jobs` 0 means
    one process per processor. With `fixes`, each finding has its fix or the reasons why it has none, unless the project
    has more than `max_files_with_fixes` files (None: no limit). With `trust`, fixes of at least this applicability are
    applied in memory, for the codes of `fixable` (prefixes or `ALL`) that are not in `unfixable`. With `cache`, the
    cache in the folder `cache_dir` is used (empty: `.redis_ssot_cache` next to the configuration). `baseline` is the
    file of known findings (empty: that of the configuration; None: none); with `fix_known` they are fixed as well. Only
    findings that are `wanted` are fixed (None: all); with `inline`, calls of factories are replaced. With `factories`,
    only these are reported. `quiet`: no warnings are printed; `verbose`: what was read is printed. While fixes are
    worked out, `report_activity` is called with what is being done, in any of the processes.
    """

    paths: tuple[str, ...] = (".",)
    configs: tuple[str, ...] = ()
    isolated: bool = False
    exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    jobs: int = 0
    noqa: bool = True
    buffer: bytes | None = None
    fixes: bool = False
    max_files_with_fixes: int | None = None
    trust: Applicability | None = None
    fixable: tuple[str, ...] = ("ALL",)
    unfixable: tuple[str, ...] = ()
    cache: bool = True
    cache_dir: str = ""
    baseline: str | None = ""
    fix_known: bool = False
    wanted: Callable[[Finding], bool] | None = None
    inline: bool = False
    factories: bool = False
    quiet: bool = False
    verbose: bool = False
    report_activity: Callable[[str], None] = ignore_activity


class CheckTask(NamedTuple):
    """A request under one configuration.

    `listing` are the files to report on, `project_files` all files of the project (absolute paths), `buffers` replace
    the bytes of some of them. `inputs` are the directories and ignore files that both listings depend on (None: more).
    """

    config: Config
    listing: Listing
    project_files: tuple[str, ...]
    buffers: Mapping[str, bytes]
    request: CheckRequest
    baseline: Baseline | None = None
    inputs: tuple[str, ...] | None = None

    @property
    def checked_files(self) -> tuple[str, ...]:
        """The files to report on (absolute paths)."""
        return (*self.listing.files, *self.buffers)

    @property
    def has_fixes(self) -> bool:
        """Whether the findings come with fixes."""
        limit = self.request.max_files_with_fixes
        return self.request.fixes and (limit is None or len(self.project_files) <= limit)

    @property
    def selection(self) -> Selection:
        """The codes to report."""
        return resolve_selection(self.request, self.config)


def resolve_selection(request: CheckRequest, config: Config) -> Selection:
    """The codes that a request selects under a configuration."""
    from flake8_redis_ssot.rules.rule import select_rules  # late: a cached run needs no rules

    select = (*(request.select or config.select), *request.extend_select)
    return select_rules(select, request.ignore or config.ignore)


class NoConfigurationError(Exception):
    """No configuration was found for a path (the only argument)."""


class CheckResult:
    """The result of a run: findings in order, errors of the user, warnings, and the checked files.

    `fixed_findings` are findings whose fixes are in `changes`, sets of files to be written together; nothing is written
    yet. With a baseline, `findings` are the new ones; `baseline_results` has the known ones too. `configs_by_path` are
    the configurations of the checked files (absolute paths). `inputs` are the files and directories that the result
    depends on, whether they exist or not (None: it depends on more).
    """

    def __init__(self, findings: Iterable[Finding] = (), warnings: Iterable[str] = ()) -> None:
        self.findings = list(findings)
        self.errors: list[str] = []
        self.warnings = list(warnings)
        self.files: list[str] = []
        self.buffers: dict[str, bytes] = {}
        self.fixed_findings: list[Finding] = []
        self.factory_consolidations: list[FactoryConsolidation] = []
        self.changes: list[tuple[Change, ...]] = []
        self.baseline_results: list[BaselineResult] = []
        self.configs_by_path: dict[str, Config] = {}
        self.inputs: tuple[str, ...] | None = None

    def extend(self, other: CheckResult) -> None:
        """Add the result under another configuration."""
        self.findings += other.findings
        self.errors += other.errors
        self.warnings += other.warnings
        self.files += other.files
        self.buffers |= other.buffers
        self.fixed_findings += other.fixed_findings
        self.factory_consolidations += other.factory_consolidations
        self.changes += other.changes
        self.baseline_results += other.baseline_results
        self.configs_by_path |= other.configs_by_path
