"""What the search has to look for: at first the configured names, then new names for them.

A module that imports a guarded name under another one, derives a class from it or passes on what a deprecated
module defines, offers a name that no configuration tells. Whoever uses it mentions that name and the module's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from flake8_redis_ssot.guards import Guards
from flake8_redis_ssot.names.facts import FileFacts
from flake8_redis_ssot.project import Home, Project
from flake8_redis_ssot.scan import Hunt, Search
from flake8_redis_ssot.words import Words, is_glob


def first_search(guards: Guards, project: Project) -> Search:
    """The search for the configured names.

    A deprecated module's own name says little (`redis_manager` is a variable everywhere), so it has to stand
    beside its package's name in one of the ways in which code can import or reach it.
    """
    plain, modules = guards.names()
    folded = [module for module in modules if "." in module and not is_glob(module)]
    needles = Words.of([*plain, *(module for module in modules if module not in folded)]).needles
    hunted = sorted(_module_hunt(module, project) for module in folded)
    return Search(needles, tuple(hunted), Words.of([*plain, *modules]), project.modules.roots)


def _module_hunt(module: str, project: Project) -> Hunt:
    package, _, name = module.rpartition(".")
    parent, own = re.escape(package.rpartition(".")[2]), re.escape(name)
    near = rf"""\b{parent}\s*(?:\.\s*{own}\b|import\b|as\b|\\|["'])|getattr\(\s*{parent}\b"""
    path = project.modules.path_of(module) or project.modules.path_of(f"{package}.__init__")
    return Hunt(name.encode(), near.encode(), _folder_of(path) if path else "")


def _folder_of(path: str) -> str:
    folder = os.path.dirname(path)
    return (os.path.dirname(folder) if _is_package(path) else folder) + os.sep


def _is_package(path: str) -> bool:
    return os.path.basename(path).startswith("__init__.")


def hunts(fresh: Iterable[FileFacts], words: Words, project: Project, guards: Guards) -> set[Hunt]:
    """What to look for after these files have been read. `words` are those that have been looked for already."""
    return {_hunt(facts.path, name, project) for facts in fresh for name in _new_names(facts, words, project, guards)}


def _hunt(path: str, name: str, project: Project) -> Hunt:
    near = re.escape(project.modules.name_of(path).rpartition(".")[2])
    return Hunt(name.encode(), near.encode(), os.path.dirname(path) + os.sep if _is_package(path) else "")


def _new_names(facts: FileFacts, words: Words, project: Project, guards: Guards) -> Iterator[str]:
    module = project.modules.name_of(facts.path)
    if not module.rpartition(".")[2].isidentifier():
        return  # no import statement can name it
    for key in _candidates(facts, words, project):
        name = key.rpartition(".")[2]
        if not words.has(name) and any(
            _is_guarded(home, guards) for home in project.resolve(f"{module}:{key}", facts.path)
        ):
            yield name


def _candidates(facts: FileFacts, words: Words, project: Project) -> Iterator[str]:
    """The names of a file that can stand for a guarded one: what they come from mentions one of the words."""
    exports = facts.exports
    for key, origins in exports.names.items():
        if any(map(words.hits, (*origins, *exports.bases.get(key, ())))):
            yield key
    for star in exports.stars:
        if words.hits(star):
            path = project.path_of(star, facts.path)
            yield from project.load(path).names if path else ()


def _is_guarded(home: Home, guards: Guards) -> bool:
    return guards.constructor(home) is not None or guards.deprecated(home.name) is not None
