"""A name of a module that somebody may read, and the places that may do so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flake8_redis_ssot.fixes.context import FixContext


class PossibleRead(NamedTuple):
    """A place (`path` absolute, `row` 1-based) that may read a name; `cause` is a clause with what it does there."""

    path: str
    row: int
    cause: str


@dataclass(frozen=True)
class ReadTarget:
    """A name of a module: `path` is its file, `module` its dotted name."""

    path: str
    module: str
    name: str

    @classmethod
    def of(cls, path: str, name: str, context: FixContext) -> ReadTarget:
        """A name of the module at `path`."""
        return cls(path, context.module_name(path), name)

    @property
    def word(self) -> str:
        """The last part of the module's name: whoever names the module writes it."""
        return self.module.rpartition(".")[2]

    @property
    def package(self) -> str:
        """The dotted name of the package; empty for a top-level module."""
        return self.module.rpartition(".")[0]

    def fits_prefix(self, parts: Sequence[str]) -> bool:
        """Whether what is written before the module's word can be (a part of) its package or path."""
        own = self.package.split(".") if self.package else []
        return all(written == part for written, part in zip(reversed(parts), reversed(own)))
