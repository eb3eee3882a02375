"""What is to be mended, and where each piece of it belongs: phase, risk, kind of test, service, owner, package."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import NamedTuple

from flake8_redis_ssot.baseline.entries import path_from
from flake8_redis_ssot.campaign.codeowners import Owners
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.test_paths import is_test
from flake8_redis_ssot.model import Applicability, Finding, Fix
from flake8_redis_ssot.project.modules import Modules

NO_SERVICE = "(shared)"
NO_TEST = "no test"
_TEST_FILE = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_test|tests?)\.py$")
_HELPER = re.compile(r"(?:^|/)(?:conftest\.py$|[^/]*(?:fixture|helper|util|mock|framework)[^/]*)")
_START = re.compile(r"(?:^|/)(?:__main__|main|app|asgi|wsgi|server|manage|[^/]*(?:startup|lifespan)[^/]*)\.py$")
_CATEGORIES = {"e2e": r"e2e|end_to_end", "integration": r"integration", "unit": r"unit"}
_MARKER = re.compile(rb"pytest\.mark\.(e2e|integration|unit)\b")


class Risk(IntEnum):
    """How much can go wrong."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


class Work(NamedTuple):
    """One finding that is to be mended. `path` counts from the configuration's folder, with `/`."""

    finding: Finding
    path: str
    phase: int
    risk: Risk
    category: str
    service: str
    owner: str
    package: str


class Surveyor:
    """Knows where things belong under one configuration."""

    def __init__(self, config: Config, owners: Owners) -> None:
        self._root = str(config.root)
        self._modules = Modules(config.roots, ())
        self._services = sorted(config.services, key=len, reverse=True)
        self._owners = owners
        self._categories: dict[str, str] = {}

    def survey(self, findings: Iterable[Finding]) -> list[Work]:
        """Where each finding belongs, in order."""
        return [self._work(finding) for finding in findings]

    def _work(self, finding: Finding) -> Work:
        path = path_from(self._root, finding.path)
        return Work(
            finding,
            path,
            self.phase_of(finding),
            self._risk_of(finding, path),
            self._category_of(finding, path),
            self.service_of(path) or NO_SERVICE,
            self._owners.of(path),
            path.rpartition("/")[0] or ".",
        )

    def phase_of(self, finding: Finding) -> int:
        """1: imports and references; 2: construction; 3: what one service has from another, or has again."""
        if finding.mark.pattern == "duplicate":
            return 3
        own, other = self.service_of(path_from(self._root, finding.path)), self._service_named(finding.mark.origin)
        if own and other and own != other:
            return 3
        return 2 if finding.mark.pattern in ("simple", "member", "factory") else 1

    def service_of(self, path: str) -> str:
        """The service that a file belongs to; empty for what all may share."""
        module = self._modules.name_of(os.path.join(self._root, *path.split("/")))
        folders = [name for name in self._services if "/" in name and path.startswith(name.strip("./") + "/")]
        return next(iter(folders), self._service_named(module))

    def _service_named(self, dotted: str) -> str:
        fitting = (name for name in self._services if dotted == name or dotted.startswith(f"{name}."))
        return next(fitting, "")

    def _risk_of(self, finding: Finding, path: str) -> Risk:
        pattern = finding.mark.pattern
        if self.phase_of(finding) == 3 or pattern == "factory":
            return Risk.HIGH
        if pattern == "import":
            return Risk.LOW
        if _START.search(path) and not is_test(path):
            return Risk.HIGH
        return Risk.LOW if is_test(path) and not _HELPER.search(path) else Risk.MEDIUM

    def _category_of(self, finding: Finding, path: str) -> str:
        if path not in self._categories:
            self._categories[path] = _category(finding.path, path) if is_test(path) else NO_TEST
        return self._categories[path]


def trust_in(finding: Finding) -> str:
    """How far the fix of a finding can be trusted: safe, unsafe, or by hand where there is none to apply."""
    if not isinstance(finding.fix, Fix) or finding.fix.applicability == Applicability.MANUAL:
        return "by hand"
    return finding.fix.applicability.name.lower()


def _category(file: str, path: str) -> str:
    """The kind of a test: the folder or name nearest to the file decides, then a marker in it."""
    for part in reversed(path.lower().split("/")):
        for category, words in _CATEGORIES.items():
            if re.search(rf"(?:^|_)(?:{words})(?:_|\.|$|s$|tests?)", part):
                return category
    try:
        marker = _MARKER.search(read(file))
    except OSError:
        return "test"
    return marker[1].decode() if marker else "test"


def tests_for(files: Sequence[str], all_files: Sequence[str]) -> list[str]:
    """The tests that belong to some files (absolute paths): those among them, and those that are named after one."""
    stems = {re.sub(r"\.py$", "", file.rpartition("/")[2]) for file in files}
    names = {name for stem in stems for name in (f"test_{stem}.py", f"{stem}_test.py")}
    named = [file for file in all_files if file.rpartition("/")[2] in names]
    tests = [file for file in files if _TEST_FILE.search(file)]
    return sorted({*tests, *named})
