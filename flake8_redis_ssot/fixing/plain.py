"""Whether a function does nothing but give back the instance that it makes, perhaps kept from an earlier call."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_redis_ssot.fixing.bringing import Blocked
from flake8_redis_ssot.fixing.sheet import Sheet
from flake8_redis_ssot.names.scopes import last_name
from flake8_redis_ssot.references import Variable

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
