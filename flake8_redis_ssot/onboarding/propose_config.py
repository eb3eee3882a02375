"""Propose configurations: a canonical module with its deprecated modules, and the number of findings."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

from flake8_redis_ssot.codes import Selection
from flake8_redis_ssot.config.loading import config_from_overrides
from flake8_redis_ssot.config.model import ConfigError
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.linter.engine import check_files
from flake8_redis_ssot.model import plural
from flake8_redis_ssot.onboarding.canonical_candidates import (
    ResourceCandidate,
    find_called_names,
    find_candidates,
    find_defined_classes,
    rank_classes,
)
from flake8_redis_ssot.onboarding.deprecated_candidates import DeprecatedCandidate, find_deprecated
from flake8_redis_ssot.onboarding.import_roots import find_import_roots, find_imported_names
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.modules import ModuleMap
from flake8_redis_ssot.syntax.notebooks import NOTEBOOK_SUFFIX

_MAX_CLASSES = 60
_MAX_CANDIDATES = 12
_MAX_PROPOSALS = 5


class ConfigProposal(NamedTuple):
    """A canonical module, its deprecated modules, the number of findings, and the import roots.

    `import_roots` are relative to the project's folder; empty means the default.
    """

    canonical: ResourceCandidate
    deprecated: tuple[DeprecatedCandidate, ...]
    finding_count: int
    import_roots: tuple[str, ...] = ()

    @property
    def general_toml(self) -> str:
        """The TOML that goes before all resources; empty if the defaults do."""
        folders = ", ".join(f'"{folder}"' for folder in self.import_roots)
        return f"src = [{folders}]" if folders else ""

    def resource_toml(self, name: str, prefix: str = "") -> str:
        """The TOML of the resource under a name; `prefix` is that of its tables."""
        canonical = self.canonical
        class_names = [f"{canonical.module}.{canonical.class_name}"]
        constructors = [*class_names, *(f"{old.module}.{each}" for old in self.deprecated for each in old.classes)]
        lines = [
            f"[{prefix}resource.{name}]",
            f'canonical = ["{canonical.module}"]',
            _toml_array("constructors", constructors),
        ]
        if canonical.instance:
            lines.append(f'instance = "{canonical.module}.{canonical.instance}"')
        if canonical.accessor:
            lines.append(f'accessor = "{canonical.module}.{canonical.accessor}"')
        if self.deprecated:
            lines += ["", f"[{prefix}resource.{name}.deprecated]"]
            lines += [f'"{old.module}" = "{canonical.module}"  # {old.reason}' for old in self.deprecated]
        return "\n".join(lines)


def _toml_array(key: str, texts: Sequence[str]) -> str:
    if len(texts) == 1:
        return f'{key} = ["{texts[0]}"]'
    return "\n".join([f"{key} = [", *(f'    "{text}",' for text in texts), "]"])


def propose_configs(
    root: str, roots: Sequence[str], files: Sequence[str], jobs: int, report_progress: Callable[[str], None]
) -> list[ConfigProposal]:
    """The proposals for a project, best first: with an instance and an accessor, and with deprecated modules.

    `root` is the project's folder, `roots` its import roots and `files` all of its Python files (absolute paths).
    Notebooks only count as users: they define nothing that is shared.
    """
    called_by_file, defined_by_file = {}, {}
    imported_by_any: set[str] = set()
    report_progress(f"reading {len(files)} files")
    importable = [path for path in files if not path.endswith(NOTEBOOK_SUFFIX)]
    for path in importable:
        try:
            data = read(path)
        except OSError:
            continue
        called_by_file[path] = find_called_names(data)
        imported_by_any |= find_imported_names(data)
        if not is_test_path(to_relative_path(root, path)):
            defined_by_file[path] = find_defined_classes(data)
    ranked = rank_classes(called_by_file.values(), defined_by_file, _MAX_CLASSES)
    names = set(ranked)
    candidates = [
        candidate
        for path, classes in defined_by_file.items()
        if classes & names
        for candidate in find_candidates(path, "", read(path), classes & names)
    ]
    src = _select_roots(root, find_import_roots(root, roots, importable, imported_by_any), candidates)
    modules = ModuleMap([*roots, *(os.path.join(root, folder) for folder in src)], files)
    candidates = [each._replace(module=modules.name_of(each.path)) for each in candidates]
    candidates = [each for each in candidates if _is_dotted_name(each.module)]
    candidates.sort(key=lambda each: (_candidate_rank(each), ranked.index(each.class_name), each.module))
    candidates = candidates[:_MAX_CANDIDATES]
    report_progress(f"looking at what stands beside {plural(len(candidates), 'home')}")
    all_roots = tuple(to_relative_path(root, each) for each in roots) + src if src else ()
    drafts = [
        ConfigProposal(candidate, _find_deprecated_for(candidate, importable, modules, root), 0, all_roots)
        for candidate in candidates
    ]
    best = _remove_contradicted(sorted(drafts, key=_proposal_rank))[:_MAX_PROPOSALS]
    report_progress(f"checking {plural(len(best), 'proposal')}")
    counted = [each._replace(finding_count=_count_findings(each, root, files, jobs)) for each in best]
    return [each for each in counted if each.finding_count]


def _select_roots(root: str, roots: Sequence[str], candidates: Sequence[ResourceCandidate]) -> tuple[str, ...]:
    """The import roots that were found, if a candidate is in one; otherwise there is no evidence for them."""
    folders = tuple(os.path.join(root, folder, "") for folder in roots)
    return tuple(roots) if any(candidate.path.startswith(folders) for candidate in candidates) else ()


def _find_deprecated_for(
    canonical: ResourceCandidate, files: Sequence[str], modules: ModuleMap, root: str
) -> tuple[DeprecatedCandidate, ...]:
    """The deprecated modules for a canonical module: they name it."""
    name, deprecated = canonical.module.rpartition(".")[2].encode(), []
    for path in files:
        if path == canonical.path or is_test_path(to_relative_path(root, path)):
            continue
        data = read(path)
        if name in data and (canonical.module.encode() in data or b"eprecat" in data):
            module = modules.name_of(path)
            if canonical.module.startswith(f"{module}."):
                continue  # a deprecated package includes its submodules, and a package may re-export one
            candidate = find_deprecated(module, data, canonical)
            if candidate is not None and _is_dotted_name(module):
                deprecated.append(candidate)
    return tuple(sorted(deprecated))


def _is_dotted_name(name: str) -> bool:
    return all(part.isidentifier() for part in name.split("."))


def _count_findings(proposal: ConfigProposal, root: str, files: Sequence[str], jobs: int) -> int:
    from pathlib import Path

    try:
        tables = filter(None, [proposal.general_toml, proposal.resource_toml("it")])
        config = config_from_overrides([*tables], Path(root))
        analysis = Analysis(config, files, jobs=jobs)
    except ConfigError:
        return 0
    return len(check_files(analysis, sorted(analysis.all_facts()), Selection()))


def _proposal_rank(proposal: ConfigProposal) -> tuple[int, int, str]:
    return _candidate_rank(proposal.canonical), -len(proposal.deprecated), proposal.canonical.module


def _candidate_rank(candidate: ResourceCandidate) -> int:
    """A sort key, best first."""
    return -bool(candidate.instance) - bool(candidate.accessor)


def _remove_contradicted(proposals: Sequence[ConfigProposal]) -> list[ConfigProposal]:
    """The proposals whose canonical module is deprecated in no other one."""
    deprecated = {each.module for proposal in proposals for each in proposal.deprecated}
    return [proposal for proposal in proposals if proposal.canonical.module not in deprecated]
