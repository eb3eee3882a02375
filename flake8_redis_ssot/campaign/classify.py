"""Classify findings by phase, risk, test category, service, owner and package."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import NamedTuple

from flake8_redis_ssot.campaign.codeowners import CodeOwners
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.model import CONSTRUCTIONS, Applicability, Finding, FindingKind, Fix
from flake8_redis_ssot.project.modules import ModuleMap

NO_SERVICE = "(shared)"
NOT_A_TEST = "no test"
_TEST_FILE = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_test|tests?)\.py$")
_TEST_HELPER_FILE = re.compile(r"(?:^|/)(?:conftest\.py$|[^/]*(?:fixture|helper|util|mock|framework)[^/]*)")
_STARTUP_FILE = re.compile(r"(?:^|/)(?:__main__|main|app|asgi|wsgi|server|manage|[^/]*(?:startup|lifespan)[^/]*)\.py$")
_CATEGORY_PATTERNS = {"e2e": r"e2e|end_to_end", "integration": r"integration", "unit": r"unit"}
_CATEGORY_MARKER = re.compile(rb"pytest\.mark\.(e2e|integration|unit)\b")


class Risk(IntEnum):
    """How likely a fix is to break something."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


class WorkItem(NamedTuple):
    """A finding to fix. `path` is relative to the configuration's folder, with `/`."""

    finding: Finding
    path: str
    phase: int
    risk: Risk
    category: str
    service: str
    owner: str
    package: str


class Classifier:
    """Classifies findings under one configuration."""

    def __init__(self, config: Config, owners: CodeOwners) -> None:
        self._root = str(config.root)
        self._modules = ModuleMap(config.import_roots, ())
        self._services = sorted(config.services, key=len, reverse=True)
        self._owners = owners
        self._categories: dict[str, str] = {}

    def classify(self, findings: Iterable[Finding]) -> list[WorkItem]:
        """The work item of each finding, in order."""
        return [self._classify_finding(finding) for finding in findings]

    def _classify_finding(self, finding: Finding) -> WorkItem:
        path = to_relative_path(self._root, finding.path)
        return WorkItem(
            finding,
            path,
            phase=self.phase_of(finding),
            risk=self._risk_of(finding, path),
            category=self._category_of(finding, path),
            service=self.service_of(path) or NO_SERVICE,
            owner=self._owners.owners_for(path),
            package=path.rpartition("/")[0] or ".",
        )

    def phase_of(self, finding: Finding) -> int:
        """1: imports and references; 2: construction, with its patches; 3: use of another service, and duplicates."""
        if finding.context.kind is FindingKind.DUPLICATE:
            return 3
        own_service = self.service_of(to_relative_path(self._root, finding.path))
        origin_service = self._service_of_name(finding.context.origin)
        if own_service and origin_service and own_service != origin_service:
            return 3
        return 2 if finding.context.kind in (*CONSTRUCTIONS, FindingKind.CONSTRUCTOR_PATCH) else 1

    def service_of(self, path: str) -> str:
        """The service that a file (relative path) belongs to; empty for shared code."""
        module = self._modules.name_of(os.path.join(self._root, *path.split("/")))
        folders = [name for name in self._services if "/" in name and path.startswith(name.strip("./") + "/")]
        return next(iter(folders), self._service_of_name(module))

    def _service_of_name(self, dotted: str) -> str:
        matches = (name for name in self._services if dotted == name or dotted.startswith(f"{name}."))
        return next(matches, "")

    def _risk_of(self, finding: Finding, path: str) -> Risk:
        if self.phase_of(finding) == 3 or finding.context.kind is FindingKind.FACTORY:
            return Risk.HIGH
        if finding.context.kind is FindingKind.IMPORT:
            return Risk.LOW
        if _STARTUP_FILE.search(path) and not is_test_path(path):
            return Risk.HIGH
        return Risk.LOW if is_test_path(path) and not _TEST_HELPER_FILE.search(path) else Risk.MEDIUM

    def _category_of(self, finding: Finding, path: str) -> str:
        if path not in self._categories:
            self._categories[path] = _test_category(finding.path, path) if is_test_path(path) else NOT_A_TEST
        return self._categories[path]


def applicability_label(finding: Finding) -> str:
    """The applicability of a fix: `safe`, `unsafe`, or `by hand` if there is none to apply."""
    if not isinstance(finding.fix, Fix) or finding.fix.applicability == Applicability.MANUAL:
        return "by hand"
    return finding.fix.applicability.name.lower()


def _test_category(file: str, path: str) -> str:
    """The category of a test: the part of its path nearest to the file decides, then a marker in its text."""
    for part in reversed(path.lower().split("/")):
        for category, words in _CATEGORY_PATTERNS.items():
            if re.search(rf"(?:^|_)(?:{words})(?:_|\.|$|s$|tests?)", part):
                return category
    try:
        marker = _CATEGORY_MARKER.search(read(file))
    except OSError:
        return "test"
    return marker[1].decode() if marker else "test"


def find_tests(files: Sequence[str], all_files: Sequence[str]) -> list[str]:
    """The tests among `files`, and the tests in `all_files` that are named after one of them (paths with `/`)."""
    modules = {re.sub(r"\.py$", "", file.rpartition("/")[2]) for file in files}
    names = {name for module in modules for name in (f"test_{module}.py", f"{module}_test.py")}
    matching = [file for file in all_files if file.rpartition("/")[2] in names]
    tests = [file for file in files if _TEST_FILE.search(file)]
    return sorted({*tests, *matching})
