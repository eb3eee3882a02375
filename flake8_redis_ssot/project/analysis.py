"""One project under one configuration: scanned once, then ready to answer for any of its files."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from contextlib import suppress
from functools import cache
from operator import attrgetter
from typing import NamedTuple

from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.project.modules import Modules
from flake8_redis_ssot.project.resolver import Project
from flake8_redis_ssot.project.resources import Guards
from flake8_redis_ssot.project.search.demand_queries import Asked, found_uses
from flake8_redis_ssot.project.search.facts_cache import Memory
from flake8_redis_ssot.project.search.prefilter import AttributeUse, Search, stems
from flake8_redis_ssot.project.search.scan import Scan, facts_from, facts_of, scanners, unreadable
from flake8_redis_ssot.project.search.worklist import Hunting
from flake8_redis_ssot.project.similarity.guarded_classes import Gallery
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.facts import NO_EXPORTS, Exports, FileFacts, attribute_of
from flake8_redis_ssot.semantic.name_patterns import Words, is_glob
from flake8_redis_ssot.syntax.source import Source, decode, outlined_source, parsed_source

_SAMPLED = 50


class Analysis:
    """The facts of a project.

    `files` is the whole project (absolute paths). `overlay` maps absolute paths to bytes that stand
    in for what is on disk (an editor's buffer). `jobs` is the number of processes and `memory` what an earlier run
    has found out; they change nothing but the time. With `suppressions`, comments that name codes of ours are looked
    at. `asked` is what fixes have wanted to know so far.
    """

    def __init__(
        self,
        config: Config,
        files: Sequence[str],
        *,
        jobs: int = 1,
        overlay: Mapping[str, bytes] | None = None,
        memory: Memory | None = None,
        suppressions: bool = False,
    ) -> None:
        self.config = config
        self._overlay = dict(overlay or {})
        self._jobs = jobs
        self._memory = memory
        self.consulted: set[str] = set()
        self.searches: list[Search] = []
        files = sorted({*files, *self._overlay})
        self.modules = Modules(config.roots, files)
        self._exports: dict[str, Exports] = {}
        self._facts: dict[str, FileFacts] = {}
        self._trees: dict[str, ast.Module] = {}
        self._files = files
        self.asked = Asked()
        self.project = Project(self.modules, self._load, _foreign(config, self.modules))
        self.guards = Guards(config, self.project)
        self._gallery = self._new_gallery()
        self._hunting = Hunting(self.project, self.guards, self._gallery.profiles(), suppressions=suppressions)
        self._read_for: dict[str, Set[str]] = {}
        self._scan(self._hunting.first())

    def _scan(self, search: Search | None) -> None:
        """Scan for the guarded words, then for each new name under which a module passes a guarded one on."""
        if search is None:
            return
        on_disk = self._on_disk()
        sample = cache(lambda: _sample(on_disk))
        with scanners(self._jobs) as scan:
            while search is not None:
                # A file that was read with these words in mind already has nothing new to say.
                names = {name.decode() for hunt in search.hunts for name in hunt.names}
                wanted = [path for path in on_disk if not names or not names <= self._read_for.get(path, set())]
                found = self._scanned(wanted, search, scan, sample)
                search = self._take_in([*found, *self._scan_overlay(search)], search)

    def _scanned(
        self, paths: Sequence[str], search: Search, scan: Scan, sample: Callable[[], list[bytes]]
    ) -> list[FileFacts]:
        """The facts of those files that hold what is looked for, in the order of `paths`."""
        self.searches.append(search)
        known, left = self._memory.recall(search, paths) if self._memory else ([], paths)
        if not left:
            return known
        quick = len(left) >= _SAMPLED * 10
        found = scan(left, search._replace(stems=stems(search.literals(), sample())) if quick else search)
        if self._memory:
            self._memory.note(search, left, found)
        return sorted([*known, *found], key=attrgetter("path")) if known else found

    def _take_in(self, fresh: Sequence[FileFacts], search: Search) -> Search | None:
        """Learn from files that have been read; what there is to look for now."""
        self._read_for |= {facts.path: search.words.exact for facts in fresh}
        self._facts |= {facts.path: facts for facts in fresh}
        self._exports |= {facts.path: facts.exports for facts in fresh}
        self.project.forget()
        self.guards.forget()
        return self._hunting.next(fresh)

    @property
    def files(self) -> Sequence[str]:
        """All files of the project, in order."""
        return self._files

    def _on_disk(self) -> list[str]:
        return [path for path in self._files if path not in self._overlay]

    def _scan_overlay(self, search: Search) -> list[FileFacts]:
        return [facts_of(path, data, search) for path, data in self._overlay.items() if search.wants(data, path)]

    def change(self, texts: Mapping[str, tuple[bytes, Source]]) -> None:
        """Go on with other bytes for some of the files (absolute paths), as if they stood on the disk."""
        data = {path: text for path, (text, _) in texts.items()}
        self._overlay |= data
        self._forget(data)
        search = self._hunting.readers_of(self.asked.names)  # what was asked is looked for as well
        fresh = [facts_from(path, source, search) for path, (_, source) in texts.items()]
        self._scan(self._take_in(fresh, search))
        self.asked = self.asked.changed(fresh, data)

    def edit(self, texts: Mapping[str, bytes]) -> None:
        """Go on with other bytes for some of the files (absolute paths), as a run would that reads them afresh."""
        self._overlay |= texts
        self._forget(texts)
        search = self._hunting.readers_of(self.asked.names)
        wanted = [path for path, data in texts.items() if any(each.wants(data, path) for each in self.searches)]
        for path in texts:
            self._facts.pop(path, None)
            self._exports.pop(path, None)
        fresh = [facts_of(path, texts[path], search) for path in wanted]
        self._scan(self._take_in(fresh, search))
        self.asked = self.asked.changed(fresh, texts)

    def _forget(self, paths: Iterable[str]) -> None:
        for path in paths:
            self._trees.pop(path, None)
        self._gallery = self._new_gallery()

    def all_facts(self) -> Mapping[str, FileFacts]:
        """The facts of every file that was read, for whichever reason."""
        return {**self._facts, **self.asked.facts}

    def answers(self, path: str, name: str) -> bool:
        """Whether every file that reads a name of the module at `path` has been read."""
        return self.finds_anywhere(name) or (path, name) in self.asked.names

    def finds_anywhere(self, name: str) -> bool:
        """Whether every file that holds a name has been read, whatever stands beside it."""
        return self._hunting.is_found_anywhere(name)

    def attribute_uses(self, name: str) -> Mapping[str, tuple[AttributeUse, ...]] | None:
        """Where an attribute of that name is read, by file; None while nobody has asked."""
        return self.asked.attributes.get(name)

    def files_with(self, pattern: bytes) -> tuple[str, ...]:
        """All files of the project whose bytes match a regular expression, in order."""
        search, found = re.compile(pattern).search, []
        for path in self._files:
            with suppress(OSError):  # what can't be read names nothing
                found += [path] if search(self._bytes(path)) else []
        return tuple(found)

    def learn(self, asked: Asked) -> None:
        """Take over what another process has found out."""
        self.asked = asked

    def ask(self, names: Set[tuple[str, str]], attributes: Set[str]) -> None:
        """Find who reads names of modules (path and name), and where attributes of some names are read."""
        search = self._hunting.readers_of(names - self.asked.names)
        on_disk, fresh = self._on_disk(), []
        with scanners(self._jobs) as scan:
            if search.hunts:
                fresh = [*self._scanned(on_disk, search, scan, lambda: _sample(on_disk)), *self._scan_overlay(search)]
        found = {facts.path: facts for facts in fresh}
        uses = found_uses(self._files, attributes, self._bytes, self._jobs)
        self.asked = self.asked.plus(names, found, uses)

    def _load(self, path: str) -> Exports:
        """The exports of a file that the search had no reason to parse."""
        if path not in self._exports:
            self._exports[path] = NO_EXPORTS
            self._exports[path] = self._read(path).exports
        return self._exports[path]

    def _read(self, path: str) -> FileFacts:
        search = Search((), (), Words(frozenset()), self.modules.roots)
        if self._memory is None or path in self._overlay:
            return self._read_for_nothing(path, search)
        known, _ = self._memory.recall(search, [path])
        if not known:
            known = [self._read_for_nothing(path, search)]
            self._memory.note(search, [path], known)
        return known[0]

    def _read_for_nothing(self, path: str, search: Search) -> FileFacts:
        """The facts of a file that holds nothing that is looked for."""
        try:
            data = self._overlay[path] if path in self._overlay else read(path)
        except OSError as error:
            return unreadable(path, error)
        return facts_of(path, data, search)

    def view(self, path: str) -> View | None:
        """One file as the project sees it; None where it mentions nothing that is guarded."""
        facts = self._facts.get(path)
        if facts is None:
            return None
        name = self.modules.name_of(path)
        return View(path, name, self.project, self.guards, self.config, facts, self._gallery, self.readers)

    def _new_gallery(self) -> Gallery:
        return Gallery(self.config, self.guards, self.project, self.tree, cache(self._outline))

    def tree(self, path: str) -> ast.Module:
        """The tree of a file. Raises OSError."""
        if path not in self._trees:
            self._trees[path] = parsed_source(decode(self.data(path))).tree
        return self._trees[path]

    def _outline(self, path: str) -> ast.Module | None:
        """The tree of a file in which functions are hollow; None where it can't be read."""
        try:
            decoded = decode(self._bytes(path))
        except OSError:
            return None
        return (outlined_source(decoded, lambda first, last: False) or parsed_source(decoded)).tree

    def readers(self, path: str, local: str) -> tuple[str, ...]:
        """The files that import a class (the file that defines it, and its local name), under whatever name.

        Or that reach it through its module, as far as is known.
        """
        name = local.partition(".")[0].partition("#")[0]
        if not self._hunting.notes_imports_of(name) and not self.answers(path, name):
            self.ask({(path, name)}, set())
        return tuple(
            file for file, facts in sorted(self.all_facts().items()) if self._reads(file, facts, (path, local), name)
        )

    def _reads(self, path: str, facts: FileFacts, wanted: tuple[str, str], name: str) -> bool:
        origins = [origin for entry in facts.imports for origin in (entry.origin, *entry.star_reads)]
        origins += [attribute_of(reach.base, reach.attribute) for reach in facts.reaches if reach.attribute == name]
        return any((home.path, home.local) == wanted for each in origins for home in self.project.resolve(each, path))

    def data(self, path: str) -> bytes:
        """The bytes of a file, as they were analysed."""
        self.consulted.add(path)
        return self._bytes(path)

    def _bytes(self, path: str) -> bytes:
        return self._overlay[path] if path in self._overlay else read(path)

    def basis(self) -> Basis:
        """What everything that was found out depends on."""
        holders = {path for uses in self.asked.attributes.values() for path in uses}
        near = {*self.all_facts(), *self._exports, *self.consulted, *holders}
        return Basis(frozenset(near), tuple(self.searches), frozenset(self.asked.attributes))


def _sample(files: Sequence[str]) -> list[bytes]:
    """Some of the files."""
    found = []
    for path in files[:: max(len(files) // _SAMPLED, 1)]:
        with suppress(OSError):  # it is told when it is its turn
            found.append(read(path))
    return found


def _foreign(config: Config, modules: Modules) -> frozenset[str]:
    """Top-level names of the configuration that no module of the project has: a third party's, also beside a script."""
    names = [name for resource in config.resources for name in resource.constructors]
    tops = {name.partition(".")[0] for name in names}
    return frozenset(
        top for top in tops if not is_glob(top) and modules.path_of(top) is None and modules.folder_of(top) is None
    )


class Basis(NamedTuple):
    """What was looked at: files `near` (absolute paths), and all others by `searches` and for `attributes`.

    A file that is not near stays without a say as long as no search wants it and it reads no such attribute.
    """

    near: frozenset[str]
    searches: tuple[Search, ...]
    attributes: frozenset[str]
