"""The function around a new instance that it returns: its kind, and whether it does anything else."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite
from flake8_redis_ssot.fixes.usage.value_flow import FunctionOrLambda, enclosing_function, is_property
from flake8_redis_ssot.project.types.decorators import decorator_names
from flake8_redis_ssot.semantic.ast_queries import MEMOIZING_DECORATORS, FunctionNode, is_none, last_name
from flake8_redis_ssot.semantic.scopes import Symbol
from flake8_redis_ssot.semantic.signatures import signature_of


@dataclass(frozen=True)
class Factory:
    """A function of the module at `path` that only returns an instance.

    `cache_variables` are the module-level variables that cache the instance, and their locks; a factory that
    `is_memoised` returns the same instance each time.
    """

    path: str
    node: FunctionNode
    symbol: Symbol
    cache_variables: tuple[Symbol, ...]
    is_memoised: bool

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.node.name

    @property
    def is_coroutine(self) -> bool:
        """Whether its callers await it."""
        return isinstance(self.node, ast.AsyncFunctionDef)

    def has_node(self, node: ast.AST, document: SourceDocument) -> bool:
        """Whether a node is part of the definition."""
        return any(ancestor is self.node for ancestor in (node, *document.symbol_table.ancestors(node)))

    def has_row(self, row: int) -> bool:
        """Whether a row (1-based) is part of the definition."""
        return self.node.lineno <= row <= (self.node.end_lineno or self.node.lineno)


def function_kind(function: FunctionOrLambda | None, document: SourceDocument) -> str:
    """The kind of the function around an instance; `handover` for a constructor that is passed as a callback."""
    if function is None or isinstance(function, ast.Lambda):
        return "handover" if function is None else "lambda"
    if any(ast.unparse(each).partition("(")[0].endswith("fixture") for each in function.decorator_list):
        return "fixture"
    if is_property(function):
        return "property"
    kinds_by_scope = {"class": "method", "module": "function"}
    return kinds_by_scope.get(document.symbol_table.scope_of(function).kind, "inner function")


# Why other kinds of functions are not supported.
_UNSUPPORTED_KINDS = {
    "handover": "the constructor itself is passed on, so there are no calls to replace",
    "lambda": "it is a lambda, which has no name to find its callers by",
    "fixture": "it is a fixture, which tests request by name",
    "property": "it is a property, and the objects that it is read from could not be determined",
    "method": "it is a method, which a subclass may inherit or override",
    "inner function": "it is defined in a function",
}


def find_factory(construction: ConstructionSite, context: FixContext, path: str) -> Factory:
    """The factory around a construction in the file at `path`.

    Raises NotFixableError if its calls cannot be replaced.
    """
    document = context.document(path)
    function = (
        enclosing_function(construction.expression, document.symbol_table) if construction.call is not None else None
    )
    kind = function_kind(function, document)
    if kind in _UNSUPPORTED_KINDS or not isinstance(function, FunctionNode):
        raise NotFixableError(_UNSUPPORTED_KINDS[kind])
    if document.layout is not None:
        raise NotFixableError("it is defined in a notebook cell, and other cells may be run by hand")
    if document.symbol_table.parent(function) is not document.tree:
        raise NotFixableError("whether it is defined at all depends on a condition")
    is_decorated = _check_decorators(function, path, context)
    _check_parameters(function)
    cache_variables = check_pass_through(function, construction.expression, document)
    is_memoised = is_decorated or any(symbol.scope.kind == "module" for symbol in cache_variables)
    return Factory(path, function, document.symbol_table.symbol_of(function), cache_variables, is_memoised)


def _check_decorators(node: FunctionNode, path: str, context: FixContext) -> bool:
    """Whether the function is memoised. Raises NotFixableError for any other decorator."""
    names = decorator_names(node, context.names(path))
    unknown_decorator = next(
        (ast.unparse(each) for each, name in zip(node.decorator_list, names) if name not in MEMOIZING_DECORATORS), None
    )
    if unknown_decorator:
        raise NotFixableError(f"`@{unknown_decorator}` may do more with it")
    if names and isinstance(node, ast.AsyncFunctionDef):
        raise NotFixableError(
            f"`@{ast.unparse(node.decorator_list[0])}` caches a coroutine, which can be awaited only once"
        )
    return bool(names)


def _check_parameters(node: FunctionNode) -> None:
    """Raise NotFixableError if a parameter is required, or a default is not a constant."""
    required_name = next((each.name for each in signature_of(node, bound=False).parameters if each.is_required), None)
    if required_name:
        raise NotFixableError(f"it takes `{required_name}`, which the accessor does not")
    defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
    if not all(isinstance(each, ast.Constant) for each in defaults):
        raise NotFixableError("a default of its parameters is worked out when it is defined")


_LOCK_TYPES = frozenset({"Lock", "RLock"})


def check_pass_through(node: FunctionNode, instance: ast.expr, document: SourceDocument) -> tuple[Symbol, ...]:
    """The module-level variables in which a function caches `instance`, and their locks.

    Raises NotFixableError if the function does anything else, even logging, or may return None.
    """
    checker = _BodyChecker(instance, document, frozenset(_assigned_names(node)))
    checker.check(node.body)
    if not isinstance(node.body[-1], ast.Return):
        raise NotFixableError("it does not return the instance on every path")
    symbols = [
        document.symbol_table.lookup(name, node.body[0]) for name in sorted(checker.assigned_names | _lock_names(node))
    ]
    return tuple(symbol for symbol in symbols if symbol is not None and symbol.scope.kind == "module")


def _assigned_names(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, (ast.Assign, ast.AnnAssign)):
            targets = each.targets if isinstance(each, ast.Assign) else [each.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def _lock_names(node: ast.AST) -> set[str]:
    items = (item.context_expr for each in ast.walk(node) if isinstance(each, _WITH_TYPES) for item in each.items)
    return {item.id for item in items if isinstance(item, ast.Name)}


_WITH_TYPES = (ast.With, ast.AsyncWith)


@dataclass(frozen=True)
class _BodyChecker:
    """Checks statements; `assigned_names` are all variables that the function assigns."""

    instance: ast.expr
    document: SourceDocument
    assigned_names: frozenset[str]

    def check(self, statements: Sequence[ast.stmt]) -> None:
        """Raise NotFixableError at the first statement that does anything else."""
        for statement in statements:
            if not self._is_allowed(statement):
                raise NotFixableError(f"line {statement.lineno} does more than return the instance")

    def _is_allowed(self, statement: ast.stmt) -> bool:
        if isinstance(statement, ast.If):
            self.check([*statement.body, *statement.orelse])
            return self._is_none_test(statement.test) and not _may_return_none(statement)
        if isinstance(statement, _WITH_TYPES):
            self.check(statement.body)
            return all(self._is_lock(item) for item in statement.items)
        if isinstance(statement, (ast.Assign, ast.AnnAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            return all(isinstance(target, ast.Name) for target in targets) and self._is_instance_or_none(
                statement.value
            )
        if isinstance(statement, ast.Return):
            return self._is_instance(statement.value)
        if isinstance(statement, ast.Expr):
            return isinstance(statement.value, ast.Constant)
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            return self._is_needed_import(statement)
        return isinstance(statement, (ast.Global, ast.Pass))

    def _is_needed_import(self, statement: ast.Import | ast.ImportFrom) -> bool:
        """Whether an import only binds names that the construction reads: any other may be for side effects."""
        read = {node.id for node in ast.walk(self.instance) if isinstance(node, ast.Name)}
        return all((alias.asname or alias.name.partition(".")[0]) in read for alias in statement.names)

    def _is_instance(self, value: ast.expr | None) -> bool:
        return value is self.instance or (isinstance(value, ast.Name) and value.id in self.assigned_names)

    def _is_instance_or_none(self, value: ast.expr | None) -> bool:
        return value is None or is_none(value) or self._is_instance(value)

    def _is_none_test(self, test: ast.expr) -> bool:
        """`x is None`, `not x`, and their negations."""
        if isinstance(test, ast.Compare):
            operands = [test.left, *test.comparators]
            is_none_comparison = (
                isinstance(test.ops[0], (ast.Is, ast.IsNot)) and len(operands) == 2 and is_none(operands[1])
            )
            return is_none_comparison and self._is_instance(operands[0])
        inner = test.operand if isinstance(test, ast.UnaryOp) else test
        return isinstance(inner, ast.Name) and inner.id in self.assigned_names

    def _is_lock(self, item: ast.withitem) -> bool:
        symbol_table, name = self.document.symbol_table, item.context_expr
        symbol = symbol_table.lookup(name.id, name) if isinstance(name, ast.Name) else None
        if symbol is None or item.optional_vars is not None or len(symbol.bindings) != 1:
            return False
        value = getattr(symbol.bindings[0].statement, "value", None)
        return isinstance(value, ast.Call) and last_name(value.func) in _LOCK_TYPES


def _may_return_none(branch: ast.If) -> bool:
    """Whether the branch without an instance returns a variable before it assigns one."""
    test = branch.test
    is_negated = isinstance(test, ast.UnaryOp) or (isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Is))
    for statement in branch.body if is_negated else branch.orelse:
        if isinstance(statement, ast.Return):
            return isinstance(statement.value, ast.Name)
        if not isinstance(statement, (ast.Expr, ast.Pass, ast.Global)):
            return False
    return False
