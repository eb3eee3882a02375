"""Resolves names to their definitions, through any number of modules that re-export them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from flake8_redis_ssot.project.growing_names import is_growing
from flake8_redis_ssot.project.modules import ModuleMap
from flake8_redis_ssot.semantic.ast_queries import plain_qualname
from flake8_redis_ssot.semantic.facts import Exports


class Definition(NamedTuple):
    """The definition that a name resolves to.

    `name` is its dotted name where it is defined, `path` the file that defines it (None outside the project) and
    `qualname` its local name in that file. `via` are the modules that re-export it, nearest first. `is_found` is False
    if no definition was found; `is_guess` is True if only a star import from outside the project can provide it.
    """

    name: str
    path: str | None
    qualname: str
    via: tuple[str, ...] = ()
    is_found: bool = True
    is_guess: bool = False

    @property
    def is_module(self) -> bool:
        """Whether it is a module of the project, not something in one."""
        return self.path is not None and not self.qualname


def definition_places(definitions: Iterable[Definition]) -> set[tuple[str | None, str]]:
    """The files and local names of definitions: two that are the same can have been reached in different ways."""
    return {(definition.path, definition.qualname) for definition in definitions}


_MAX_DEPTH = 64  # steps from a name to its definition
_MAX_STEPS = 2000  # for one name, over all its alternatives


class Resolver:
    """Resolves origins.

    `load_exports` returns the exports of a file (a path), `third_party` are top-level names of third-party packages.
    """

    def __init__(
        self, modules: ModuleMap, load_exports: Callable[[str], Exports], third_party: frozenset[str] = frozenset()
    ) -> None:
        self.modules = modules
        self.load_exports = load_exports
        self._third_party = third_party
        self._resolved_definitions: dict[tuple[str, str], tuple[Definition, ...]] = {}
        self._steps = 0  # of the name that is being resolved
        self._cuts = 0  # how often a resolution has ended at a name above it, or at a limit

    def clear_cache(self) -> None:
        """Forget all definitions, after files have changed."""
        self._resolved_definitions.clear()

    def path_of(self, module: str, importer: str) -> str | None:
        """The file of a module that `importer` (a path) imports; None outside the project."""
        if module.partition(".")[0] in self._third_party and module != self.modules.name_of(importer):
            return self.modules.path_of(module)
        return self.modules.path_for_importer(module, importer)

    def module_name(self, module: str, importer: str) -> str:
        """The canonical dotted name of a module, whichever import root it is imported from."""
        path = self.path_of(module, importer)
        return module if path is None else self.modules.name_of(path)

    def to_origin(self, dotted: str) -> str:
        """The origin of a dotted name: the longest prefix that is a module of the project, then attributes."""
        parts = dotted.split(".")
        for length in range(len(parts), 0, -1):
            module = ".".join(parts[:length])
            if self.modules.path_of(module) is not None:
                return f"{module}:{'.'.join(parts[length:])}"
        return f"{'.'.join(parts[:-1])}:{parts[-1]}" if len(parts) > 1 else f"{dotted}:"

    def resolve(self, origin: str, importer: str) -> tuple[Definition, ...]:
        """Every definition that an origin can resolve to in the file `importer` (a path)."""
        if "|" in origin:
            return _pick_certain([self.resolve(part, importer) for part in origin.split("|")])
        module, _, attributes = origin.partition(":")
        path = self.path_of(module, importer)
        # A name of a module of the project resolves to the same for every importer.
        key = (origin, importer) if path is None else (attributes, path)
        definitions = self._resolved_definitions.get(key)
        if definitions is None:
            self._steps = 0
            definitions = self._resolved_definitions[key] = self._resolve_in(
                module, _split_attributes(attributes), importer, frozenset()
            )
        return definitions

    def _resolve_in(
        self, module: str, parts: Sequence[str], importer: str, seen: frozenset[tuple[str, str]]
    ) -> tuple[Definition, ...]:
        path = self.path_of(module, importer)
        if path is None:
            return self._resolve_external(module, parts, importer, seen)
        if not parts:
            return (Definition(self.modules.name_of(path), path, ""),)
        if parts[0].startswith("*"):
            return self._follow_star(module, (parts[0][1:], *parts[1:]), importer, seen)
        return self._resolve_once(path, parts, seen)

    def _resolve_once(
        self, path: str, parts: Sequence[str], seen: frozenset[tuple[str, str]]
    ) -> tuple[Definition, ...]:
        """Resolve a name in a module, unless it has been resolved before or is being resolved."""
        attributes = ".".join(parts)
        if (attributes, path) in self._resolved_definitions:
            return self._resolved_definitions[attributes, path]
        self._steps += 1
        if (path, attributes) in seen:
            self._cuts += 1
            return self._resolve_submodule(path, parts, seen) or ()
        if len(seen) > _MAX_DEPTH or self._steps > _MAX_STEPS or is_growing(attributes, _names_in(path, seen)):
            self._cuts += 1
            return self._resolve_submodule(path, parts, seen) or self._missing_definition(path, parts)
        cuts = self._cuts
        definitions = self._resolve_in_module(path, parts, seen | {(path, attributes)})
        if self._cuts == cuts:  # else it depends on where the resolution has started
            self._resolved_definitions[attributes, path] = definitions
        return definitions

    def _resolve_external(
        self, module: str, parts: Sequence[str], importer: str, seen: frozenset[tuple[str, str]]
    ) -> tuple[Definition, ...]:
        """A third-party name, or one in a namespace package whose modules are files of the project."""
        for length in range(1, len(parts) + 1):
            submodule = ".".join((module, *parts[:length]))
            if self.path_of(submodule, importer) is not None:
                return self._resolve_in(submodule, parts[length:], importer, seen)
        is_star = bool(parts) and parts[0].startswith("*")
        name = ".".join((module, *parts)).replace(".*", ".")
        return (Definition(name, None, "", is_found=False, is_guess=is_star),)

    def _resolve_in_module(
        self, path: str, parts: Sequence[str], seen: frozenset[tuple[str, str]]
    ) -> tuple[Definition, ...]:
        exports = self.load_exports(path)
        if parts[0].startswith("@"):
            return self._resolve_member(path, exports, (parts[0][1:], *parts[1:]), seen)
        aliases = exports.names.get(parts[0])
        if aliases:
            definitions = self._follow_aliases(path, aliases, parts[1:], seen)
            return definitions or self._resolve_submodule(path, parts, seen) or self._missing_definition(path, parts)
        if aliases is not None or ".".join(parts) in exports.bases or parts[1:2] == ["<locals>"]:
            return self._resolve_member(path, exports, parts, seen)
        return (
            self._resolve_submodule(path, parts, seen)
            or self._follow_stars(path, exports, parts, seen)
            or self._missing_definition(path, parts)
        )

    def _follow_aliases(
        self, path: str, aliases: Sequence[str], rest: Sequence[str], seen: frozenset[tuple[str, str]]
    ) -> tuple[Definition, ...]:
        """Resolve a name to what the file that re-exports it imports or aliases."""
        name = self.modules.name_of(path)
        definitions: dict[tuple[str, str], Definition] = {}
        for alias in aliases:
            for definition in self._follow_alias(alias, rest, path, seen):
                # An alias of a definition in the same file is no re-export.
                via = definition.via if alias.startswith(f"{name}:@") else (name, *definition.via)
                definitions.setdefault((definition.name, definition.qualname), definition._replace(via=via))
        return tuple(definitions.values())

    def _follow_alias(
        self, alias: str, rest: Sequence[str], path: str, seen: frozenset[tuple[str, str]]
    ) -> tuple[Definition, ...]:
        alternatives = []
        for origin in alias.split("|"):
            module, _, attributes = origin.partition(":")
            alternatives.append(self._resolve_in(module, (*_split_attributes(attributes), *rest), path, seen))
        return _pick_certain(alternatives)

    def _resolve_submodule(
        self, path: str, parts: Sequence[str], seen: frozenset[tuple[str, str]]
    ) -> tuple[Definition, ...] | None:
        module = f"{self.modules.name_of(path)}.{parts[0]}"
        if self.modules.path_of(module) is None:
            return None
        return self._resolve_in(module, parts[1:], path, seen)

    def _resolve_member(
        self, path: str, exports: Exports, parts: Sequence[str], seen: frozenset[tuple[str, str]]
    ) -> tuple[Definition, ...]:
        """A class attribute: set in the class or inherited from a class of the project."""
        qualname = ".".join(parts)
        own_definition = (Definition(f"{self.modules.name_of(path)}.{plain_qualname(qualname)}", path, qualname),)
        length = next((n for n in range(len(parts), 0, -1) if ".".join(parts[:n]) in exports.bases), 0)
        rest = parts[length:]
        if not length or not rest:
            return own_definition
        owner = ".".join(parts[:length])
        aliases = exports.names.get(f"{owner}.{rest[0]}")
        if aliases:
            return self._follow_aliases(path, aliases, rest[1:], seen)
        if aliases is not None:
            return own_definition
        inherited = self._resolve_inherited(path, exports.bases[owner], rest, seen)
        return inherited or (own_definition[0]._replace(is_found=False),)

    def _resolve_inherited(
        self, path: str, bases: Sequence[str], rest: Sequence[str], seen: frozenset[tuple[str, str]]
    ) -> tuple[Definition, ...]:
        for base in bases:
            module, _, attributes = base.partition(":")
            if self.path_of(module, path) is not None:
                definitions = [
                    definition
                    for definition in self._resolve_in(module, (*_split_attributes(attributes), *rest), path, seen)
                    if definition.is_found
                ]
                if definitions:
                    return tuple(definitions)
        return ()

    def _follow_stars(
        self, path: str, exports: Exports, parts: Sequence[str], seen: frozenset[tuple[str, str]]
    ) -> tuple[Definition, ...]:
        name = self.modules.name_of(path)
        guesses: tuple[Definition, ...] = ()
        for star in reversed(exports.stars):
            definitions = tuple(
                definition._replace(via=(name, *definition.via))
                for definition in self._follow_star(star, parts, path, seen)
            )
            if any(not definition.is_guess for definition in definitions):
                return definitions
            guesses += definitions
        return guesses

    def _follow_star(
        self, module: str, parts: Sequence[str], importer: str, seen: frozenset[tuple[str, str]]
    ) -> tuple[Definition, ...]:
        """What `from module import *` binds to a name: nothing if the module does not export it."""
        path = self.path_of(module, importer)
        if path is None:
            return (Definition(".".join((module, *parts)), None, "", is_found=False, is_guess=True),)
        public = self.load_exports(path).dunder_all
        is_exported = parts[0] in public if public is not None else not parts[0].startswith("_")
        key = (path, "*" + parts[0])
        self._cuts += key in seen
        if not is_exported or key in seen:
            return ()
        return tuple(
            definition
            for definition in self._resolve_in(module, parts, importer, seen | {key})
            if definition.is_found or definition.path is None
        )

    def _missing_definition(self, path: str, parts: Sequence[str]) -> tuple[Definition, ...]:
        """A name that a module of the project does not define."""
        return (Definition(".".join((self.modules.name_of(path), *parts)), path, ".".join(parts), is_found=False),)


def _pick_certain(alternatives: Sequence[tuple[Definition, ...]]) -> tuple[Definition, ...]:
    """The first alternative with a definition that is no guess, else the first that is not empty."""
    certain = (each for each in alternatives if any(not definition.is_guess for definition in each))
    return next(certain, ()) or next(filter(None, alternatives), ())


def _names_in(path: str, seen: Iterable[tuple[str, str]]) -> list[str]:
    return [name for module, name in seen if module == path]


def _split_attributes(attributes: str) -> tuple[str, ...]:
    return tuple(attributes.split(".")) if attributes else ()
