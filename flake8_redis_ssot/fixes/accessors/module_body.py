"""The statements of a module that may fail, or do more than define names, when it is loaded."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence

from flake8_redis_ssot.fixes.accessors.model import Variable
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.semantic.ast_queries import DEFINITIONS
from flake8_redis_ssot.semantic.flow.control_flow import is_type_checking

# What may be called besides classes outside the project: it only makes an object.
_KNOWN_CALLEES = frozenset(
    {
        *(f"builtins.{name}" for name in ("dict", "frozenset", "list", "object", "set", "tuple")),
        *("logging.getLogger", "collections.namedtuple", "functools.partial", "typing.cast", "typing.NewType"),
    }
)


def iter_failing(path: str, known: Collection[Variable], context: FixContext) -> Iterator[ast.stmt]:
    """The statements of the module at `path` that are of no known kind; functions and classes `known` may be called."""
    yield from _iter_in(context.tree(path).body, path, known, context)


def _iter_in(
    body: Sequence[ast.stmt], path: str, known: Collection[Variable], context: FixContext
) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, (ast.Import, ast.ImportFrom, ast.Pass, ast.Global, *DEFINITIONS)):
            continue
        if isinstance(statement, (ast.If, ast.Try)):
            is_skipped = isinstance(statement, ast.If) and is_type_checking(statement.test)
            for name in ("body", "orelse", "finalbody") if not is_skipped else ("orelse",):
                yield from _iter_in(getattr(statement, name, None) or (), path, known, context)
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            if not _is_inert(statement.value, path, known, context):
                yield statement
        elif not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
            yield statement


def _is_inert(node: ast.expr | None, path: str, known: Collection[Variable], context: FixContext) -> bool:
    """Whether a value is made of constants, names, attributes, displays and known calls."""
    for each in ast.walk(node) if node is not None else ():
        if isinstance(each, (ast.Subscript, ast.Await, ast.BinOp)):
            return False
        if isinstance(each, ast.Call) and not _is_known(each, path, known, context):
            return False
    return True


def _is_known(call: ast.Call, path: str, known: Collection[Variable], context: FixContext) -> bool:
    definition = context.names(path).resolve(call.func)
    if definition is None:
        return False
    if definition.path is not None:
        return Variable(definition.path, definition.qualname) in known
    is_class = definition.name.rpartition(".")[2].lstrip("_")[:1].isupper()
    return is_class or definition.name in _KNOWN_CALLEES
