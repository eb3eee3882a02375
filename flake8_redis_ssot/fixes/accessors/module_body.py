"""The statements of a module that may fail, or do more than define names, when it is loaded."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence

from flake8_redis_ssot.fixes.accessors.model import Variable
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.semantic.ast_queries import (
    DEFINITIONS,
    FunctionNode,
    is_type_checking,
    iter_scope_nodes,
    methods_in,
)

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
        if isinstance(statement, (ast.Import, ast.ImportFrom, ast.Pass, ast.Global)):
            continue
        if isinstance(statement, DEFINITIONS):
            if context.loading_effects.find_in_statement(path, statement) is not None:
                yield statement
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
        variable = Variable(definition.path, definition.qualname)
        return variable in known and cannot_fail(variable, context)
    is_class = definition.name.rpartition(".")[2].lstrip("_")[:1].isupper()
    return is_class or definition.name in _KNOWN_CALLEES


# Statements of a constructor that fail only if a part of them does.
_PLAIN_STATEMENTS = (ast.AnnAssign, ast.Assign, ast.Expr, ast.If, ast.Import, ast.ImportFrom, ast.Pass, ast.Return)
_FAILING_EXPRESSIONS = (ast.Await, ast.BinOp, ast.Starred, ast.Subscript, ast.UnaryOp, ast.Yield)
_PLAIN_CALLEES = _KNOWN_CALLEES | {"builtins.bool", "builtins.str", "os.environ.get", "os.getenv"}


def cannot_fail(constructor: Variable, context: FixContext) -> bool:
    """Whether a class or function of the project makes an instance by statements that do not fail."""
    names = context.names(constructor.path)
    node = names.find_definition(constructor.qualname)
    if isinstance(node, ast.FunctionDef):
        return _has_plain_body(node, constructor.path, context)
    if not isinstance(node, ast.ClassDef) or node.decorator_list:
        return False
    for base in map(names.resolve, node.bases):
        if base is not None and base.path and not cannot_fail(Variable(base.path, base.qualname), context):
            return False
    initialiser = methods_in(node).get("__init__")
    return initialiser is None or _has_plain_body(initialiser, constructor.path, context)


def _has_plain_body(function: FunctionNode, path: str, context: FixContext) -> bool:
    nodes = list(iter_scope_nodes(function))
    statements = [node for node in nodes if isinstance(node, ast.stmt)]
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    return (
        all(isinstance(each, _PLAIN_STATEMENTS) for each in statements)
        and not any(isinstance(each, _FAILING_EXPRESSIONS) for each in nodes)
        and all(_is_plain_call(call, path, context) for call in calls)
    )


def _is_plain_call(call: ast.Call, path: str, context: FixContext) -> bool:
    """Whether a call in a constructor is of a class outside the project, or of a known function."""
    if ast.unparse(call.func) == "super().__init__" or ast.unparse(call) == "super()":
        return True
    definition = context.names(path).resolve(call.func)
    if definition is None:
        return False
    variable = Variable(definition.path or "", definition.qualname)
    if definition.path is not None:
        return cannot_fail(variable, context) and not (call.args or call.keywords)
    is_class = definition.name.rpartition(".")[2].lstrip("_")[:1].isupper()
    return is_class or definition.name in _PLAIN_CALLEES
