"""What was recognised of an accessor or an instance, and why something was not."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import NamedTuple

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.project.resolver import Definition


class NotRecognisedError(Exception):
    """Code that is not one of the recognised shapes; the message is a reason that states it."""


class Variable(NamedTuple):
    """A module variable, or an attribute of a class or function (`Class.x`), of the file at `path` (absolute)."""

    path: str
    qualname: str

    @property
    def name(self) -> str:
        """The last part of the name."""
        return self.qualname.rpartition(".")[2]


class SharedConstruction(NamedTuple):
    """The call in the file at `path` that makes the shared instance, and the constructor that it calls."""

    path: str
    call: ast.Call
    constructor: Definition


class OwnImport(NamedTuple):
    """An import in the body of an accessor, in the file at `path`."""

    path: str
    statement: ast.Import | ast.ImportFrom


@dataclass(frozen=True)
class AccessorModel:
    """A recognised accessor, or instance.

    `variables` hold the instance or a copy of it; `functions` are the accessor and those that it calls for the instance
    (a file and a local name), `helpers` the functions whose result is stored; `locks` are held while it is made.
    `is_lazy`: it is made by the first call. `is_memoised`: a decorator keeps it, so that it can be forgotten.
    `nodes` are the functions that may bind the variables, `imports` the statements with which they load modules.
    """

    constructions: tuple[SharedConstruction, ...] = ()
    variables: tuple[Variable, ...] = ()
    functions: tuple[Variable, ...] = ()
    helpers: tuple[Variable, ...] = ()
    locks: tuple[Variable, ...] = ()
    nodes: tuple[ast.AST, ...] = ()
    imports: tuple[OwnImport, ...] = ()
    is_lazy: bool = False
    is_memoised: bool = False

    def merge(self, other: AccessorModel) -> AccessorModel:
        """Both together."""
        names = ("constructions", "variables", "functions", "helpers", "locks", "nodes", "imports")
        merged = {name: tuple(dict.fromkeys((*getattr(self, name), *getattr(other, name)))) for name in names}
        return replace(
            self,
            **merged,
            is_lazy=self.is_lazy or other.is_lazy,
            is_memoised=self.is_memoised or other.is_memoised,
        )

    @property
    def construction(self) -> SharedConstruction | None:
        """The construction, if there is only one."""
        return self.constructions[0] if len(self.constructions) == 1 else None


def format_place(path: str, node: ast.AST, context: FixContext) -> str:
    """Where a node is, as reasons show it: `app/access.py:5`."""
    return f"{context.relative_path(path)}:{getattr(node, 'lineno', 1)}"


_MAX_LENGTH = 60


def format_code(node: ast.AST) -> str:
    """The first line of a node as code, shortened."""
    text = ast.unparse(node).partition("\n")[0].rstrip(":")
    return f"`{text if len(text) <= _MAX_LENGTH else text[: _MAX_LENGTH - 3] + '...'}`"
