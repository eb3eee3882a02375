"""What proposed resources would report, all counted in one analysis."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from flake8_redis_ssot.codes import Selection
from flake8_redis_ssot.config.loading import config_from_overrides
from flake8_redis_ssot.config.model import Config, ConfigError
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.gitignore import PathPatterns
from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.linter.engine import LocatedFinding, check_files
from flake8_redis_ssot.model import CONSTRUCTIONS
from flake8_redis_ssot.onboarding.other_distributions import separate_patterns
from flake8_redis_ssot.onboarding.proposal import ConfigProposal, FoundPlaces
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.services import ServiceBoundaries

_MAX_EXAMPLES = 2
_MIN_FILES_TO_SELECT = 1_000
_CODES = Selection(("RSS001", "RSS002", "RSS003"))


def count_findings(
    proposals: Sequence[ConfigProposal], root: str, files: Sequence[str], jobs: int
) -> list[ConfigProposal]:
    """The proposals with what each would report in `files` (absolute paths); those that are no valid ones are left out.

    Only imports and calls are counted: other rules compare classes and strings, which takes longer.
    """
    valid = [each for each in proposals if _build_config([each], root) is not None]
    config = _build_config(valid, root) if valid else None
    if config is None:
        return []
    analysis = Analysis(config, files, jobs=jobs, scanned=_select_files(config, files))
    by_resource: dict[str, list[LocatedFinding]] = defaultdict(list)
    for located in check_files(analysis, sorted(analysis.all_facts()), _CODES):
        by_resource[located.confirmed.diagnosis.resource].append(located)
    roots = [os.path.normpath(each) for each in analysis.resolver.modules.roots]
    boundaries = ServiceBoundaries(config, analysis.resolver)
    return [_with_found(each, by_resource[f"r{number}"], root, roots, boundaries) for number, each in enumerate(valid)]


def _with_found(
    proposal: ConfigProposal,
    found: Sequence[LocatedFinding],
    root: str,
    roots: Sequence[str],
    boundaries: ServiceBoundaries,
) -> ConfigProposal:
    """The proposal with what it reports; code that cannot import the canonical module is allowed to construct."""
    canonical = proposal.canonical
    patterns = separate_patterns(root, roots, canonical.path, [each.path for each in found], boundaries)
    allowed = PathPatterns(patterns)
    reported = [each for each in found if not allowed.match(to_relative_path(root, each.path))]
    return proposal._replace(
        canonical=canonical._replace(allow=(*canonical.allow, *patterns)),
        found=_summarise(reported, canonical.arguments, root),
        separate=patterns,
    )


def _select_files(config: Config, files: Sequence[str]) -> frozenset[str] | None:
    """Of a large project, the files that seem to call a constructor or to import a deprecated module; None for all.

    Constructors that are passed on to be called, and those imported under another name, are then not counted.
    """
    if len(files) < _MIN_FILES_TO_SELECT:
        return None
    names = {name.rpartition(".")[2] for resource in config.resources for name in resource.constructors}
    calls = [f"{name}(".encode() for name in names]
    modules = [old.encode() for resource in config.resources for old, _ in resource.deprecated]
    selected = set()
    for path in files:
        with suppress(OSError):  # it is not counted either
            data = read(path)
            if any(call in data for call in calls) or any(module in data for module in modules):
                selected.add(path)
    return frozenset(selected)


def _build_config(proposals: Sequence[ConfigProposal], root: str) -> Config | None:
    """The configuration of all proposals together, the resources named by number; None if it is not valid."""
    general = next((each.general_toml for each in proposals), "")
    tables = [each.resource_toml(f"r{number}") for number, each in enumerate(proposals)]
    try:
        return config_from_overrides([*filter(None, [general, 'duplicates = "off"', *tables])], Path(root))
    except ConfigError:
        return None


def _summarise(found: Sequence[LocatedFinding], arguments: str, root: str) -> FoundPlaces:
    in_tests = [each for each in found if is_test_path(to_relative_path(root, each.path))]
    shipped = [each for each in found if each not in in_tests]
    calls = [each.finding.context.snippet for each in shipped if each.finding.context.kind in CONSTRUCTIONS]
    plain = sum(snippet.endswith(("()", f"({arguments})")) for snippet in calls)
    examples = [
        f"{to_relative_path(root, each.path)}:{each.finding.span.row}  {each.finding.context.snippet}"
        for each in (*shipped, *in_tests)[:_MAX_EXAMPLES]
    ]
    return FoundPlaces(len(shipped), len(in_tests), len(calls), plain, tuple(examples))
