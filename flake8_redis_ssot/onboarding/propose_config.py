"""Propose configurations: canonical modules with their deprecated modules, and what would be reported."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from flake8_redis_ssot.config.presets import presets_by_name
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.onboarding.candidates import ResourceCandidate
from flake8_redis_ssot.onboarding.canonical_candidates import CandidateFinder
from flake8_redis_ssot.onboarding.count_findings import count_findings
from flake8_redis_ssot.onboarding.deprecated_candidates import find_deprecated
from flake8_redis_ssot.onboarding.evidence import Evidence, collect_evidence
from flake8_redis_ssot.onboarding.import_roots import find_import_roots
from flake8_redis_ssot.onboarding.migrations import migration_patterns
from flake8_redis_ssot.onboarding.proposal import ConfigProposal
from flake8_redis_ssot.onboarding.text_survey import FileText, survey_texts
from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.project.modules import ModuleMap
from flake8_redis_ssot.syntax.notebooks import NOTEBOOK_SUFFIX

_MAX_COUNTED = 10
_MAX_PROPOSALS = 5
_EXAMPLE_FOLDER = re.compile(r"(?:^|/)(?:docs?|examples?|samples?|tutorials?)/")
IsWanted = Callable[[ResourceCandidate], bool]


class ProposalSearch:
    """Searches a project (`root`) for what could be guarded.

    `roots` are its import roots and `files` all of its Python files (absolute paths). Notebooks only count as users:
    they define nothing that is shared.
    """

    def __init__(
        self, root: str, roots: Sequence[str], files: Sequence[str], report_progress: Callable[[str], None]
    ) -> None:
        self._root = root
        self._files = files
        self._report_progress = report_progress
        report_progress(f"reading {len(files)} files")
        importable = [path for path in files if not path.endswith(NOTEBOOK_SUFFIX)]
        self.texts: list[FileText] = survey_texts(importable, self._is_test)
        self._default_roots = roots
        self._roots = [each for each in roots if not self._is_package(each)]

    def _is_package(self, folder: str) -> bool:
        """Whether an import root is a package itself, which is imported by its name: `src` in `src.app`."""
        name = os.path.basename(folder)
        is_package = folder != self._root and os.path.isfile(os.path.join(folder, "__init__.py"))
        return is_package and any(name in text.imported for text in self.texts)

    def _is_test(self, path: str) -> bool:
        relative = to_relative_path(self._root, path)
        return is_test_path(relative) or _EXAMPLE_FOLDER.search(relative) is not None

    def propose(self, is_wanted: IsWanted | None, jobs: int) -> list[ConfigProposal]:
        """The proposals, best first, of the candidates that are wanted; by default of what a program has one of."""
        drafts = sorted(self._draft(is_wanted), key=_Draft.rank_uncounted)
        counted = self._count(drafts, jobs) if drafts else []
        return _rank([each for each in counted if is_wanted or each.proposal.is_useful])[:_MAX_PROPOSALS]

    def _draft(self, is_wanted: IsWanted | None) -> list[_Draft]:
        """The proposals, not yet counted, except those that report nothing in shipped code and are not usual."""
        found_roots = self._find_import_roots()
        modules = ModuleMap([*self._roots, *(os.path.join(self._root, each) for each in found_roots)], self._files)
        best = self._best_candidates(CandidateFinder(self.texts, modules).find(), is_wanted)
        roots = self._select_roots(found_roots, [each for each, _ in best])
        deprecated = find_deprecated([each for each, _ in best], self.texts, modules)
        drafts = [
            _Draft(ConfigProposal(each, old, import_roots=roots), evidence.score)
            for (each, evidence), old in zip(best, deprecated)
            if is_wanted or each.is_known or evidence.callers or old
        ]
        return _remove_contradicted(drafts)

    def _find_import_roots(self) -> list[str]:
        imported = {module for text in self.texts for module in text.modules}
        return find_import_roots(self._root, self._roots, [text.path for text in self.texts], imported)

    def _best_candidates(
        self, candidates: Sequence[ResourceCandidate], is_wanted: IsWanted | None
    ) -> list[tuple[ResourceCandidate, Evidence]]:
        """The candidates with most evidence, which they are returned with; only those that are wanted, if any are."""
        chosen = [each for each in candidates if (is_wanted(each) if is_wanted else each.is_known or not each.preset)]
        scored = [
            (_judge(self._with_allowed(each), evidence), evidence)
            for each, evidence in zip(chosen, collect_evidence(chosen, self.texts))
            if is_wanted or _is_offered(each, evidence)
        ]
        return sorted(scored, key=_rank_scored)[:_MAX_COUNTED]

    def _with_allowed(self, candidate: ResourceCandidate) -> ResourceCandidate:
        is_database = candidate.preset.startswith("sqlalchemy")
        return candidate._replace(allow=migration_patterns(self._root, self.texts)) if is_database else candidate

    def _select_roots(self, found_roots: Sequence[str], candidates: Sequence[ResourceCandidate]) -> tuple[str, ...]:
        """The import roots with those that were found, if a candidate is in one; empty if they are the default ones."""
        folders = tuple(os.path.join(self._root, each, "") for each in found_roots)
        needed = found_roots if any(each.path.startswith(folders) for each in candidates) else ()
        is_default = not needed and self._roots == self._default_roots
        return () if is_default else (*(to_relative_path(self._root, each) for each in self._roots), *needed)

    def _count(self, drafts: Sequence[_Draft], jobs: int) -> list[_Draft]:
        """The proposals with what they would report."""
        self._report_progress(f"counting what {plural(len(drafts), 'candidate')} would report")
        scores = {draft.proposal.canonical._replace(allow=()): draft.score for draft in drafts}
        proposals = count_findings([draft.proposal for draft in drafts], self._root, self._files, jobs)
        return [_Draft(each, scores[each.canonical._replace(allow=())]) for each in proposals]


def _judge(candidate: ResourceCandidate, evidence: Evidence) -> ResourceCandidate:
    """The candidate, with whether it is certain.

    It is not if it has no state and most files construct their own, or if nobody uses it and others keep one as well.
    """
    is_optional = candidate.is_stateless and evidence.users <= evidence.callers
    is_unused = candidate.has_rivals and not evidence.users and not candidate.accessor
    return candidate._replace(is_sure=False) if is_optional or is_unused else candidate


def _is_offered(candidate: ResourceCandidate, evidence: Evidence) -> bool:
    """Whether other modules can get the instance: they do, or it has an accessor, or its module is imported."""
    if evidence.users:
        return True
    is_imported = evidence.importers > 0 and (candidate.is_own or candidate.preset)
    return candidate.is_public and bool(candidate.accessor or is_imported)


def _rank_scored(scored: tuple[ResourceCandidate, Evidence]) -> tuple[bool, bool, int]:
    """What is the only home comes first, then what would report something or is usual, then by evidence."""
    candidate, evidence = scored
    return not candidate.is_sure, not (candidate.is_known or evidence.callers), -evidence.score


class _Draft(NamedTuple):
    """A proposal with the score of its evidence."""

    proposal: ConfigProposal
    score: int

    def rank_uncounted(self) -> tuple[bool, int, int, str]:
        """What is the only home comes first, then what has deprecated modules, then by evidence."""
        canonical = self.proposal.canonical
        return not canonical.is_sure, -len(self.proposal.deprecated), -self.score, canonical.module

    def rank(self) -> tuple[bool, bool, tuple[bool, int, int, str], int]:
        """What is sure comes first; a project's own kind of a client, which nothing bypasses, comes later."""
        proposal, names = self.proposal, list(presets_by_name())
        is_own_kind = bool(proposal.canonical.base_preset) and not proposal.found.shipped
        preset = proposal.canonical.preset
        return not proposal.is_sure, is_own_kind, self.rank_uncounted(), names.index(preset) if preset else 0


