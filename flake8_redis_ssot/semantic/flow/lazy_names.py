"""Names that a module makes on demand: what its `__getattr__` returns for each (PEP 562)."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from flake8_redis_ssot.semantic.ast_queries import FunctionNode
from flake8_redis_ssot.semantic.facts import Origins
from flake8_redis_ssot.semantic.flow.frames import FlowValues, child_nodes, origins_of

# What `getattr(module, name)` returns for a name that is not constant.
COMPUTED = "<computed>"
_NO_NAMES: frozenset[str] = frozenset()


def find_lazy_names(function: FunctionNode, returned: Mapping[ast.Return, FlowValues]) -> dict[str, Origins]:
    """The origins of each name that a module's `__getattr__` is known to return.

    `returned` are the values of its `return` statements. A name is known where it is compared with constants; without
    a comparison, what is returned is known by its own name.
    """
    parameters = [*function.args.posonlyargs, *function.args.args]
    if not parameters:
        return {}
    found: dict[str, Origins] = {}
    for statement, tested_names in _iter_returns(function.body, parameters[0].arg, _NO_NAMES):
        for origin in origins_of(returned.get(statement, ())):
            own_name = origin.rpartition(".")[2].rpartition(":")[2].lstrip("@")
            for name in tested_names or {own_name} - {"", COMPUTED}:
                found[name] = (*found.get(name, ()), origin.replace(COMPUTED, name))
    return found


def _iter_returns(
    body: Iterable[ast.AST], parameter: str, names: frozenset[str]
) -> Iterator[tuple[ast.Return, frozenset[str]]]:
    """The `return` statements in a block, each with the names that the parameter is one of (empty: any)."""
    for statement in body:
        if isinstance(statement, ast.Return):
            yield statement, names
        elif isinstance(statement, ast.If):
            tested_names, is_equal = _tested_names(statement.test, parameter)
            yield from _iter_returns(statement.body, parameter, (is_equal and tested_names) or names)
            other_names = (not is_equal and tested_names) or names
            yield from _iter_returns(statement.orelse, parameter, other_names)
            names = other_names if _leaves(statement.body) else names
        elif isinstance(statement, ast.match_case):
            yield from _iter_returns(statement.body, parameter, _case_names(statement.pattern) or names)
        elif isinstance(statement, (ast.stmt, ast.ExceptHandler)) and not isinstance(statement, FunctionNode):
            yield from _iter_returns(child_nodes(statement), parameter, names)


def _leaves(body: Sequence[ast.stmt]) -> bool:
    return isinstance(body[-1], (ast.Return, ast.Raise))


def _tested_names(test: ast.expr, parameter: str) -> tuple[frozenset[str], bool]:
    """The constants that a condition compares the parameter with, and whether it holds if it equals one of them."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        names, is_equal = _tested_names(test.operand, parameter)
        return names, not is_equal
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return _NO_NAMES, True
    sides = [test.left, test.comparators[0]]
    constants = [side for side in sides if not (isinstance(side, ast.Name) and side.id == parameter)]
    names = _constant_strings(constants[0]) if len(constants) == 1 else _NO_NAMES
    return names, isinstance(test.ops[0], (ast.Eq, ast.In))


def _constant_strings(node: ast.expr) -> frozenset[str]:
    elements = node.elts if isinstance(node, (ast.Tuple, ast.List, ast.Set)) else [node]
    values = [element.value for element in elements if isinstance(element, ast.Constant)]
    return frozenset(value for value in values if isinstance(value, str)) if len(values) == len(elements) else _NO_NAMES


def _case_names(pattern: ast.pattern) -> frozenset[str]:
    alternatives = pattern.patterns if isinstance(pattern, ast.MatchOr) else [pattern]
    if not all(isinstance(each, ast.MatchValue) for each in alternatives):
        return _NO_NAMES
    return frozenset().union(
        *(_constant_strings(each.value) for each in alternatives if isinstance(each, ast.MatchValue))
    )
