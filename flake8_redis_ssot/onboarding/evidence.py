"""What the texts of a project say about a candidate: who uses its instance, and who constructs another one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.onboarding.candidates import ResourceCandidate
from flake8_redis_ssot.onboarding.text_survey import FileText

_CALLER_WEIGHT = 3


class Evidence:
    """How many other files import the module of a candidate, use its instance, and construct their own."""

    def __init__(self) -> None:
        self.importers = 0
        self.users = 0
        self.callers = 0

    @property
    def score(self) -> int:
        """A file that bypasses a home says more than one that uses it."""
        return self.users + _CALLER_WEIGHT * self.callers


def collect_evidence(candidates: Sequence[ResourceCandidate], texts: Sequence[FileText]) -> list[Evidence]:
    """The evidence for each candidate in the files outside tests, in one pass."""
    subjects = [(each, _use_pattern(each), Evidence()) for each in candidates]
    for text in texts:
        data = b"" if text.is_test else read(text.path)
        for candidate, using, evidence in subjects if data else ():
            if text.path != candidate.path:
                is_importer = _is_imported(candidate.module, text.modules)
                evidence.importers += is_importer
                evidence.users += is_importer and using.search(data) is not None
                evidence.callers += candidate.class_name.rpartition(".")[2] in text.called
    return [evidence for *_, evidence in subjects]


def _is_imported(module: str, imported: frozenset[str]) -> bool:
    """Whether a module (dotted), or the package that may re-export it, is among imported ones, as they are written."""
    package, _, last = module.rpartition(".")
    if module in imported or (package and package in imported):
        return True
    return any(not each.strip(".") or each.endswith(f".{last}") for each in imported if each.startswith("."))


def _use_pattern(candidate: ResourceCandidate) -> re.Pattern[bytes]:
    """A pattern that matches imports of the instance or accessor, and its name behind that of a module."""
    name = re.escape(candidate.kept_name)
    modules = "|".join(map(re.escape, candidate.module.split(".")[-2:]))
    return re.compile(rf"import (?:\([^)]*|[^\n]*)\b{name}\b|\b(?:{modules})\.{name}\b".encode())