def _rank(drafts: Sequence[_Draft]) -> list[ConfigProposal]:
    """The proposals, best first: clients of one module in the order of the catalogue, further settings last.

    These are of a module that has another proposal, or nothing bypasses them.
    """
    best: dict[str, int] = {}
    for draft in drafts:
        canonical = draft.proposal.canonical
        if canonical.preset:
            best[canonical.module] = max(draft.score, best.get(canonical.module, 0))
    ranked = sorted((each._replace(score=_group_score(each, best)) for each in drafts), key=_Draft.rank)
    seen: set[str] = set()
    first: list[ConfigProposal] = []
    other: list[ConfigProposal] = []
    for each in (draft.proposal for draft in ranked):
        is_other = each.canonical.module in seen or (seen and not each.found.shipped)
        is_further = not each.canonical.preset and is_other
        (other if is_further else first).append(each)
        seen |= {each.canonical.module} if not each.canonical.preset else set()
    return first + other


def _group_score(draft: _Draft, best: Mapping[str, int]) -> int:
    canonical = draft.proposal.canonical
    return best[canonical.module] if canonical.preset else draft.score


def _remove_contradicted(drafts: Sequence[_Draft]) -> list[_Draft]:
    """The proposals whose canonical module is deprecated in no other one."""
    deprecated = {each.module for draft in drafts for each in draft.proposal.deprecated}
    return [draft for draft in drafts if draft.proposal.canonical.module not in deprecated]
