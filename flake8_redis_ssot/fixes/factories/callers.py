"""Who calls a function of a module: in every file, under whichever name, through whatever passes it on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from flake8_redis_ssot.fixes.context import Bench, Reader
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked
from flake8_redis_ssot.fixes.imports.import_node import Entry, entry_of
from flake8_redis_ssot.fixes.instances.containers import attributes_by_name
from flake8_redis_ssot.semantic.facts import Import, Reach
from flake8_redis_ssot.semantic.scopes import Variable


@dataclass(frozen=True)
class Holder:
    """A variable of a file (`path`) that stands for the function: by an import (`entry`), or where it is defined."""

    path: str
    variable: Variable
    entry: Entry | None

    @property
    def is_patchable(self) -> bool:
        """Whether a patch can replace it: it is a name of the module."""
        return self.variable.scope.kind == "module"


@dataclass(frozen=True)
class Read:
    """A place that reads the function: a name of a `holder`, or an attribute of a module (None)."""

    path: str
    node: ast.Name | ast.Attribute
    holder: Holder | None
    module: str  # the dotted name of the module that it is read from

    @property
    def row(self) -> int:
        """Where it stands, 1-based."""
        return self.node.lineno

    @property
    def root(self) -> ast.expr:
        """The name that it begins with."""
        node: ast.expr = self.node
        while isinstance(node, ast.Attribute):
            node = node.value
        return node


@dataclass
class Callers:
    """All that stands for a function. `lost` are places (path and row) where it goes out of sight, and why."""

    holders: list[Holder] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    lost: list[tuple[str, int, str]] = field(default_factory=list)

    def in_order(self) -> list[Read]:
        """The reads by path and place."""
        return sorted(self.reads, key=lambda read: (read.path, read.row, read.node.col_offset))


def callers_of(path: str, variable: Variable, bench: Bench) -> Callers:
    """Everybody who reads a variable of the module at `path`. Raises Unanswered."""
    callers = Callers()
    _hold(Holder(path, variable, None), callers, bench)
    return callers


def _hold(holder: Holder, callers: Callers, bench: Bench) -> None:
    if any(known.variable is holder.variable for known in callers.holders):
        return
    callers.holders.append(holder)
    module, name = _origin(holder, bench), holder.variable.name
    callers.reads += [Read(holder.path, read, holder, module) for read in holder.variable.reads]
    for reader in bench.readers(holder.path, name) if holder.is_patchable else ():
        try:
            _follow(reader, name, holder, callers, bench)
        except Blocked as block:
            callers.lost.append((reader.path, reader.row, str(block)))


def _origin(holder: Holder, bench: Bench) -> str:
    """The module that a holder has it from."""
    return bench.module(holder.path) if holder.entry is None else holder.entry.fact.origin.partition(":")[0]


def _follow(reader: Reader, name: str, holder: Holder, callers: Callers, bench: Bench) -> None:
    """What another file does with a name of the holder's module. Raises Blocked."""
    sheet, fact = bench.sheet(reader.path), reader.fact
    if isinstance(fact, Reach):
        callers.reads.append(Read(reader.path, _attribute(fact, sheet), None, bench.module(holder.path)))
    elif fact.star:
        if _is_read_by_star(fact, name) or bench.readers(reader.path, name):
            raise Blocked("it comes by a star import")
    else:
        entry = entry_of(fact, sheet)
        _hold(Holder(reader.path, sheet.references.variable_of(entry.alias), entry), callers, bench)


def _is_read_by_star(fact: Import, name: str) -> bool:
    return any(part.rpartition(":")[2].lstrip("*") == name for origin in fact.star_reads for part in origin.split("|"))


def _attribute(fact: Reach, sheet: Sheet) -> ast.Attribute:
    node = sheet.node(ast.Attribute, fact.span)
    if not isinstance(node, ast.Attribute):
        raise Blocked("where it is read is not to be found")
    return node


def calls_of(callers: Callers, bench: Bench) -> Iterator[tuple[Read, ast.Call | None]]:
    """Each read with the call that it is the function of; None where it is something else."""
    for read in callers.in_order():
        yield read, bench.sheet(read.path).references.call_of(read.node)


def unseen_reads(callers: Callers, bench: Bench) -> Iterator[tuple[str, int, bool]]:
    """Path and row (1-based) of attributes of that name of whatever, and whether their file has the module itself.

    Raises Unanswered.
    """
    known = {id(read.node) for read in callers.reads}
    sources = [holder for holder in callers.holders if holder.is_patchable]
    for name in sorted({holder.variable.name for holder in sources}):
        for path in sorted(bench.attribute_uses(name)):
            for node in attributes_by_name(bench.sheet(path).references).get(name, []):
                own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
                if id(node) not in known and not own:
                    yield path, node.lineno, any(bench.imports(path, each.path) for each in sources)
