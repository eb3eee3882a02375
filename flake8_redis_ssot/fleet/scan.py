"""Scanning one repository, in a process of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.campaign.classify import applicability_label
from flake8_redis_ssot.campaign.codeowners import load_codeowners
from flake8_redis_ssot.config.loading import find_config_in
from flake8_redis_ssot.config.model import ConfigError
from flake8_redis_ssot.files.discovery import discover
from flake8_redis_ssot.files.git import GitError, run_git
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.fleet.clones import clone_name, update_clone
from flake8_redis_ssot.fleet.model import (
    NO_CONFIGURATION,
    OWN,
    PROPOSED,
    SHARED,
    FleetFinding,
    ScanJob,
    ScanOptions,
    ScanOutcome,
)
from flake8_redis_ssot.linter.request import CheckRequest, CheckResult
from flake8_redis_ssot.linter.run import run
from flake8_redis_ssot.onboarding.proposal import format_tables
from flake8_redis_ssot.onboarding.propose_config import ProposalSearch


class Checkout(NamedTuple):
    """The files of a repository: their folder (absolute path), the commit (or empty), and a folder for the cache."""

    root: str
    revision: str = ""
    cache: str = ""


class ScanError(Exception):
    """A repository can't be scanned; the text says why."""


def prepare(job: ScanJob) -> Checkout:
    """The files of a repository, cloned if it is not a folder. Raises CloneError, and ScanError without a folder."""
    repository, options = job
    if not repository.is_folder:
        root, revision = update_clone(repository.url, options.clones, options.protocols)
        return Checkout(root, revision, os.path.join(options.clones, f"{clone_name(repository.url)}.cache"))
    if not os.path.isdir(repository.url):
        raise ScanError(f"{repository.url} is not a folder")
    try:
        is_top = not run_git(repository.url, "rev-parse", "--show-prefix").strip()
        return Checkout(repository.url, run_git(repository.url, "rev-parse", "HEAD").decode().strip() if is_top else "")
    except GitError:
        return Checkout(repository.url)


def scan_checkout(name: str, checkout: Checkout, options: ScanOptions, config_file: str = "") -> ScanOutcome:
    """Check a repository; `config_file` holds the settings for all (empty: its own). Raises ScanError.

    Changes the working directory of the process: it is that of the repository, as paths of shared settings count from
    there.
    """
    os.chdir(checkout.root)
    configuration, settings, paths = _choose_configuration(checkout.root, options, config_file)
    if configuration == NO_CONFIGURATION:
        return ScanOutcome(name, True, "has no configuration, and none could be proposed", checkout.revision)
    request = CheckRequest(
        paths=paths,
        configs=(config_file,) if config_file else (settings,) if settings else (),
        isolated=configuration != OWN,
        jobs=1,
        fixes=options.fixes,
        cache=bool(checkout.cache),
        cache_dir=checkout.cache,
        quiet=True,
    )
    try:
        result = run(request)
    except ConfigError as error:
        raise ScanError(str(error.problems[0])) from None
    except ValueError as error:  # the baseline can't be used
        raise ScanError(str(error)) from None
    return ScanOutcome(
        name,
        True,
        result.errors[0] if result.errors else "",
        checkout.revision,
        configuration,
        settings,
        len(result.files),
        findings=tuple(_describe_findings(checkout.root, result, options)),
    )


def _choose_configuration(root: str, options: ScanOptions, config_file: str) -> tuple[str, str, tuple[str, ...]]:
    """Where the settings are from, the proposed ones as TOML, and the paths to check."""
    if config_file:
        return SHARED, "", (root,)
    # Only settings inside the repository count: the clones may lie below a folder that has some of its own.
    own_folders = _configured_folders(root)
    if own_folders:
        return OWN, "", own_folders
    settings = _propose_settings(root) if options.propose else ""
    return (PROPOSED, settings, (root,)) if settings else (NO_CONFIGURATION, "", ())


def _configured_folders(root: str) -> tuple[str, ...]:
    """The outermost folders that have a configuration."""
    if find_config_in(root) is not None:
        return (root,)
    config_files = discover([root], root=root, exclude=()).config_files
    folders: list[str] = []
    for folder in sorted({os.path.abspath(os.path.dirname(file)) for file in config_files}):
        is_inner = any(folder.startswith(os.path.join(outer, "")) for outer in folders)
        if not is_inner and find_config_in(folder) is not None:
            folders.append(folder)
    return tuple(folders)


def _propose_settings(root: str) -> str:
    """What `init --yes` would write; empty if it is certain of nothing."""
    source_folder = os.path.join(root, "src")
    roots = [root, source_folder] if os.path.isdir(source_folder) else [root]
    files = discover([root], root=root, exclude=()).files
    proposals = ProposalSearch(root, roots, files, lambda text: None).propose(None, 1)
    return format_tables([proposal for proposal in proposals if proposal.is_sure])


def _describe_findings(root: str, result: CheckResult, options: ScanOptions) -> Iterator[FleetFinding]:
    owners = load_codeowners(root)
    for finding in result.findings:
        path = to_relative_path(root, finding.path)
        yield FleetFinding(
            path,
            finding.span.row,
            finding.span.column,
            finding.code,
            finding.message,
            applicability_label(finding) if options.fixes else "",
            finding.context.origin,
            owners.owners_for(path),
            is_test_path(path),
        )
