"""What the texts of a project say about a candidate: who uses its instance, and who constructs another one."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

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
    found = [Evidence() for _ in candidates]
    subjects = [_Subject(each) for each in candidates]
    by_module, by_class = _index(candidates)
    for text in texts:
        if text.is_test:
            continue
        importing = {number for module in _imported_places(text) for number in by_module[module]}
        calling = {number for name in text.called for number in by_class[name]}
        data = read(text.path) if importing else b""
        for number in importing | calling:
            if text.path != candidates[number].path:
                found[number].importers += number in importing and subjects[number].module.search(data) is not None
                found[number].users += number in importing and subjects[number].member.search(data) is not None
                found[number].callers += number in calling
    return found


class _Subject:
    """Patterns of a candidate: imports of its `module`; imports of its instance or accessor (`member`), or its name."""

    def __init__(self, candidate: ResourceCandidate) -> None:
        member, parts = re.escape(candidate.kept_name), [re.escape(part) for part in candidate.module.split(".")]
        offering, names = "|".join(parts[-2:]), r"import[ \t]+(?:\([^)]*|[^\n]*)"  # a package may re-export it
        self.module = re.compile(rf"(?:from|import)[ \t][\w. \t]*\b{parts[-1]}\b|{names}\b{parts[-1]}\b".encode())
        self.member = re.compile(
            rf"from[ \t]+[\w.]*(?:\b(?:{offering})|\.)[ \t]+{names}\b{member}\b|\b{parts[-1]}\.{member}\b".encode()
        )


def _index(candidates: Sequence[ResourceCandidate]) -> tuple[defaultdict[str, list[int]], defaultdict[str, list[int]]]:
    """The numbers of the candidates by the places that offer them, as `_imported_places` has them, and by classes."""
    by_module: defaultdict[str, list[int]] = defaultdict(list)
    by_class: defaultdict[str, list[int]] = defaultdict(list)
    for number, each in enumerate(candidates):
        stem = each.path.removesuffix(".py").removesuffix(f"{os.sep}__init__")
        # A package may re-export it.
        for key in {each.module, each.module.rpartition(".")[0], stem, os.path.dirname(stem)}:
            by_module[key].append(number)
        by_class[each.class_name.rpartition(".")[2]].append(number)
    return by_module, by_class


def _imported_places(text: FileText) -> Iterator[str]:
    """The modules from which a file imports: dotted names, and for relative ones the path without a suffix."""
    for module in text.modules:
        name = module.lstrip(".")
        if name == module:
            yield module
        else:
            parents = [".."] * (len(module) - len(name) - 1)
            yield os.path.normpath(os.path.join(os.path.dirname(text.path), *parents, *name.split(".")))
