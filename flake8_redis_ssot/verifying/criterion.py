"""What a criterion is, and what comes of looking at one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple

from flake8_redis_ssot.verifying.scene import Scene


class State(Enum):
    """How a criterion stands."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "not known"


class Place(NamedTuple):
    """A piece of evidence: `path` from the configuration's folder with `/`, `row` (1-based; 0: the whole file).

    In a notebook the row counts in a `cell` (1-based), which is None in any other file.
    """

    path: str
    row: int
    text: str
    cell: int | None = None

    @property
    def where(self) -> str:
        """`path:row`, or `path:cell number:row`."""
        cell = "" if self.cell is None else f"cell {self.cell}:"
        return f"{self.path}:{cell}{self.row}" if self.row else self.path


class Verdict(NamedTuple):
    """How a criterion stands: in a line, the places that show it, and commands that help.

    `note` says what can't be seen; `details` are the same facts for machines, ready for JSON.
    """

    state: State
    summary: str
    places: tuple[Place, ...] = ()
    commands: tuple[str, ...] = ()
    note: str = ""
    details: Mapping[str, Any] = MappingProxyType({})


class Criterion(NamedTuple):
    """One criterion: a name for machines, a title for people, and how it is judged (raises OSError for the disk)."""

    name: str
    title: str
    judge: Callable[[Scene], Verdict]
