"""The values of a scan, as they travel between processes: each is written as JSON and read again."""

from __future__ import annotations

import json
from typing import NamedTuple

from flake8_redis_ssot.fleet.repositories import DEFAULT_PROTOCOLS, Repository

OWN, SHARED, PROPOSED, NO_CONFIGURATION = "own", "shared", "proposed", "none"


class ScanOptions(NamedTuple):
    """How each repository of a scan is checked.

    `config_name` and `config_text` are the file of settings for all of them (empty: the own settings of each, and with
    `propose`, what `init` is certain of where there are none). With `fixes`, each finding says whether it has a fix.
    `clones` is the folder (absolute path) for the clones, `protocols` those that git may use. The limits of one
    repository are in seconds, from its clone on, and in megabytes of memory, while it is analysed.
    """

    config_name: str = ""
    config_text: str = ""
    propose: bool = True
    fixes: bool = True
    clones: str = ""
    protocols: tuple[str, ...] = DEFAULT_PROTOCOLS
    time_limit: float = 600.0
    memory_limit: int = 2048


class ScanJob(NamedTuple):
    """A repository to scan. Doing it twice gives the same outcome twice, and nothing else."""

    repository: Repository
    options: ScanOptions

    def to_json(self) -> bytes:
        """The job as one line."""
        return json.dumps(self).encode() + b"\n"

    @classmethod
    def from_json(cls, data: bytes) -> ScanJob:
        """The job of a line."""
        repository, options = json.loads(data)
        job_options = ScanOptions(*options)
        return cls(Repository(*repository), job_options._replace(protocols=tuple(job_options.protocols)))


class FleetFinding(NamedTuple):
    """A finding of a repository.

    `path` is relative to the repository, `row` is 1-based, `column` 0-based. `applicability` is `safe`, `unsafe` or
    `by hand` (empty: not asked for), `origin` the dotted name that the finding is about, `owner` from CODEOWNERS.
    """

    path: str
    row: int
    column: int
    code: str
    message: str
    applicability: str
    origin: str
    owner: str
    is_in_tests: bool


class ScanOutcome(NamedTuple):
    """What a scan of one repository came to.

    `reason` says why it failed, or what has not been analysed; empty if neither. `revision` is the commit (empty
    without git), `configuration` one of `own`, `shared`, `proposed`, `none`, and `settings` the proposed ones as TOML.
    `seconds` are of the wall, `processor_seconds` and `megabytes` (the peak) those of the process.
    """

    name: str
    is_done: bool
    reason: str = ""
    revision: str = ""
    configuration: str = NO_CONFIGURATION
    settings: str = ""
    file_count: int = 0
    seconds: float = 0.0
    processor_seconds: float = 0.0
    megabytes: int = 0
    findings: tuple[FleetFinding, ...] = ()

    def to_json(self) -> bytes:
        """The outcome as one line."""
        return json.dumps(self).encode() + b"\n"

    @classmethod
    def from_json(cls, data: bytes) -> ScanOutcome:
        """The outcome of a line. Raises ValueError or TypeError for anything else."""
        *fields, findings = json.loads(data)
        return cls(*fields)._replace(findings=tuple(FleetFinding(*finding) for finding in findings))
