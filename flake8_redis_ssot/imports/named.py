"""One name to import, and how it is written."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Shape = tuple[str, bool]  # what names must share to stand in one statement: the module, and whether it is a star


@dataclass(frozen=True, slots=True)
class Named:
    """A name to import: `from module import name as asname`, or `import name as asname` if `module` is empty.

    `module` is as it is to be written, with the dots of a relative import.
    """

    module: str
    name: str
    asname: str | None = None

    @property
    def local(self) -> str:
        """What it is called here."""
        return self.asname or self.name

    @property
    def key(self) -> tuple[str, str, str]:
        """The same for two names that bring in the same thing under the same name."""
        return self.module, self.name, self.local

    @property
    def shape(self) -> Shape:
        """The same for two names that can stand in one statement."""
        return self.module, self.name == "*"

    @property
    def written(self) -> str:
        """The name as it stands behind `import`."""
        return f"{self.name} as {self.asname}" if self.asname else self.name


def names_of(statement: ast.Import | ast.ImportFrom) -> list[Named]:
    """The names that a statement brings in, in its order."""
    module = module_of(statement)
    return [Named(module, alias.name, alias.asname) for alias in statement.names]


def module_of(statement: ast.Import | ast.ImportFrom) -> str:
    """The module as it is written, with its dots; empty for a plain `import`."""
    return "." * statement.level + (statement.module or "") if isinstance(statement, ast.ImportFrom) else ""


def render(names: Sequence[Named]) -> list[str]:
    """The statements that bring in `names`: one for each module, and one for each plain `import`."""
    groups: dict[tuple[str, bool] | Named, list[str]] = {}
    for named in distinct(names):
        groups.setdefault(named.shape if named.module else named, []).append(named.written)
    return [_statement(group[0] if isinstance(group, tuple) else "", written) for group, written in groups.items()]


def _statement(module: str, written: Sequence[str]) -> str:
    return f"from {module} import {', '.join(written)}" if module else f"import {', '.join(written)}"


def distinct(names: Iterable[Named]) -> list[Named]:
    """`names` in their order, none of them twice."""
    return list({named.key: named for named in names}.values())
