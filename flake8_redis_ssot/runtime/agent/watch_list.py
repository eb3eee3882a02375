"""What an observed process watches, as a file that its child processes read as well."""

import json
import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

_FILE_NAME = "watch.json"


class WatchedResource(NamedTuple):
    """A resource: the dotted names or patterns of its constructors, and the dotted names of its accessors."""

    name: str
    constructors: tuple[str, ...]
    accessors: tuple[str, ...]


class WatchList(NamedTuple):
    """The watched resources of the project below `root` (absolute path)."""

    root: str
    resources: tuple[WatchedResource, ...]
    saves_each_test: bool = False

    def targets(self) -> "Iterator[Target]":
        """Everything that is watched."""
        for resource in self.resources:
            for name in resource.constructors:
                yield Target(resource.name, name, "constructor")
            for name in resource.accessors:
                yield Target(resource.name, name, "accessor")

    def save(self, folder: str) -> None:
        """Write the list to the folder of a run. Raises OSError."""
        with open(os.path.join(folder, _FILE_NAME), "w", encoding="utf-8") as file:
            json.dump(self._asdict(), file)

    @classmethod
    def load(cls, folder: str) -> "WatchList":
        """Read the list from the folder of a run. Raises OSError."""
        with open(os.path.join(folder, _FILE_NAME), encoding="utf-8") as file:
            values = json.load(file)
        resources = (
            WatchedResource(name, tuple(constructors), tuple(accessors))
            for name, constructors, accessors in values["resources"]
        )
        return cls(values["root"], tuple(resources), values["saves_each_test"])


class Target(NamedTuple):
    """A watched name: its resource, the dotted name or pattern from the settings, and its role."""

    resource: str
    name: str
    role: str  # constructor or accessor


Parts = tuple[str, ...]  # of a dotted name or pattern


class TargetIndex:
    """The targets by the package that their names begin with: most modules can hold none of them."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self._patterns = [(target, tuple(target.name.split("."))) for target in targets]
        self._has_glob = any("*" in parts[0] for _, parts in self._patterns)
        self._packages = {parts[0] for _, parts in self._patterns}
        self._found: dict[str, list[tuple[Target, Parts]]] = {}

    def find(self, module: str) -> list[tuple[Target, Parts]]:
        """The targets that a module can hold, each with the parts of its name that are left for attributes."""
        if not self._has_glob and module.partition(".")[0] not in self._packages:
            return []
        if module not in self._found:
            names = tuple(module.split("."))
            self._found[module] = [
                (target, rest) for target, parts in self._patterns for rest in _remaining_parts(parts, names)
            ]
        return self._found[module]


@cache
def _remaining_parts(pattern: Parts, module: Parts) -> tuple[Parts, ...]:
    """The parts of a pattern that are left if its beginning matches a module."""
    if not pattern:
        return ()
    if not module:
        return (pattern,)
    if pattern[0] == "**":
        inside = _remaining_parts(pattern, module[1:])
        return tuple(dict.fromkeys([*inside, *_remaining_parts(pattern[1:], module)]))
    return _remaining_parts(pattern[1:], module[1:]) if matches_part(pattern[0], module[0]) else ()


def matches_part(pattern: str, part: object) -> bool:
    """Whether one part of a pattern, in which `*` stands for any characters, matches a name."""
    if "*" not in pattern:
        return pattern == part
    return isinstance(part, str) and _compile_part(pattern).fullmatch(part) is not None


@cache
def _compile_part(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(".*" if piece == "*" else re.escape(piece) for piece in re.split(r"(\*)", pattern)))
