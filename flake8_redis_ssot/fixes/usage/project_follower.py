"""Follow a value across files, through variables, attributes and functions that other files read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.usage.file_follower import collect_uses
from flake8_redis_ssot.fixes.usage.observations import ModuleVariable, Observation, Returned, StoredAttribute, ValueUses
from flake8_redis_ssot.fixes.usage.references import find_calls, find_references
from flake8_redis_ssot.project.search.prefilter import AttributeUse
from flake8_redis_ssot.project.search.reference_table import Reader


class SharedName(NamedTuple):
    """A module-level variable of `path`, or a function that returns the value, that other files read."""

    path: str
    name: str
    is_function: bool
    readers: tuple[Reader, ...]


class SharedAttribute(NamedTuple):
    """An attribute that holds the value, with the uses of that name, on any object, in other files."""

    path: str
    name: str
    uses_by_file: tuple[tuple[str, tuple[AttributeUse, ...]], ...]


class CallerObstacle(Enum):
    """Why the callers of a function that returns the value are unknown."""

    FIXTURE = "pytest calls it"
    DECORATOR = "a decorator receives it"
    GENERATOR = "it yields the value"
    SPECIAL_METHOD = "Python calls it"


class UnknownCallers(NamedTuple):
    """A function of the file at `path` returns the value to unknown callers.

    `name` is empty for a lambda; `decorator` is the first unknown one.
    """

    path: str
    name: str
    obstacle: CallerObstacle
    decorator: str = ""


class UntrackedRead(NamedTuple):
    """A read (1-based row) of a shared name in another file that cannot be followed.

    If `is_imported`, the file imports the name and passes the function on.
    """

    path: str
    row: int
    name: str
    is_imported: bool


Crossing = SharedName | SharedAttribute | UnknownCallers


def find_crossings(uses: ValueUses, path: str, context: FixContext) -> Iterator[Crossing]:
    """The ways by which a value leaves the file at `path`."""
    for (name,) in uses.of_type(ModuleVariable):
        yield from _shared_names(path, name, context)
    for name in dict.fromkeys(each.name for each in uses.of_type(StoredAttribute)):
        yield _shared_attribute(path, name, context)
    for function, _ in uses.of_type(Returned):
        yield from _return_crossings(function, path, context)


def _shared_names(path: str, name: str, context: FixContext, *, is_function: bool = False) -> Iterator[SharedName]:
    readers = context.references.find_readers(path, name)
    if readers:
        yield SharedName(path, name, is_function, readers)


def _shared_attribute(path: str, name: str, context: FixContext) -> SharedAttribute:
    uses = sorted(context.references.find_attribute_uses(name).items())
    return SharedAttribute(path, name, tuple(each for each in uses if each[0] != path))


# They return what the function returns, possibly cached, so its callers are known.
_TRANSPARENT_DECORATORS = frozenset(
    {
        *("property", "cached_property", "lru_cache", "cache", "staticmethod", "classmethod", "contextmanager"),
        *("asynccontextmanager", "abstractmethod", "override", "overload", "final", "wraps", "deprecated"),
    }
)


def _return_crossings(function: ast.AST, path: str, context: FixContext) -> Iterator[Crossing]:
    unknown_callers = _find_unknown_callers(function, path)
    name, kind = getattr(function, "name", ""), context.document(path).symbol_table.scope_of(function).kind
    if unknown_callers is not None:
        yield unknown_callers
    elif name and kind == "class":
        yield _shared_attribute(path, name, context)
    elif name and kind == "module":
        yield from _shared_names(path, name, context, is_function=True)


def _find_unknown_callers(function: ast.AST, path: str) -> UnknownCallers | None:
    name = getattr(function, "name", "")
    decorators = [ast.unparse(decorator).partition("(")[0] for decorator in getattr(function, "decorator_list", ())]
    unknown = [each for each in decorators if each.rpartition(".")[2] not in _TRANSPARENT_DECORATORS]
    if any(decorator.endswith("fixture") for decorator in unknown):
        return UnknownCallers(path, name, CallerObstacle.FIXTURE)
    if unknown:
        return UnknownCallers(path, name, CallerObstacle.DECORATOR, unknown[0])
    if any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in ast.walk(function)):
        return UnknownCallers(path, name, CallerObstacle.GENERATOR)
    if name.startswith("__") and name.endswith("__"):
        return UnknownCallers(path, name, CallerObstacle.SPECIAL_METHOD)
    return None


class ProjectFollower:
    """Follows values through all files, each expression once."""

    def __init__(self, context: FixContext) -> None:
        self._context = context
        self._seen: set[ast.expr] = set()

    def follow(self, path: str, expression: ast.expr) -> Iterator[Observation | Crossing | UntrackedRead]:
        """The uses of the value of an expression in the file at `path`, and in files that get it by name."""
        if expression in self._seen:
            return
        self._seen.add(expression)
        uses = collect_uses(expression, self._context.document(path))
        yield from uses.observations
        for crossing in find_crossings(uses, path, self._context):
            yield crossing
            if isinstance(crossing, SharedName):
                yield from self._follow_name(crossing)

    def _follow_name(self, shared: SharedName) -> Iterator[Observation | Crossing | UntrackedRead]:
        """Follow the reads of a name in other files, under any alias."""
        symbol_table = self._context.document(shared.path).symbol_table
        symbol = symbol_table.find_symbol(symbol_table.module_scope, shared.name)
        if symbol is None:
            return
        references = find_references(shared.path, symbol, self._context)
        for path, row, _ in references.untracked:
            yield UntrackedRead(path, row, shared.name, is_imported=False)
        for read, call in find_calls(references, self._context):
            value = call if shared.is_function else read.node
            if read.path == shared.path:
                continue  # its uses are already observed in its own file
            if value is None:
                yield UntrackedRead(read.path, read.row, shared.name, is_imported=True)
            else:
                yield from self.follow(read.path, value)
