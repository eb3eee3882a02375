"""What expressions and functions of one module construct, by the dotted names of the classes and functions called."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from flake8_redis_ssot.onboarding.home_syntax import (
    assignment,
    find_returns,
    imported_names,
    iter_statements,
    text_of_arguments,
)
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, dotted_name


class Construction(NamedTuple):
    """A call of a constructor (a dotted name) with the text of its arguments."""

    constructor: str
    arguments: str


Locals = Mapping[str, Construction]
_NO_LOCALS: Locals = MappingProxyType({})


class ModuleConstructions:
    """The constructions in a module (dotted name), by its tree; `package` is what relative imports are relative to."""

    def __init__(self, tree: ast.Module, module: str, package: str) -> None:
        self._module = module
        self._entered: set[str] = set()  # functions on the way, which may call each other
        self._imports = dict(imported_names(tree, package))
        self.functions = {node.name: node for node in tree.body if isinstance(node, FunctionNode)}
        self.classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}

    def resolve(self, name: str, owner: str = "") -> str:
        """The dotted name of a class or function that is called here; empty for what is not known.

        `owner` is the class of `cls`.
        """
        head, _, rest = name.partition(".")
        if head == "cls" and owner and not rest:
            return f"{self._module}.{owner}"
        if head in self._imports:
            return ".".join(filter(None, (self._imports[head], rest)))
        return f"{self._module}.{name}" if head in self.classes else ""

    def find(self, value: ast.expr | None, known: Locals = _NO_LOCALS, owner: str = "") -> list[Construction]:
        """What an expression constructs; `known` are the variables of a function, `owner` is the class of `cls`."""
        parts = _alternatives(value)
        if parts:
            return [made for part in parts for made in self.find(part, known, owner)]
        if isinstance(value, ast.Name) and value.id in known:
            return [known[value.id]]
        return self._find_in_call(value, owner) if isinstance(value, ast.Call) else []

    def _find_in_call(self, call: ast.Call, owner: str) -> list[Construction]:
        name = dotted_name(call.func)
        function = self.functions.get(name)
        if function is not None:
            return self._constructed_by(function)
        resolved = self.resolve(name, owner)
        return [Construction(resolved, text_of_arguments(call))] if resolved else []

    def _constructed_by(self, function: FunctionNode) -> list[Construction]:
        """What a function of this module constructs and returns; nothing while it is looked at already."""
        if function.name in self._entered:
            return []
        self._entered.add(function.name)
        try:
            known = self.find_locals(function)
            return [made for node in find_returns(function) for made in self.find(node.value, known)]
        finally:
            self._entered.discard(function.name)

    def find_locals(self, function: FunctionNode, owner: str = "") -> Locals:
        """The variables of a function that are assigned a construction, `cls.name` as well."""
        known: dict[str, Construction] = {}
        for statement in iter_statements(function.body):
            targets, value = assignment(statement)
            made = self.find(value, known, owner)
            if made:
                known |= {name: made[0] for target in targets if (name := dotted_name(target))}
        return known

    def pair(self, targets: Sequence[ast.expr], value: ast.expr | None) -> Iterator[tuple[str, Construction]]:
        """The names in targets with the constructions that they are assigned, through tuples as well."""
        for target in targets:
            if isinstance(target, ast.Name):
                by_constructor: dict[str, Construction] = {}
                for made in self.find(value):
                    by_constructor.setdefault(made.constructor, made)
                yield from ((target.id, made) for made in by_constructor.values())
            elif isinstance(target, ast.Tuple):
                for inner, items in zip(target.elts, self._returned_tuple(value)):
                    if isinstance(inner, ast.Name):
                        yield from ((inner.id, made) for made in items[:1])

    def _returned_tuple(self, value: ast.expr | None) -> list[list[Construction]]:
        """What a call of a function of this module constructs and returns, item by item."""
        function = self.functions.get(dotted_name(value.func)) if isinstance(value, ast.Call) else None
        if function is None:
            return []
        known = self.find_locals(function)
        tuples = (node.value for node in find_returns(function) if isinstance(node.value, ast.Tuple))
        return next(([self.find(item, known) for item in each.elts] for each in tuples), [])


def _alternatives(value: ast.expr | None) -> list[ast.expr]:
    """The parts of an expression that can be its value; empty if it is a simple one."""
    if isinstance(value, (ast.Await, ast.NamedExpr)):
        return [value.value]
    if isinstance(value, ast.BoolOp):
        return value.values
    return [value.body, value.orelse] if isinstance(value, ast.IfExp) else []
