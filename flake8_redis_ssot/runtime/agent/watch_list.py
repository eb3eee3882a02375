"""What an observed process watches, as a file that its child processes read as well."""

import json
import os
from collections.abc import Iterator
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
