"""The whole project: where a name is at home, through any number of modules that pass it on."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from flake8_redis_ssot.project.modules import Modules
from flake8_redis_ssot.semantic.facts import Exports

_NUMBER = re.compile(r"#\d+")


class Home(NamedTuple):
    """Where a name is at home.

    `name` is its true dotted name, `path` the file that defines it (None outside the project) and `local` its
    name in there. `chain` are the modules that passed it on, nearest first. `found` is False where no
    definition was seen; `guessed` is True where only a star import of a module outside the project can explain it.
    """

    name: str
    path: str | None
    local: str
    chain: tuple[str, ...] = ()
    found: bool = True
    guessed: bool = False


class Project:
    """Resolves origins. `load` gives the exports of a file (a path), `foreign` are top-level names of third parties."""

    def __init__(self, modules: Modules, load: Callable[[str], Exports], foreign: frozenset[str] = frozenset()) -> None:
        self.modules = modules
        self.load = load
        self._foreign = foreign
        self._known: dict[tuple[str, str], tuple[Home, ...]] = {}

    def forget(self) -> None:
        """Forget the homes found so far: files have been read anew."""
        self._known.clear()

    def path_of(self, module: str, importer: str) -> str | None:
        """The file of a module as `importer` (a path) sees it, None outside the project."""
        if module.partition(".")[0] in self._foreign:
            return self.modules.path_of(module)
        return self.modules.path_from(module, importer)

    def module_name(self, module: str, importer: str) -> str:
        """The one name of a module, whichever import root it was written from."""
        path = self.path_of(module, importer)
        return module if path is None else self.modules.name_of(path)

    def locate(self, dotted: str) -> str:
        """The origin that a dotted name in a configuration means: as much as is a module, then attributes."""
        parts = dotted.split(".")
        for length in range(len(parts), 0, -1):
            module = ".".join(parts[:length])
            if self.modules.path_of(module) is not None:
                return f"{module}:{'.'.join(parts[length:])}"
        return f"{'.'.join(parts[:-1])}:{parts[-1]}" if len(parts) > 1 else f"{dotted}:"

    def resolve(self, origin: str, importer: str) -> tuple[Home, ...]:
        """Every home that an origin can have, as the file `importer` (a path) sees it."""
        if "|" in origin:
            return _first_sure([self.resolve(part, importer) for part in origin.split("|")])
        module, _, attributes = origin.partition(":")
        path = self.path_of(module, importer)
        # What a module of ours means by a name does not depend on who asks.
        key = (origin, importer) if path is None else (attributes, path)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._follow(module, _parts(attributes), importer, frozenset())
        return known

    def _follow(
        self, module: str, parts: Sequence[str], importer: str, seen: frozenset[tuple[str, str]]
    ) -> tuple[Home, ...]:
        path = self.path_of(module, importer)
        if path is None:
            return self._outside(module, parts, importer, seen)
        if not parts:
            return (Home(self.modules.name_of(path), path, ""),)
        if parts[0].startswith("*"):
            return self._through_star(module, (parts[0][1:], *parts[1:]), importer, seen)
        key = (path, ".".join(parts))
        if key in seen:
            return self._submodule(path, parts, seen) or ()
        return self._in_module(path, parts, seen | {key})

    def _outside(
        self, module: str, parts: Sequence[str], importer: str, seen: frozenset[tuple[str, str]]
    ) -> tuple[Home, ...]:
        """A third party's name, or one in a namespace package whose modules are files of ours."""
        for length in range(1, len(parts) + 1):
            deeper = ".".join((module, *parts[:length]))
            if self.path_of(deeper, importer) is not None:
                return self._follow(deeper, parts[length:], importer, seen)
        star = bool(parts) and parts[0].startswith("*")
        name = ".".join((module, *parts)).replace(".*", ".")
        return (Home(name, None, "", found=False, guessed=star),)

    def _in_module(self, path: str, parts: Sequence[str], seen: frozenset[tuple[str, str]]) -> tuple[Home, ...]:
        exports = self.load(path)
        if parts[0].startswith("@"):
            return self._member(path, exports, (parts[0][1:], *parts[1:]), seen)
        aliases = exports.names.get(parts[0])
        if aliases:
            through = self._through(path, aliases, parts[1:], seen)
            return through or self._submodule(path, parts, seen) or self._lost(path, parts)
        if aliases is not None or ".".join(parts) in exports.bases or parts[1:2] == ["<locals>"]:
            return self._member(path, exports, parts, seen)
        return (
            self._submodule(path, parts, seen)
            or self._through_stars(path, exports, parts, seen)
            or self._lost(path, parts)
        )

    def _through(
        self, path: str, aliases: Sequence[str], rest: Sequence[str], seen: frozenset[tuple[str, str]]
    ) -> tuple[Home, ...]:
        """Go on to what a name stands for in the file that passes it on."""
        name = self.modules.name_of(path)
        homes: dict[tuple[str, str], Home] = {}
        for alias in aliases:
            for home in self._aliased(alias, rest, path, seen):
                # An alias of a definition in the same file passes nothing on.
                chain = home.chain if alias.startswith(f"{name}:@") else (name, *home.chain)
                homes.setdefault((home.name, home.local), home._replace(chain=chain))
        return tuple(homes.values())

    def _aliased(
        self, alias: str, rest: Sequence[str], path: str, seen: frozenset[tuple[str, str]]
    ) -> tuple[Home, ...]:
        several = []
        for origin in alias.split("|"):
            module, _, attributes = origin.partition(":")
            several.append(self._follow(module, (*_parts(attributes), *rest), path, seen))
        return _first_sure(several)

    def _submodule(self, path: str, parts: Sequence[str], seen: frozenset[tuple[str, str]]) -> tuple[Home, ...] | None:
        module = f"{self.modules.name_of(path)}.{parts[0]}"
        if self.modules.path_of(module) is None:
            return None
        return self._follow(module, parts[1:], path, seen)

    def _member(
        self, path: str, exports: Exports, parts: Sequence[str], seen: frozenset[tuple[str, str]]
    ) -> tuple[Home, ...]:
        """A class attribute: set in the class, or inherited from a class of the project."""
        local = ".".join(parts)
        here = (Home(f"{self.modules.name_of(path)}.{_NUMBER.sub('', local)}", path, local),)
        length = next((n for n in range(len(parts), 0, -1) if ".".join(parts[:n]) in exports.bases), 0)
        rest = parts[length:]
        if not length or not rest:
            return here
        owner = ".".join(parts[:length])
        aliases = exports.names.get(f"{owner}.{rest[0]}")
        if aliases:
            return self._through(path, aliases, rest[1:], seen)
        return (
            here
            if aliases is not None
            else self._inherited(path, exports.bases[owner], rest, seen) or (here[0]._replace(found=False),)
        )

    def _inherited(
        self, path: str, bases: Sequence[str], rest: Sequence[str], seen: frozenset[tuple[str, str]]
    ) -> tuple[Home, ...]:
        for base in bases:
            module, _, attributes = base.partition(":")
            if self.path_of(module, path) is not None:
                found = [home for home in self._follow(module, (*_parts(attributes), *rest), path, seen) if home.found]
                if found:
                    return tuple(found)
        return ()

    def _through_stars(
        self, path: str, exports: Exports, parts: Sequence[str], seen: frozenset[tuple[str, str]]
    ) -> tuple[Home, ...]:
        name = self.modules.name_of(path)
        guesses: tuple[Home, ...] = ()
        for star in reversed(exports.stars):
            homes = tuple(
                home._replace(chain=(name, *home.chain)) for home in self._through_star(star, parts, path, seen)
            )
            if any(not home.guessed for home in homes):
                return homes
            guesses += homes
        return guesses

    def _through_star(
        self, module: str, parts: Sequence[str], importer: str, seen: frozenset[tuple[str, str]]
    ) -> tuple[Home, ...]:
        """What `from module import *` brings in under a name: nothing where the module does not offer it."""
        path = self.path_of(module, importer)
        if path is None:
            return (Home(".".join((module, *parts)), None, "", found=False, guessed=True),)
        public = self.load(path).public
        offered = parts[0] in public if public is not None else not parts[0].startswith("_")
        key = (path, "*" + parts[0])
        if not offered or key in seen:
            return ()
        return tuple(
            home for home in self._follow(module, parts, importer, seen | {key}) if home.found or home.path is None
        )

    def _lost(self, path: str, parts: Sequence[str]) -> tuple[Home, ...]:
        """A name that a module of ours does not define, as far as can be seen."""
        return (Home(".".join((self.modules.name_of(path), *parts)), path, ".".join(parts), found=False),)


def _first_sure(several: Sequence[tuple[Home, ...]]) -> tuple[Home, ...]:
    """The first answer that surely holds, else the first that may."""
    sure = (homes for homes in several if any(not home.guessed for home in homes))
    return next(sure, ()) or next(filter(None, several), ())


def _parts(attributes: str) -> tuple[str, ...]:
    return tuple(attributes.split(".")) if attributes else ()
