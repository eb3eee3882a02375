"""The project as fixers ask it: files to change, who else reads a name, what patches it, what importing it would do."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Protocol, TypeVar, cast

from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.paths import relative_to
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.project.import_graph import ImportGraph
from flake8_redis_ssot.project.patch_targets import is_patch, origins_of
from flake8_redis_ssot.project.resolver import Home, Project
from flake8_redis_ssot.project.search.prefilter import AttributeUse, code
from flake8_redis_ssot.project.services import Borders
from flake8_redis_ssot.project.types.class_members import interface_of
from flake8_redis_ssot.project.types.class_model import Interface
from flake8_redis_ssot.project.types.decorators import Load
from flake8_redis_ssot.project.types.inference import Result, result_of
from flake8_redis_ssot.project.view import Judged, View
from flake8_redis_ssot.semantic.facts import FileFacts, Import, Mention, Reach, attribute_of

Answer = TypeVar("Answer")


class Question(NamedTuple):
    """Something that only a search through all files can answer: who reads `name` of the module at `path`.

    With an empty path: where an attribute of that name is read, of whatever object.
    """

    path: str
    name: str


class Unanswered(Exception):  # noqa: N818
    """A question that has not been asked yet; with its answer the work can be done again."""

    def __init__(self, *questions: Question) -> None:
        super().__init__(questions)
        self.questions = questions


class Reader(NamedTuple):
    """A file (`path`) that reads a name of a module: at `row` (1-based), each time a function runs if `local`."""

    path: str
    row: int
    local: bool
    fact: Import | Reach


class Target(NamedTuple):
    """A string in `path` that patches an attribute of a module, or of something in it.

    `attributes` is what it patches, as seen from the module.
    """

    path: str
    mention: Mention
    attributes: str


class Known(Protocol):
    """What a bench asks of an analysis."""

    config: Config
    project: Project

    @property
    def files(self) -> Sequence[str]:
        """All files of the project, in order."""

    def data(self, path: str) -> bytes:
        """The bytes of a file."""

    def view(self, path: str) -> View | None:
        """A file as the project sees it."""

    def all_facts(self) -> Mapping[str, FileFacts]:
        """The facts of every file that was read."""

    def answers(self, path: str, name: str) -> bool:
        """Whether every reader of a name of a module has been read."""

    def finds_anywhere(self, name: str) -> bool:
        """Whether every file that holds a name has been read."""

    def attribute_uses(self, name: str) -> Mapping[str, tuple[AttributeUse, ...]] | None:
        """Where an attribute of that name is read, by file; None while nobody has looked."""

    def files_with(self, pattern: bytes) -> tuple[str, ...]:
        """All files whose bytes match a regular expression."""


@dataclass
class Bench:
    """One round of fixing. `judged` tells the confirmed sites of a file, whoever asked for it."""

    known: Known
    judged: Callable[[str], Sequence[Judged]]
    sheets: dict[str, Sheet] = field(default_factory=dict)
    _seen: dict[tuple[str, str, str], object] = field(default_factory=dict)
    _texts: dict[str, bytes] = field(default_factory=dict)
    _importers: dict[str, frozenset[str]] = field(default_factory=dict)
    _holders: dict[bytes, tuple[str, ...]] = field(default_factory=dict)
    _mentioning: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def project(self) -> Project:
        """Where names are at home."""
        return self.known.project

    def sheet(self, path: str) -> Sheet:
        """A file, ready to be changed. Raises OSError."""
        if path not in self.sheets:
            self.sheets[path] = Sheet.of(path, self.known.data(path))
        return self.sheets[path]

    def tree(self, path: str) -> ast.Module:
        """The tree of a file. Raises OSError."""
        return self.sheet(path).tree

    def interface(self, home: Home | None) -> Interface | None:
        """What a class of the project offers; None for anything else."""
        if home is None or home.path is None:
            return None
        return self._remembered(interface_of, home.path, home.local)

    def result(self, home: Home) -> Result | None:
        """What a function of the project gives back; None for anything else."""
        return None if home.path is None else self._remembered(result_of, home.path, home.local)

    def _remembered(self, ask: Callable[[str, str, Load, Project], Answer], path: str, local: str) -> Answer:
        key = (ask.__name__, path, local)
        if key not in self._seen:
            self._seen[key] = ask(path, local, self.tree, self.project)
        return cast("Answer", self._seen[key])

    def change(self, sheets: Mapping[str, Sheet]) -> None:
        """Go on with other files in the place of some."""
        self.sheets |= sheets
        self._texts |= {path: code(sheet.data, path) for path, sheet in sheets.items()}
        self._mentioning.clear()
        self._seen.clear()

    def learn(self) -> None:
        """Look again at the facts of the other files: there are more of them now."""
        for name in ("_readers", "_patches", "_named"):
            self.__dict__.pop(name, None)
        self._importers.clear()
        self._holders.clear()

    def again(self, known: Known, judged: Callable[[str], Sequence[Judged]]) -> Bench:
        """A bench for the same files, once more is known about the others."""
        return Bench(known, judged, self.sheets, self._seen, self._texts)

    def view(self, path: str, like: View) -> View:
        """A file as the project sees it, whether it mentions something guarded or not; `like` is the view of any other.

        Raises KeyError where nobody has had a reason to read the file.
        """
        known = self.known.view(path)
        return known or like._replace(path=path, module=self.module(path), facts=self.known.all_facts()[path])

    def module(self, path: str) -> str:
        """The dotted name of a file."""
        return self.project.modules.name_of(path)

    def relative(self, path: str) -> str:
        """A path as messages show it: from the configuration's folder, with `/`."""
        return relative_to(str(self.known.config.root), path)

    @cached_property
    def borders(self) -> Borders:
        """The services, which may not import each other."""
        return Borders(self.known.config, self.project)

    @cached_property
    def graph(self) -> ImportGraph:
        """Who imports whom when modules are loaded."""
        return ImportGraph(self.project, self.tree)

    def ring(self, importer: str, module: str) -> str | None:
        """The ring that an import of a module (dotted) by a file would close; None where there is none."""
        path = self.project.path_of(module, importer)
        return self.graph.ring(importer, path) if path is not None else None

    def readers(self, path: str, name: str) -> tuple[Reader, ...]:
        """Every other file that reads `name` of the module at `path`. Raises Unanswered."""
        if not self.known.answers(path, name):
            raise Unanswered(Question(path, name))
        own = self._readers.get((path, name), [])
        starred = self._readers.get((path, "*"), [])
        if self.known.finds_anywhere(name):
            # A star brings in what it is not asked for; who has the name from there is among its own readers.
            starred = [each for each in starred if name.encode() in self.text(each.path)]
        return tuple(reader for reader in (*own, *starred) if reader.path != path)

    def local_readers(self, path: str, name: str) -> tuple[Reader, ...]:
        """Those that look the name up each time a function runs, or have the whole module and may do so."""
        whole = self._readers.get((path, ""), [])
        having = {reader.path for reader in whole}
        known = [reader for reader in self._readers.get((path, name), []) if reader.local]
        # What is read as an attribute of an imported module goes with the import.
        named = [reader for reader in known if isinstance(reader.fact, Import) or reader.path not in having]
        return (*named, *whole)

    @cached_property
    def _readers(self) -> dict[tuple[str, str], list[Reader]]:
        found: dict[tuple[str, str], list[Reader]] = {}
        for path, facts in sorted(self.known.all_facts().items()):
            for key, reader in self._reads(path, facts):
                found.setdefault(key, []).append(reader)
        return found

    def _reads(self, path: str, facts: FileFacts) -> Iterator[tuple[tuple[str, str], Reader]]:
        for entry in facts.imports:
            module, _, attributes = entry.origin.partition(":")
            target = self.project.path_of(module, path)
            if target is not None and attributes:
                yield (target, attributes.partition(".")[0]), Reader(path, entry.span.row, entry.local, entry)
            for home in () if entry.star else self.project.resolve(entry.origin, path):
                if home.path is not None and not home.local:
                    yield (home.path, ""), Reader(path, entry.span.row, True, entry)
                yield from self._passed_on(home, attributes, Reader(path, entry.span.row, entry.local, entry))
        for reach in facts.reaches:
            for home in self.project.resolve(reach.base, path):
                if home.path is not None and not home.local:
                    yield (home.path, reach.attribute), Reader(path, reach.span.row, True, reach)
            for home in self.project.resolve(attribute_of(reach.base, reach.attribute), path):
                yield from self._passed_on(home, reach.attribute, Reader(path, reach.span.row, True, reach))

    def _passed_on(self, home: Home, attributes: str, reader: Reader) -> Iterator[tuple[tuple[str, str], Reader]]:
        """What somebody reads of the modules that pass it on: by stars, which name nothing, under the same name."""
        for module in home.chain:
            passing = self.project.path_of(module, reader.path)
            if passing is not None and attributes:
                yield (passing, attributes.partition(".")[0]), reader

    def patches(self, path: str, name: str) -> tuple[Target, ...]:
        """Every string that patches `name` of the module at `path`, or something in it. Raises Unanswered."""
        if not self.known.answers(path, name):
            raise Unanswered(Question(path, name))
        return tuple(self._patches.get((path, name), ()))

    def patches_in(self, path: str) -> list[tuple[Target, str]]:
        """Every patch known in the module at `path`, in order of place, and its first name (empty: the module)."""
        found = [(each, name) for (file, name), several in self._patches.items() if file == path for each in several]
        return sorted(((each, name) for each, name in found if is_patch(each.mention)), key=lambda entry: entry[0][:2])

    @cached_property
    def _patches(self) -> dict[tuple[str, str], list[Target]]:
        return self._targets(lambda mention: is_patch(mention) or mention.role == "dict")

    def _targets(self, is_meant: Callable[[Mention], bool]) -> dict[tuple[str, str], list[Target]]:
        """The strings that name something in a module, by its path and the first name in it."""
        found: dict[tuple[str, str], list[Target]] = {}
        for path, facts in sorted(self.known.all_facts().items()):
            for mention in facts.mentions:
                for origin in origins_of(mention, self.project) if is_meant(mention) else ():
                    module, _, attributes = origin.partition(":")
                    target = self.project.path_of(module, path)
                    if target is not None:
                        key = (target, attributes.partition(".")[0])
                        found.setdefault(key, []).append(Target(path, mention, attributes))
        return found

    def named(self, path: str, name: str) -> tuple[Target, ...]:
        """Every string besides that is a dotted path to `name` of the module at `path`: settings, entry points."""
        return tuple(self._named.get((path, name), ()))

    @cached_property
    def _named(self) -> dict[tuple[str, str], list[Target]]:
        return self._targets(lambda mention: not is_patch(mention))

    def imports(self, importer: str, path: str) -> bool:
        """Whether one file imports another one (both paths), as far as its facts show, or whenever it is loaded."""
        return importer in self.importers(path)

    def importers(self, path: str) -> frozenset[str]:
        """The files known that import the file at `path`."""
        if path not in self._importers:
            # Whoever imports a module names it, but for a package, which those in it may mean by dots alone.
            word, folder = self.module(path).rpartition(".")[2].encode(), os.path.dirname(path) + os.sep
            inside = folder if os.path.basename(path).startswith("__init__.") else path
            near = [file for file in self.known.all_facts() if word in self.text(file) or file.startswith(inside)]
            self._importers[path] = frozenset(file for file in near if self._imports(file, path))
        return self._importers[path]

    def _imports(self, importer: str, path: str) -> bool:
        module, facts = self.module(path), self.known.all_facts()[importer]
        origins = [entry.origin for entry in facts.imports]
        named = any(module in (origin.partition(":")[0], origin.replace(":", ".")) for origin in origins)
        return named or self.graph.imports(importer, path)

    def text(self, path: str) -> bytes:
        """The bytes of a file's code; none where it can't be read."""
        if path not in self._texts:
            try:
                self._texts[path] = code(self.known.data(path), path)
            except OSError:
                self._texts[path] = b""
        return self._texts[path]

    def mentioning(self, path: str) -> tuple[str, ...]:
        """All files of the project in whose text the last part of a module's name stands, in order."""
        if path not in self._mentioning:
            word = re.escape(self.module(path).rpartition(".")[2].encode())
            self._mentioning[path] = self.known.files_with(rb"\b" + word + rb"\b")
        return self._mentioning[path]

    def files_with(self, pattern: bytes) -> tuple[str, ...]:
        """The files known whose bytes match a regular expression, in order."""
        if pattern not in self._holders:
            search = re.compile(pattern).search
            self._holders[pattern] = tuple(file for file in sorted(self.known.all_facts()) if search(self.text(file)))
        return self._holders[pattern]

    def attribute_uses(self, name: str) -> Mapping[str, tuple[AttributeUse, ...]]:
        """Where an attribute of that name is read, of whatever object, by file. Raises Unanswered."""
        found = self.known.attribute_uses(name)
        if found is None:
            raise Unanswered(Question("", name))
        return found
