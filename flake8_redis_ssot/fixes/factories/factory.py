"""The function around a new instance that is given back: what kind it is, and whether it does nothing else."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.document import Sheet
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked
from flake8_redis_ssot.fixes.instances.call_site import Spot
from flake8_redis_ssot.fixes.instances.containers import Function, function_around, is_property
from flake8_redis_ssot.project.types.decorators import MEMOISERS, decorators_of
from flake8_redis_ssot.semantic.flow.frames import last_name
from flake8_redis_ssot.semantic.scopes import Variable
from flake8_redis_ssot.semantic.signatures import signature_of

Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Factory:
    """A function of a module (`path`) that does nothing but give an instance back.

    `keepers` are the variables of the module in which it keeps the instance, and the locks around that; `repeats`: it
    gives the same one each time.
    """

    path: str
    node: Definition
    variable: Variable
    keepers: tuple[Variable, ...]
    repeats: bool

    @property
    def name(self) -> str:
        """What it is called."""
        return self.node.name

    @property
    def is_coroutine(self) -> bool:
        """Whether its callers await it."""
        return isinstance(self.node, ast.AsyncFunctionDef)

    def holds(self, node: ast.AST, sheet: Sheet) -> bool:
        """Whether a node is part of its definition."""
        return any(around is self.node for around in (node, *sheet.references.ancestors(node)))

    def covers(self, row: int) -> bool:
        """Whether a row (1-based) is one of its own."""
        return self.node.lineno <= row <= (self.node.end_lineno or self.node.lineno)


def kind_of(function: Function | None, sheet: Sheet) -> str:
    """What a function around an instance is, in one word; of what is handed over to be called, `handover`."""
    if function is None or isinstance(function, ast.Lambda):
        return "handover" if function is None else "lambda"
    if any(ast.unparse(each).partition("(")[0].endswith("fixture") for each in function.decorator_list):
        return "fixture"
    if is_property(function):
        return "property"
    inside = {"class": "method", "module": "function"}
    return inside.get(sheet.references.scope_of(function).kind, "inner function")


# Why the others stay.
_KINDS = {
    "handover": "the constructor itself is handed over: there is no function whose calls could be replaced",
    "lambda": "it is a lambda, which has no name that callers could be found by",
    "fixture": "it is a fixture, which tests ask for by its name",
    "property": "it is a property, which is read of whatever object",
    "method": "it is a method, which may be called of a subclass, or be another one there",
    "inner function": "it is defined in a function",
}


def factory_of(spot: Spot, bench: Bench, path: str) -> Factory:
    """The factory around an instance in the file at `path`. Raises Blocked where its calls can't be replaced."""
    sheet = bench.sheet(path)
    function = function_around(spot.whole, sheet.references) if spot.call is not None else None
    kind = kind_of(function, sheet)
    if kind in _KINDS or not isinstance(function, Definition):
        raise Blocked(_KINDS[kind])
    if sheet.layout is not None:
        raise Blocked("it is defined in a cell of a notebook, and others may be run by hand")
    if sheet.references.parent(function) is not sheet.tree:
        raise Blocked("whether it is defined at all depends on a condition")
    memoised = _check_decorators(function, path, bench)
    _check_parameters(function)
    keepers = check_plain(function, spot.whole, sheet)
    repeats = memoised or any(variable.scope.kind == "module" for variable in keepers)
    return Factory(path, function, sheet.references.variable_of(function), keepers, repeats)


def _check_decorators(node: Definition, path: str, bench: Bench) -> bool:
    """Whether it is memoised. Raises Blocked for any other decorator."""
    names = decorators_of(node, path, bench.project)
    strange = next((ast.unparse(each) for each, name in zip(node.decorator_list, names) if name not in MEMOISERS), None)
    if strange:
        raise Blocked(f"`@{strange}` may do more with it")
    if names and isinstance(node, ast.AsyncFunctionDef):
        raise Blocked(f"`@{ast.unparse(node.decorator_list[0])}` keeps a coroutine, which is awaited once only")
    return bool(names)


def _check_parameters(node: Definition) -> None:
    """Raises Blocked where a call without arguments is none, or a default is more than a constant."""
    needed = next((each.name for each in signature_of(node, bound=False).parameters if each.required), None)
    if needed:
        raise Blocked(f"it takes `{needed}`, which the accessor does not")
    defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
    if not all(isinstance(each, ast.Constant) for each in defaults):
        raise Blocked("a default of its parameters is worked out when it is defined")


