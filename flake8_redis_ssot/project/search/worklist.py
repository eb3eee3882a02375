"""What the search has to look for: at first the configured names, then new names for them.

A module that imports a guarded name under another one, derives a class from it or passes on what a deprecated
module defines, offers a name that no configuration tells. Whoever uses it mentions that name and the module's,
unless yet another module passes the whole module on: by a star, or under an alias.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from flake8_redis_ssot.project.resolver import Home, Project
from flake8_redis_ssot.project.resources import Guards
from flake8_redis_ssot.project.search.prefilter import Hunt, Search
from flake8_redis_ssot.semantic.facts import FileFacts
from flake8_redis_ssot.semantic.method_profile import Profile
from flake8_redis_ssot.semantic.name_patterns import Words, is_glob

# Every comment that names a code of ours holds this, but for those about remarks (RSS9…): a second word to look for in
# all files would take as long as the first, and they stand where something else is found.
_CODE = b"RSS0"


class Hunting:
    """Remembers which modules offer which new names, from one round of the search to the next.

    `profiles` are classes that others may resemble. With `suppressions`, comments that name codes of ours are looked
    for besides.
    """

    def __init__(
        self, project: Project, guards: Guards, profiles: tuple[Profile, ...] = (), *, suppressions: bool = False
    ) -> None:
        self._project = project
        self._guards = guards
        self._profiles = profiles
        self._suppressions = suppressions
        self._known: set[tuple[Hunt, str]] = set()
        self._offers: dict[str, set[str]] = {}  # file → new names for guarded ones
        self._offering: set[str] = set()  # the last parts of those files' modules
        plain, modules = guards.names()
        # A deprecated module's own name says little (`redis_manager` is a variable everywhere), so it has to stand
        # beside its package's name in one of the ways in which code can import or reach it.
        self._folded = [module for module in modules if "." in module and not is_glob(module)]
        self._alone = Words.of([*plain, *(module for module in modules if module not in self._folded)])
        self._words = Words.of([*plain, *modules])

    def is_found_anywhere(self, name: str) -> bool:
        """Whether every file that holds a name is read, whatever stands beside it."""
        return self._alone.has(name)

    def notes_imports_of(self, name: str) -> bool:
        """Whether every import of a name is noted: every file that holds it is read."""
        return self._alone.has(name) or self._alone.is_in(name)

    def readers_of(self, names: Iterable[tuple[str, str]]) -> Search:
        """The search for whoever reads names of modules: each a path and a name."""
        hunts = [
            _hunt(path, self._project.modules.name_of(path))._replace(names=(name.encode(),))
            for path, name in sorted(names)
        ]
        words = self._words.plus(name for _, name in names)
        return self._search((), hunts, words)

    def first(self) -> Search:
        """The search for the configured names."""
        needles = (*self._alone.needles, _CODE) if self._suppressions else self._alone.needles
        return self._search(needles, sorted(map(self._module_hunt, self._folded)), self._words)

    def _search(self, needles: tuple[bytes, ...], hunts: Iterable[Hunt], words: Words) -> Search:
        return Search(
            needles,
            tuple(hunts),
            words,
            self._project.modules.roots,
            profiles=self._profiles,
            suppressions=self._suppressions,
        )

    def _module_hunt(self, module: str) -> Hunt:
        package, _, name = module.rpartition(".")
        folder = self._project.modules.folder_of(package) or ""
        return Hunt(package.rpartition(".")[2].encode(), folder, False, (name.encode(),))

    def next(self, fresh: Iterable[FileFacts]) -> Search | None:
        """The search for what these files offer; None where they offer nothing new."""
        new = {offer for facts in fresh for offer in self._offers_of(facts)} - self._known
        if not new:
            return None
        self._known |= new
        self._words = self._words.plus(name for _, name in new)
        by_module: dict[Hunt, list[bytes]] = {}
        for hunt, name in sorted(new):
            by_module.setdefault(hunt, []).append(name.encode())
        hunts = [hunt._replace(names=tuple(names)) for hunt, names in by_module.items()]
        return self._search((), hunts, self._words)

    def _offers_of(self, facts: FileFacts) -> Iterator[tuple[Hunt, str]]:
        """The new names that a file offers, each with the hunt (still without names) for whoever uses it."""
        path, module = facts.path, self._project.modules.name_of(facts.path)
        if not module.rpartition(".")[2].isidentifier():
            return  # no import statement can name it
        offered = set(self._offers.get(path, ()))
        looked_at: set[str] = set()
        # A name that turns out to be guarded may be what another one of the file comes from.
        while keys := set(self._candidates(facts, self._words.plus(offered))) - looked_at:
            looked_at |= keys
            for key in sorted(keys):
                homes = self._project.resolve(f"{module}:{key}", path)
                if any(map(self._is_guarded, homes)):
                    offered.add(key.rpartition(".")[2])
                yield from self._under_an_alias(key, homes)
        if offered:
            self._offers[path] = offered
            self._offering.add(module.rpartition(".")[2])
            yield from ((_hunt(path, module), name) for name in sorted(offered))

    def _under_an_alias(self, key: str, homes: Iterable[Home]) -> Iterator[tuple[Hunt, str]]:
        """Where `key` stands for a whole module, that module's new names can be reached by it."""
        for home in homes:
            for name in () if home.local else self._offers.get(home.path or "", ()):
                yield Hunt(key.encode(), "", False, ()), name

    def _candidates(self, facts: FileFacts, words: Words) -> Iterator[str]:
        """The names of a file that can stand for a guarded one: what they come from mentions one of the words."""
        exports = facts.exports
        for key, origins in exports.names.items():
            if not (origins or exports.bases.get(key)) or self._alone.has(key.rpartition(".")[2]):
                continue  # it comes from nowhere, or is found wherever it stands
            classes = (key, *(origin.partition(":@")[2] for origin in origins))
            several = (*origins, *(base for name in classes for base in exports.bases.get(name, ())))
            if any(map(words.hits, several)) or any(_last(origin) in self._offering for origin in origins):
                yield key
        for star in exports.stars:
            path = self._project.path_of(star, facts.path)
            if path is not None:
                everything = words.hits(star)
                yield from (name for name in self._offered(path, set()) if everything or words.has(name))

    def _offered(self, path: str, seen: set[str]) -> Iterator[str]:
        """The names that a star import of a file brings in, those of its own star imports included."""
        if path in seen:
            return
        seen.add(path)
        exports = self._project.load(path)
        yield from (name for name in exports.names if "." not in name and not self._alone.has(name))
        for star in exports.stars:
            inner = self._project.path_of(star, path)
            if inner is not None:
                yield from self._offered(inner, seen)

    def _is_guarded(self, home: Home) -> bool:
        return self._guards.constructor(home) is not None or self._guards.deprecated(home.name) is not None


def _hunt(path: str, module: str) -> Hunt:
    is_package = os.path.basename(path).startswith("__init__.")
    folder = os.path.dirname(path) + os.sep if is_package else ""
    return Hunt(module.rpartition(".")[2].encode(), folder, True, ())


def _last(origin: str) -> str:
    return re.split(r"[.:|*]", origin.rstrip(":"))[-1]
