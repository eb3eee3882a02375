"""The function around a new instance that is given back: what kind it is, and whether it does nothing else."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from flake8_redis_ssot.accessors.naming import MEMOISERS, decorators_of
from flake8_redis_ssot.fixing.bench import Bench
from flake8_redis_ssot.fixing.bringing import Blocked
from flake8_redis_ssot.fixing.carriers import Function, function_around, is_property
from flake8_redis_ssot.fixing.constructors import Spot
from flake8_redis_ssot.fixing.plain import check_plain
from flake8_redis_ssot.fixing.sheet import Sheet
from flake8_redis_ssot.references import Variable
from flake8_redis_ssot.signatures import signature_of

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
