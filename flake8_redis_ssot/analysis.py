"""One project under one configuration: scanned once, then ready to answer for any of its files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import replace

from flake8_redis_ssot.asking import Asked, found_uses
from flake8_redis_ssot.config.settings import Config
from flake8_redis_ssot.discovery import Listing, discover
from flake8_redis_ssot.disk import read
from flake8_redis_ssot.guards import Guards
from flake8_redis_ssot.hunting import Hunting
from flake8_redis_ssot.modules import Modules
from flake8_redis_ssot.names.facts import NO_EXPORTS, Exports, FileFacts
from flake8_redis_ssot.project import Project
from flake8_redis_ssot.rule import View
from flake8_redis_ssot.scan import facts_from, facts_of, unreadable
from flake8_redis_ssot.search import AttributeUse, Search, stems
from flake8_redis_ssot.source import Source
from flake8_redis_ssot.words import Words, is_glob
from flake8_redis_ssot.workers import scanners

_SAMPLED = 50


class Analysis:
    """The facts of a project.

    `listing` are the files that will be asked about (absolute paths); the project is all of them and whatever
    lies under the import roots; `covered` are folders (absolute) that the listing has in full. `overlay` maps
    absolute paths to bytes that stand in for what is on disk (an editor's buffer). `jobs` is the number of
    processes, and changes nothing but the time. `asked` is what fixes have wanted to know so far.
    """

    def __init__(
        self,
        config: Config,
        listing: Listing,
        *,
        covered: Sequence[str] = (),
        jobs: int = 1,
        overlay: Mapping[str, bytes] | None = None,
    ) -> None:
        self.config = config
        self._overlay = dict(overlay or {})
        self._jobs = jobs
        roots = [os.path.normpath(os.path.join(config.root, source)) for source in config.src]
        others = [root for root in roots if not any(_lies_in(root, folder) for folder in covered)]
        beside = discover(others, root=str(config.root), exclude=config.exclude).files if others else ()
        files = sorted({*listing.files, *beside, *self._overlay})
        self.modules = Modules(roots, files)
        self._exports: dict[str, Exports] = {}
        self._facts: dict[str, FileFacts] = {}
        self._files = files
        self.asked = Asked()
        self.project = Project(self.modules, self._load, _foreign(config, self.modules))
        self.guards = Guards(config, self.project)
        self._hunting = Hunting(self.project, self.guards)
        self._read_for: dict[str, Set[str]] = {}
        self._scan(self._hunting.first())

    def _scan(self, search: Search | None) -> None:
        """Scan for the guarded words, then for each new name under which a module passes a guarded one on."""
        if search is None:
            return
        on_disk = self._on_disk()
        sample = _sample(on_disk)
        with scanners(self._jobs, len(on_disk)) as scan:
            while search is not None:
                search = replace(search, stems=stems(search.literals(), sample))
                # A file that was read with these words in mind already has nothing new to say.
                names = {name.decode() for hunt in search.hunts for name in hunt.names}
                wanted = [path for path in on_disk if not names or not names <= self._read_for.get(path, set())]
                search = self._take_in([*scan(wanted, search), *self._scan_overlay(search)], search)

    def _take_in(self, fresh: Sequence[FileFacts], search: Search) -> Search | None:
        """Learn from files that have been read; what there is to look for now."""
        self._read_for |= {facts.path: search.words.exact for facts in fresh}
        self._facts |= {facts.path: facts for facts in fresh}
        self._exports |= {facts.path: facts.exports for facts in fresh}
        self.project.forget()
        self.guards.forget()
        return self._hunting.next(fresh)

    def _on_disk(self) -> list[str]:
        return [path for path in self._files if path not in self._overlay]

    def _scan_overlay(self, search: Search) -> list[FileFacts]:
        return [facts_of(path, data, search) for path, data in self._overlay.items() if search.wants(data, path)]

    def change(self, texts: Mapping[str, tuple[bytes, Source]]) -> None:
        """Go on with other bytes for some of the files (absolute paths), as if they stood on the disk."""
        data = {path: text for path, (text, _) in texts.items()}
        self._overlay |= data
        search = self._hunting.readers_of(self.asked.names)  # what was asked is looked for as well
        fresh = [facts_from(path, source, search) for path, (_, source) in texts.items()]
        self._scan(self._take_in(fresh, search))
        self.asked = self.asked.changed(fresh, data)

    def all_facts(self) -> Mapping[str, FileFacts]:
        """The facts of every file that was read, for whichever reason."""
        return {**self._facts, **self.asked.facts}

    def answers(self, path: str, name: str) -> bool:
        """Whether every file that reads a name of the module at `path` has been read."""
        return self._hunting.is_found_anywhere(name) or (path, name) in self.asked.names

    def attribute_uses(self, name: str) -> Mapping[str, tuple[AttributeUse, ...]] | None:
        """Where an attribute of that name is read, by file; None while nobody has asked."""
        return self.asked.attributes.get(name)

    def learn(self, asked: Asked) -> None:
        """Take over what another process has found out."""
        self.asked = asked

    def ask(self, names: Set[tuple[str, str]], attributes: Set[str]) -> None:
        """Find who reads names of modules (path and name), and where attributes of some names are read."""
        search = self._hunting.readers_of(names - self.asked.names)
        search = replace(search, stems=stems(search.literals(), _sample(self._files)))
        with scanners(self._jobs if search.hunts else 1, len(self._files)) as scan:
            fresh = [*scan(self._on_disk(), search), *self._scan_overlay(search)] if search.hunts else []
        found = {facts.path: facts for facts in fresh}
        uses = found_uses(self._files, attributes, self.data, self._jobs)
        self.asked = self.asked.plus(names, found, uses)

    def _load(self, path: str) -> Exports:
        """The exports of a file that the search had no reason to parse."""
        if path not in self._exports:
            self._exports[path] = NO_EXPORTS
            self._exports[path] = self._read(path).exports
        return self._exports[path]

    def _read(self, path: str) -> FileFacts:
        try:
            data = self._overlay[path] if path in self._overlay else read(path)
        except OSError as error:
            return unreadable(path, error)
        return facts_of(path, data, Search((), (), Words(frozenset()), self.modules.roots))

    def view(self, path: str) -> View | None:
        """One file as the project sees it; None where it mentions nothing that is guarded."""
        facts = self._facts.get(path)
        if facts is None:
            return None
        name = self.modules.name_of(path)
        return View(path, name, str(self.config.root), self.project, self.guards, self.config.type_checking, facts)

    def data(self, path: str) -> bytes:
        """The bytes of a file, as they were analysed."""
        return self._overlay[path] if path in self._overlay else read(path)


def _sample(files: Sequence[str]) -> list[bytes]:
    """Some of the files; of a small project none, where it does not matter what is rare."""
    found = []
    for path in files[:: len(files) // _SAMPLED] if len(files) >= _SAMPLED * 10 else ():
        with suppress(OSError):  # it is told when it is its turn
            found.append(read(path))
    return found


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _foreign(config: Config, modules: Modules) -> frozenset[str]:
    """Top-level names of the configuration that no module of the project has: a third party's, also beside a script."""
    names = [name for resource in config.resources for name in resource.constructors]
    tops = {name.partition(".")[0] for name in names}
    return frozenset(
        top for top in tops if not is_glob(top) and modules.path_of(top) is None and modules.folder_of(top) is None
    )
