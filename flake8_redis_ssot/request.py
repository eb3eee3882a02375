"""What is asked of a run, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flake8_redis_ssot.config.settings import Config
from flake8_redis_ssot.disk import Change
from flake8_redis_ssot.model import Applicability, Finding


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for.

    `paths` as given; `configs` are the values of `--config` (a file, or TOML `key=value`); `buffer` stands in
    for the bytes of the one path there is (standard input). Empty `select` and `ignore` leave the choice to
    the configuration. `jobs` 0 means one process for each processor. With `fixes` each finding gets its fix or
    the reasons why it has none; with `trust` fixes that are trusted so far are applied, in memory, for the codes
    of `fixable` (prefixes or `ALL`) that are not in `unfixable`. With `cache`, what earlier runs have found out is
    made use of, from the folder `cache_dir` (empty: `.redis_ssot_cache` beside the configuration).
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
    trust: Applicability | None = None
    fixable: tuple[str, ...] = ("ALL",)
    unfixable: tuple[str, ...] = ()
    cache: bool = True
    cache_dir: str = ""


@dataclass(frozen=True)
class Task:
    """What is to be looked at under one configuration.

    `asked` are the files to report on, `project` all files of the project (absolute paths), `buffers` the bytes that
    stand in for some of them.
    """

    config: Config
    asked: tuple[str, ...]
    project: tuple[str, ...]
    buffers: Mapping[str, bytes]
    request: Request


class NoConfigurationError(Exception):
    """No configuration was found upwards from a path (the one argument)."""


@dataclass(slots=True)
class Outcome:
    """What a run found: findings in order, what the user got wrong, what is only worth a word, the files checked.

    `fixed` are findings whose fixes are in `changes`: sets of files that belong together. Nothing is written yet.
    """

    findings: list[Finding] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    buffers: dict[str, bytes] = field(default_factory=dict)
    fixed: list[Finding] = field(default_factory=list)
    changes: list[tuple[Change, ...]] = field(default_factory=list)
