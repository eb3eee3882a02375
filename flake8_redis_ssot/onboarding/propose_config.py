"""Proposals: a home with its old modules as a configuration, and how many findings it would give."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

from flake8_redis_ssot.codes import Selection
from flake8_redis_ssot.config.loading import from_overrides
from flake8_redis_ssot.config.model import ConfigError
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.paths import relative_to
from flake8_redis_ssot.files.test_paths import is_test
from flake8_redis_ssot.linter.engine import check
from flake8_redis_ssot.model import counted
from flake8_redis_ssot.onboarding.canonical_candidates import Home, called_names, defined_classes, homes_in, most_made
from flake8_redis_ssot.onboarding.deprecated_candidates import Old, old_in
from flake8_redis_ssot.onboarding.import_roots import further_roots, imported_names
from flake8_redis_ssot.project.analysis import Analysis
from flake8_redis_ssot.project.modules import Modules
from flake8_redis_ssot.syntax.notebooks import ENDING

_MOST_CLASSES = 60
_MOST_HOMES = 12
_MOST_PROPOSALS = 5


class Proposal(NamedTuple):
    """A home, what is old beside it, the number of findings that this would give, and the import roots.

    No import roots (`src`, relative to the project's folder) are the usual ones.
    """

    home: Home
    old: tuple[Old, ...]
    findings: int
    src: tuple[str, ...] = ()

    @property
    def general(self) -> str:
        """The TOML that goes before all resources, empty where the defaults do."""
        folders = ", ".join(f'"{folder}"' for folder in self.src)
        return f"src = [{folders}]" if folders else ""

    def table(self, name: str, prefix: str = "") -> str:
        """The TOML of the resource, under a name."""
        home = self.home
        own = [f"{home.module}.{home.name}"]
        constructors = [*own, *(f"{old.module}.{each}" for old in self.old for each in old.classes)]
        lines = [f"[{prefix}resource.{name}]", f'canonical = ["{home.module}"]', _array("constructors", constructors)]
        if home.instance:
            lines.append(f'instance = "{home.module}.{home.instance}"')
        if home.accessor:
            lines.append(f'accessor = "{home.module}.{home.accessor}"')
        if self.old:
            lines += ["", f"[{prefix}resource.{name}.deprecated]"]
            lines += [f'"{old.module}" = "{home.module}"  # {old.reason}' for old in self.old]
        return "\n".join(lines)


def _array(key: str, texts: Sequence[str]) -> str:
    if len(texts) == 1:
        return f'{key} = ["{texts[0]}"]'
    return "\n".join([f"{key} = [", *(f'    "{text}",' for text in texts), "]"])


def proposals(
    root: str, roots: Sequence[str], files: Sequence[str], jobs: int, tell: Callable[[str], None]
) -> list[Proposal]:
    """What could be guarded in a project, the surest first: with an instance and an accessor, and with old modules.

    `root` is the project's folder, `roots` its import roots and `files` all of its Python files (absolute paths).
    Notebooks only count where findings are counted: nothing that is shared is at home in one.
    """
    called, defined = {}, {}
    imported: set[str] = set()
    tell(f"reading {len(files)} files")
    importable = [path for path in files if not path.endswith(ENDING)]
    for path in importable:
        try:
            data = read(path)
        except OSError:
            continue
        called[path] = called_names(data)
        imported |= imported_names(data)
        if not is_test(relative_to(root, path)):
            defined[path] = defined_classes(data)
    ranked = most_made(called.values(), defined, _MOST_CLASSES)
    names = set(ranked)
    homes = [
        home
        for path, classes in defined.items()
        if classes & names
        for home in homes_in(path, "", read(path), classes & names)
    ]
    src = _further(root, further_roots(root, roots, importable, imported), homes)
    modules = Modules([*roots, *(os.path.join(root, folder) for folder in src)], files)
    homes = [home._replace(module=modules.name_of(home.path)) for home in homes]
    homes = [home for home in homes if all(part.isidentifier() for part in home.module.split("."))]
    homes = sorted(homes, key=lambda home: (_sureness(home), ranked.index(home.name), home.module))[:_MOST_HOMES]
    tell(f"looking at what stands beside {counted(len(homes), 'home')}")
    every = tuple(relative_to(root, each) for each in roots) + src if src else ()
    found = [Proposal(home, _old_beside(home, importable, modules, root), 0, every) for home in homes]
    best = _without_rivals(sorted(found, key=_best_first))[:_MOST_PROPOSALS]
    tell(f"checking {counted(len(best), 'proposal')}")
    judged = [each._replace(findings=_count(each, root, files, jobs)) for each in best]
    return [each for each in judged if each.findings]


def _further(root: str, found: Sequence[str], homes: Sequence[Home]) -> tuple[str, ...]:
    """The import roots that were found, where a home lies in one; elsewhere nothing says that they are."""
    folders = tuple(os.path.join(root, folder, "") for folder in found)
    return tuple(found) if any(home.path.startswith(folders) for home in homes) else ()


def _old_beside(home: Home, files: Sequence[str], modules: Modules, root: str) -> tuple[Old, ...]:
    """The old modules beside a home: files that are named or say something like it."""
    name, found = home.module.rpartition(".")[2].encode(), []
    for path in files:
        if path == home.path or is_test(relative_to(root, path)):
            continue
        data = read(path)
        if name in data and (home.module.encode() in data or b"eprecat" in data):
            module = modules.name_of(path)
            if home.module.startswith(f"{module}."):
                continue  # what is old includes all below it, and a package may well offer what it is there for
            old = old_in(module, data, home)
            if old is not None and all(part.isidentifier() for part in module.split(".")):
                found.append(old)
    return tuple(sorted(found))


def _count(proposal: Proposal, root: str, files: Sequence[str], jobs: int) -> int:
    from pathlib import Path

    try:
        config = from_overrides([*filter(None, [proposal.general]), proposal.table("it")], Path(root))
        analysis = Analysis(config, files, jobs=jobs)
    except ConfigError:
        return 0
    return len(check(analysis, sorted(analysis.all_facts()), Selection()))


def _best_first(proposal: Proposal) -> tuple[int, int, str]:
    return _sureness(proposal.home), -len(proposal.old), proposal.home.module


def _sureness(home: Home) -> int:
    """The less the surer."""
    return -bool(home.instance) - bool(home.accessor)


def _without_rivals(proposals: Sequence[Proposal]) -> list[Proposal]:
    """Without homes that a better proposal takes for old."""
    old = {each.module for proposal in proposals for each in proposal.old}
    return [proposal for proposal in proposals if proposal.home.module not in old]