_LOCKS = frozenset({"Lock", "RLock"})


def check_plain(node: ast.FunctionDef | ast.AsyncFunctionDef, made: ast.expr, sheet: Sheet) -> tuple[Variable, ...]:
    """The variables of the module in which a function keeps what it has `made`, and the locks around that.

    Raises Blocked where anything else happens in it, logging included, and where it may give back nothing.
    """
    body = _Body(made, sheet, frozenset(_targets(node)))
    body.check(node.body)
    if not isinstance(node.body[-1], ast.Return):
        raise Blocked("it does not give the instance back on each way")
    found = [sheet.references.seen(name, node.body[0]) for name in sorted(body.names | _locks(node))]
    return tuple(variable for variable in found if variable is not None and variable.scope.kind == "module")


def _targets(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, (ast.Assign, ast.AnnAssign)):
            targets = each.targets if isinstance(each, ast.Assign) else [each.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def _locks(node: ast.AST) -> set[str]:
    items = (item.context_expr for each in ast.walk(node) if isinstance(each, _WITH) for item in each.items)
    return {item.id for item in items if isinstance(item, ast.Name)}


_WITH = (ast.With, ast.AsyncWith)


@dataclass(frozen=True)
class _Body:
    """Reads statements; `names` are all variables that the function sets."""

    made: ast.expr
    sheet: Sheet
    names: frozenset[str]

    def check(self, statements: Sequence[ast.stmt]) -> None:
        """Raises Blocked at the first one that is more than it may be."""
        for statement in statements:
            if not self._is_plain(statement):
                raise Blocked(f"line {statement.lineno} does more than give the instance back")

    def _is_plain(self, statement: ast.stmt) -> bool:
        if isinstance(statement, ast.If):
            self.check([*statement.body, *statement.orelse])
            return self._is_question(statement.test) and not _gives_nothing(statement)
        if isinstance(statement, _WITH):
            self.check(statement.body)
            return all(self._is_lock(item) for item in statement.items)
        if isinstance(statement, (ast.Assign, ast.AnnAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            return all(isinstance(target, ast.Name) for target in targets) and self._is_value(statement.value)
        if isinstance(statement, ast.Return):
            return self._is_given(statement.value)
        if isinstance(statement, ast.Expr):
            return isinstance(statement.value, ast.Constant)
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            return self._is_for_it(statement)
        return isinstance(statement, (ast.Global, ast.Pass))

    def _is_for_it(self, statement: ast.Import | ast.ImportFrom) -> bool:
        """Whether an import brings in what is made, and nothing else: any other may be there for what it does."""
        read = {node.id for node in ast.walk(self.made) if isinstance(node, ast.Name)}
        return all((alias.asname or alias.name.partition(".")[0]) in read for alias in statement.names)

    def _is_given(self, value: ast.expr | None) -> bool:
        return value is self.made or (isinstance(value, ast.Name) and value.id in self.names)

    def _is_value(self, value: ast.expr | None) -> bool:
        return value is None or _is_none(value) or self._is_given(value)

    def _is_question(self, test: ast.expr) -> bool:
        """`x is None`, `not x`, and the contrary of these."""
        if isinstance(test, ast.Compare):
            sides = [test.left, *test.comparators]
            plain = isinstance(test.ops[0], (ast.Is, ast.IsNot)) and len(sides) == 2 and _is_none(sides[1])
            return plain and self._is_given(sides[0])
        inner = test.operand if isinstance(test, ast.UnaryOp) else test
        return isinstance(inner, ast.Name) and inner.id in self.names

    def _is_lock(self, item: ast.withitem) -> bool:
        references, name = self.sheet.references, item.context_expr
        variable = references.seen(name.id, name) if isinstance(name, ast.Name) else None
        if variable is None or item.optional_vars is not None or len(variable.bindings) != 1:
            return False
        value = getattr(variable.bindings[0].statement, "value", None)
        return isinstance(value, ast.Call) and last_name(value.func) in _LOCKS


def _gives_nothing(choice: ast.If) -> bool:
    """Whether the branch in which there is no instance yet gives back a variable before it has set any."""
    test = choice.test
    negated = isinstance(test, ast.UnaryOp) or (isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Is))
    for statement in choice.body if negated else choice.orelse:
        if isinstance(statement, ast.Return):
            return isinstance(statement.value, ast.Name)
        if not isinstance(statement, (ast.Expr, ast.Pass, ast.Global)):
            return False
    return False


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
