"""Propose configurations: canonical modules with their deprecated modules, and what would be reported."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.model import plural
from flake8_redis_ssot.onboarding.canonical_candidates import CandidateFinder, ResourceCandidate
from flake8_redis_ssot.onboarding.count_findings import count_findings
from flake8_redis_ssot.onboarding.deprecated_candidates import DeprecatedCandidate, find_deprecated
from flake8_redis_ssot.onboarding.import_roots import find_import_roots
from flake8_redis_ssot.onboarding.proposal import ConfigProposal
from flake8_redis_ssot.onboarding.text_survey import FileText, survey_texts
from flake8_redis_ssot.project.modules import ModuleMap
from flake8_redis_ssot.syntax.notebooks import NOTEBOOK_SUFFIX

_MAX_COUNTED = 10
_MAX_PROPOSALS = 5
_CALLER_WEIGHT = 3


class ProposalSearch:
    """Searches a project (`root`) for what could be guarded.

    `roots` are its import roots and `files` all of its Python files (absolute paths). Notebooks only count as users:
    they define nothing that is shared.
    """

    def __init__(
        self, root: str, roots: Sequence[str], files: Sequence[str], report_progress: Callable[[str], None]
    ) -> None:
        self._root = root
        self._roots = roots
        self._files = files
        self._report_progress = report_progress
        report_progress(f"reading {len(files)} files")
        importable = [path for path in files if not path.endswith(NOTEBOOK_SUFFIX)]
        self.texts: list[FileText] = survey_texts(importable, self._is_test)

    def _is_test(self, path: str) -> bool:
        return is_test_path(to_relative_path(self._root, path))

    def propose(self, is_wanted: Callable[[ResourceCandidate], bool] | None, jobs: int) -> list[ConfigProposal]:
        """The proposals, best first, of the candidates that are wanted; by default of what a program has one of."""
        imported = {name for text in self.texts for name in text.imported}
        paths = [text.path for text in self.texts]
        found_roots = find_import_roots(self._root, self._roots, paths, imported)
        modules = ModuleMap([*self._roots, *(os.path.join(self._root, each) for each in found_roots)], self._files)
        candidates = CandidateFinder(self.texts, modules).find()
        if is_wanted is not None:
            candidates = [each for each in candidates if is_wanted(each)]
        else:
            candidates = [each for each in candidates if each.is_known or not each.preset]
        scored = zip(candidates, self._collect_evidence(candidates))
        best = [
            (each, evidence.score)
            for each, evidence in sorted(scored, key=lambda pair: (not pair[0].is_sure, -pair[1].score))
            if is_wanted or evidence.is_used or each.accessor or each.is_own
        ][:_MAX_COUNTED]
        src = _select_roots(self._root, found_roots, [each for each, _ in best])
        all_roots = tuple(to_relative_path(self._root, each) for each in self._roots) + src if src else ()
        deprecated = self._find_deprecated([each for each, _ in best], modules)
        drafts = _remove_contradicted(
            [
                _Draft(ConfigProposal(each, old, import_roots=all_roots), score)
                for (each, score), old in zip(best, deprecated)
            ]
        )
        self._report_progress(f"counting what {plural(len(drafts), 'candidate')} would report")
        scores = {draft.proposal.canonical: draft.score for draft in drafts}
        counted = count_findings([draft.proposal for draft in drafts], self._root, self._files, jobs)
        useful = [each for each in counted if is_wanted or each.found.shipped or each.canonical.is_known]
        ranked = sorted((_Draft(each, scores[each.canonical]) for each in useful), key=_Draft.rank)
        return [draft.proposal for draft in ranked[:_MAX_PROPOSALS]]

    def _collect_evidence(self, candidates: Sequence[ResourceCandidate]) -> list[_Evidence]:
        """What the texts outside tests say about each candidate, in one pass."""
        names = [(each.accessor or each.instance).rpartition(".")[2].encode() for each in candidates]
        imports = [_importing_texts(each.module) for each in candidates]
        found = [_Evidence() for _ in candidates]
        for text in self.texts:
            data = b"" if text.is_test else read(text.path)
            for each, name, importing, evidence in zip(candidates, names, imports, found) if data else ():
                if text.path != each.path:
                    evidence.users += name in data and any(text in data for text in importing)
                    evidence.callers += each.class_name.rpartition(".")[2] in text.called
        return found

    def _find_deprecated(
        self, candidates: Sequence[ResourceCandidate], modules: ModuleMap
    ) -> list[tuple[DeprecatedCandidate, ...]]:
        """The deprecated modules for each canonical module, in one pass."""
        found: list[list[DeprecatedCandidate]] = [[] for _ in candidates]
        for text in self.texts:
            data = b"" if text.is_test else read(text.path)
            for each, deprecated in zip(candidates, found) if data else ():
                if text.path != each.path:
                    deprecated += _deprecated_in(text.path, data, each, modules)
        return [tuple(sorted(each)) for each in found]


def _importing_texts(module: str) -> tuple[bytes, ...]:
    """Texts of which files that import from a module, or from the package that re-exports it, contain one."""
    package, _, name = module.rpartition(".")
    return module.encode(), f".{name} import".encode(), f"from {package or module} import".encode()


class _Evidence:
    """How many other files use the instance of a candidate, and how many construct their own."""

    def __init__(self) -> None:
        self.users = 0
        self.callers = 0

    @property
    def is_used(self) -> bool:
        """Whether any other file names the instance."""
        return self.users > 0

    @property
    def score(self) -> int:
        """A file that bypasses a home says more than one that uses it."""
        return self.users + _CALLER_WEIGHT * self.callers


class _Draft(NamedTuple):
    """A proposal with the score of its evidence."""

    proposal: ConfigProposal
    score: int

    def rank(self) -> tuple[bool, int, int, str]:
        """What is sure comes first, then what has deprecated modules, then by evidence."""
        proposal = self.proposal
        is_sure = proposal.canonical.is_sure
        return not is_sure, -len(proposal.deprecated), -self.score, proposal.canonical.module


def _deprecated_in(
    path: str, data: bytes, canonical: ResourceCandidate, modules: ModuleMap
) -> list[DeprecatedCandidate]:
    """The deprecated module that a file is, for a canonical module: it names that."""
    name = canonical.module.rpartition(".")[2].encode()
    if canonical.preset or name not in data or not (canonical.module.encode() in data or b"eprecat" in data):
        return []
    module = modules.name_of(path)
    if canonical.module.startswith(f"{module}.") or not all(part.isidentifier() for part in module.split(".")):
        return []  # a deprecated package includes its submodules, and a package may re-export one
    candidate = find_deprecated(module, data, canonical)
    return [] if candidate is None else [candidate]


def _select_roots(root: str, roots: Sequence[str], candidates: Sequence[ResourceCandidate]) -> tuple[str, ...]:
    """The import roots that were found, if a candidate is in one; otherwise there is no evidence for them."""
    folders = tuple(os.path.join(root, folder, "") for folder in roots)
    return tuple(roots) if any(candidate.path.startswith(folders) for candidate in candidates) else ()


def _remove_contradicted(drafts: Sequence[_Draft]) -> list[_Draft]:
    """The proposals whose canonical module is deprecated in no other one."""
    deprecated = {each.module for draft in drafts for each in draft.proposal.deprecated}
    return [draft for draft in drafts if draft.proposal.canonical.module not in deprecated]
