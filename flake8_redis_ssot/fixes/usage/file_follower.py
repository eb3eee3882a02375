"""Follow the value of an expression through its file: names, attributes, arguments and returns."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.usage import value_flow
from flake8_redis_ssot.fixes.usage.observations import (
    DerivedValue,
    Discarded,
    Escape,
    ModuleVariable,
    Observation,
    Returned,
    StoredAttribute,
    ValueUses,
)
from flake8_redis_ssot.fixes.usage.steps import MemberValue, Step, StoredVariable, steps_from
from flake8_redis_ssot.semantic.scopes import Symbol

_MAX_FLOWS = 10_000  # pairs of a binding and a read of one variable: each finding in a binding follows all reads


def collect_uses(expression: ast.expr, document: SourceDocument) -> ValueUses:
    """All uses of the value of an expression in its own file."""
    return _FileFollower(document).follow_all(expression)


def collect_parameter_uses(parameter: ast.arg, document: SourceDocument) -> ValueUses:
    """All uses of the value of a parameter in the file of its function."""
    return _FileFollower(document).follow_parameter(document.symbol_table.symbol_of(parameter))


class _FileFollower:
    """Follows one value; if `is_derived`, a member of the value, whose own members count as the same value."""

    def __init__(self, document: SourceDocument, *, is_derived: bool = False) -> None:
        self._document = document
        self._symbol_table = document.symbol_table
        self._is_derived = is_derived
        self._observations: list[Observation] = []
        self._seen: set[object] = set()

    def follow_all(self, expression: ast.expr) -> ValueUses:
        """Follow an expression to all uses of its value."""
        self._follow([expression])
        return ValueUses(tuple(self._observations))

    def follow_parameter(self, parameter: Symbol) -> ValueUses:
        """Follow a parameter to all uses of its value, whatever is passed for it."""
        self._observe_locals_calls(parameter)
        self._follow(parameter.reads)
        return ValueUses(tuple(self._observations))

    def _is_new(self, key: object) -> bool:
        """Whether a key is seen for the first time."""
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new

    def _follow(self, expressions: Iterable[ast.expr]) -> None:
        """Follow expressions, depth first; with a stack of its own, as chains of them may be long."""
        stack = [iter(expressions)]
        while stack:
            expression = next(stack[-1], None)
            if expression is None:
                stack.pop()
            elif self._is_new(expression):
                stack.append(self._follow_steps(expression))

    def _follow_steps(self, expression: ast.expr) -> Iterator[ast.expr]:
        for step in steps_from(expression, self._document):
            yield from self._handle_step(step, expression)

    def _handle_step(self, step: Step, expression: ast.expr) -> Iterator[ast.expr]:
        """Observe a step; the expressions that have the same value after it."""
        match step:
            case ast.expr():
                yield step
            case StoredVariable():
                yield from self._follow_symbol(step, expression)
            case StoredAttribute():
                yield from self._follow_stored_attribute(step)
            case Returned():
                yield from self._follow_return(step)
            case MemberValue():
                yield from self._follow_member_value(step)
            case _:
                self._observations.append(step)

    def _follow_member_value(self, value: MemberValue) -> Iterator[ast.expr]:
        """Follow the value of a member; calls on a derived value are not followed further."""
        if not self._is_derived:
            uses = _FileFollower(self._document, is_derived=True).follow_all(value.expression)
            self._observations.append(DerivedValue(value.name, value.expression.lineno, value.is_call, uses))
        elif not value.is_call:
            yield value.expression

    def _follow_symbol(self, variable: StoredVariable, expression: ast.expr) -> Iterator[ast.expr]:
        """Follow the reads of a variable that holds the value of an expression, from all scopes.

        Another expression may store the value above: it has further reads.
        """
        symbol, is_first = variable.symbol, self._is_new(variable.symbol)
        if len(symbol.bindings) * len(symbol.reads) > _MAX_FLOWS:
            if is_first:
                self._observe_variable(variable, has_reads=True)
                self._observe_many_reads(symbol)
            return
        reads = [
            read
            for read in symbol.reads
            if variable.is_parameter or not value_flow.is_read_before(read, expression, self._symbol_table)
        ]
        if is_first:
            self._observe_variable(variable, has_reads=bool(reads))
            self._observe_locals_calls(symbol)
            if symbol.scope.kind == "class":
                yield from self._follow_stored_attribute(StoredAttribute(symbol.name, symbol.bindings[0].node))
        yield from reads

    def _observe_variable(self, variable: StoredVariable, *, has_reads: bool) -> None:
        symbol = variable.symbol
        if symbol.scope.kind == "module" or (symbol.has_inner_declaration and symbol.scope.kind != "class"):
            self._observations.append(ModuleVariable(symbol.name))
        elif symbol.scope.kind != "class" and not has_reads and not variable.is_parameter:
            self._observations.append(Discarded(symbol.bindings[0].statement.lineno))

    def _observe_many_reads(self, symbol: Symbol) -> None:
        phrase = f"is in `{symbol.name}`, which is bound {len(symbol.bindings)} and read {len(symbol.reads)} times"
        self._observations.append(Escape(self._document.path, symbol.reads[0].lineno, phrase))

    def _observe_locals_calls(self, symbol: Symbol) -> None:
        for read, name in value_flow.find_locals_calls(symbol, self._symbol_table):
            self._observations.append(Escape(self._document.path, read.lineno, f"is read by `{name}()`"))

    def _follow_stored_attribute(self, attribute: StoredAttribute) -> Iterator[ast.expr]:
        """Follow every read of an attribute of that name, on any object that may be the one that has it."""
        if self._is_new(attribute):
            self._observations.append(attribute)
            yield from self._document.attribute_reads(attribute.name).find(attribute.place)

    def _follow_return(self, returned: Returned) -> Iterator[ast.expr]:
        if self._is_new(returned.function):
            self._observations.append(returned)
            if not returned.is_yielded:
                yield from self._follow_callers(returned.function)

    def _follow_callers(self, function: ast.AST) -> Iterator[ast.expr]:
        """Follow the calls of a function in its own file; a property is read as an attribute."""
        name = getattr(function, "name", "")
        if value_flow.is_property(function):
            yield from self._follow_stored_attribute(StoredAttribute(name, function))
            return
        for node in self._function_reads(function, name):
            call = self._symbol_table.call_of(node)
            if call is not None:
                yield call
            elif not isinstance(self._symbol_table.parent(node), ast.Attribute):
                phrase = f"comes from `{name}`, which is passed on"
                self._observations.append(Escape(self._document.path, node.lineno, phrase))

    def _function_reads(self, function: ast.AST, name: str) -> list[ast.Name] | list[ast.Attribute]:
        scope = self._symbol_table.scope_of(function)
        if scope.kind == "class":  # all methods of that name have the same
            return self._symbol_table.attribute_reads.get(name, []) if self._is_new(("method", name)) else []
        symbol = self._symbol_table.find_symbol(scope, name)
        return list(symbol.reads) if symbol else []
