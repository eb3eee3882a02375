"""What becomes of an instance, as values: what is done with it, and where it goes out of sight."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from flake8_redis_ssot.fixes.instances import containers
from flake8_redis_ssot.fixes.instances.containers import CLOSERS, INSPECTORS, is_property, row_of
from flake8_redis_ssot.semantic.flow.frames import last_name
from flake8_redis_ssot.semantic.scopes import Symbol
from flake8_redis_ssot.semantic.symbol_table import SymbolTable


class MemberUse(NamedTuple):
    """One use of a member: `kind` is `read`, `call`, `set` or `ask`; `call` and `is_awaited` say how it is called."""

    name: str
    row: int
    kind: str
    call: ast.Call | None = None
    is_awaited: bool = False


class Escape(NamedTuple):
    """A place (1-based row) where the instance goes out of sight, as a phrase."""

    row: int
    phrase: str


@dataclass
class ValueUses:
    """All that was found, in the order in which it was met.

    `stored_attributes` are attributes that hold the instance, `returning_functions` functions that give it back,
    `module_variables` variables of the module that hold it: what other files do with those is for the caller to find
    out. `derived_values` are what members give. `is_discarded`: nothing is done with it at all.
    """

    member_uses: list[MemberUse] = field(default_factory=list)
    escapes: list[Escape] = field(default_factory=list)
    stored_attributes: list[str] = field(default_factory=list)
    returning_functions: list[ast.AST] = field(default_factory=list)
    module_variables: list[str] = field(default_factory=list)
    derived_values: list[DerivedValue] = field(default_factory=list)
    is_discarded: bool = False


class DerivedValue(NamedTuple):
    """What a member of the instance gives, read or `is_call`, and what becomes of that."""

    name: str
    row: int
    is_call: bool
    uses: ValueUses


def collect_uses(call: ast.expr, symbol_table: SymbolTable) -> ValueUses:
    """Everything that is done with the value of an expression."""
    follower = _ValueFollower(symbol_table)
    follower.follow(call)
    return follower.uses


class _ValueFollower:
    """The way of one instance, or of one part of it: then deeper parts count as the same."""

    def __init__(self, symbol_table: SymbolTable, *, is_derived: bool = False) -> None:
        self.symbol_table = symbol_table
        self.is_derived = is_derived
        self.uses = ValueUses()
        self._seen: set[object] = set()
        self._attributes_by_name: dict[str, list[ast.Attribute]] | None = None

    def follow(self, node: ast.AST) -> None:
        """Look at what stands around an expression that is the instance."""
        parent = self.symbol_table.parent(node)
        if parent is None or node in self._seen:
            return
        self._seen.add(node)
        handler = _HANDLER_BY_PARENT.get(type(parent))
        if handler is None:
            self._add_escape(node, "goes out of sight")
        else:
            handler(self, parent, node)

    def _add_escape(self, node: ast.AST, phrase: str) -> None:
        self.uses.escapes.append(Escape(row_of(node), phrase))

    def follow_attribute(self, parent: ast.Attribute, node: ast.AST) -> None:
        grandparent = self.symbol_table.parent(parent)
        if not isinstance(parent.ctx, ast.Load) or (
            isinstance(grandparent, ast.AugAssign) and grandparent.target is parent
        ):
            self.uses.member_uses.append(MemberUse(parent.attr, row_of(parent), "set"))
        elif isinstance(grandparent, ast.Call) and grandparent.func is parent:
            is_awaited = isinstance(self.symbol_table.parent(grandparent), ast.Await)
            self.uses.member_uses.append(MemberUse(parent.attr, row_of(parent), "call", grandparent, is_awaited))
            self.follow_member_value(parent.attr, grandparent, is_call=True)
        else:
            self.uses.member_uses.append(MemberUse(parent.attr, row_of(parent), "read"))
            self.follow_member_value(parent.attr, parent)

    def follow_member_value(self, name: str, node: ast.expr, *, is_call: bool = False) -> None:
        """Go on with what a member gives. What calls of a part give is somebody else's."""
        if not self.is_derived:
            follower = _ValueFollower(self.symbol_table, is_derived=True)
            follower.follow(node)
            self.uses.derived_values.append(DerivedValue(name, row_of(node), is_call, follower.uses))
        elif not is_call:
            self.follow(node)

    def follow_assignment(self, parent: ast.Assign | ast.AnnAssign | ast.NamedExpr, node: ast.AST) -> None:
        targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
        for target in targets:
            self.follow_target(target)
        if isinstance(parent, ast.NamedExpr):
            self.follow(parent)

    def follow_target(self, target: ast.expr) -> None:
        """Go on with what is read from a target of an assignment."""
        if isinstance(target, ast.Name):
            self.follow_symbol(self.symbol_table.symbol_of(target))
        elif isinstance(target, ast.Attribute):
            self.follow_stored_attribute(target.attr)
        else:
            self._add_escape(target, "is put away")

    def follow_symbol(self, symbol: Symbol, *, is_parameter: bool = False) -> None:
        """Every read of a variable, from whichever scope."""
        if symbol in self._seen:
            return
        self._seen.add(symbol)
        kind = symbol.scope.kind
        if kind == "class":
            self.follow_stored_attribute(symbol.name)
        elif kind == "module" or symbol.has_inner_declaration:
            self.uses.module_variables.append(symbol.name)
        elif not symbol.reads and not is_parameter:
            self.uses.is_discarded = True
        for read_node, name in containers.find_locals_calls(symbol, self.symbol_table):
            self._add_escape(read_node, f"is seen by `{name}()`")
        for read in symbol.reads:
            self.follow(read)

    def follow_stored_attribute(self, name: str) -> None:
        """Every read of an attribute of that name, of whatever it is an attribute."""
        if name not in self.uses.stored_attributes:
            self.uses.stored_attributes.append(name)
            for node in self._attributes_named(name):
                self.follow(node)

    def _attributes_named(self, name: str) -> list[ast.Attribute]:
        if self._attributes_by_name is None:
            self._attributes_by_name = containers.attributes_by_name(self.symbol_table)
        return self._attributes_by_name.get(name, [])

    def follow_operand(self, parent: ast.expr, node: ast.AST) -> None:
        """`a or b`, `b if c else d`: what stands around has the instance, unless it was only the question."""
        if isinstance(parent, ast.IfExp) and parent.test is node:
            return
        self.follow(parent)

    def follow_test(self, parent: ast.AST, node: ast.AST) -> None:
        """A test, or a statement of its own."""
        if isinstance(parent, ast.Expr) and not isinstance(node, ast.Name):
            self.uses.is_discarded = True

    def follow_comparison(self, parent: ast.Compare, node: ast.AST) -> None:
        other_operands = [operand for operand in (parent.left, *parent.comparators) if operand is not node]
        if not all(isinstance(operand, ast.Constant) and operand.value is None for operand in other_operands):
            self._add_escape(parent, "is compared with another")

    def follow_call(self, parent: ast.Call, node: ast.AST) -> None:
        if parent.func is node:
            self.uses.member_uses.append(MemberUse("__call__", row_of(parent), "call", parent))
            return
        self.follow_argument(parent, node, parent.func)

    def follow_keyword(self, parent: ast.keyword, node: ast.AST) -> None:
        call = self.symbol_table.parent(parent)
        if isinstance(call, ast.Call):
            self.follow_argument(call, node, call.func)
        else:
            self._add_escape(node, "goes out of sight")

    def follow_argument(self, call: ast.Call, node: ast.AST, function: ast.expr) -> None:
        """An argument of a call."""
        name = last_name(function)
        if isinstance(function, ast.Name) and name in ("getattr", "hasattr", "setattr", "delattr"):
            self._follow_attribute_function(call, node, name)
        elif name in CLOSERS:
            self.uses.member_uses.append(MemberUse("__exit__", row_of(call), "call"))
        elif name == "cast" and call.args[-1] is node:
            self.follow(call)
        elif (parameter := containers.find_receiving_parameter(call, node, self.symbol_table)) is not None:
            self.follow_symbol(parameter, is_parameter=True)
        elif not (isinstance(function, ast.Name) and name in INSPECTORS):
            self._add_escape(call, f"is handed to `{name or 'a function'}()`")

    def _follow_attribute_function(self, call: ast.Call, node: ast.AST, function: str) -> None:
        attribute_name = call.args[1] if len(call.args) > 1 and call.args[0] is node else None
        if isinstance(attribute_name, ast.Constant) and isinstance(attribute_name.value, str):
            kind = "set" if function in ("setattr", "delattr") else "ask"
            self.uses.member_uses.append(MemberUse(attribute_name.value, row_of(call), kind))
            if function == "getattr":
                self.follow_member_value(attribute_name.value, call)
        else:
            self._add_escape(call, f"is handed to `{function}()`")

    def follow_with_item(self, parent: ast.withitem, node: ast.AST) -> None:
        """`with` closes what it is given; its target is what clients return from `__enter__`: themselves."""
        self.uses.member_uses.append(MemberUse("__exit__", row_of(node), "call"))
        if parent.optional_vars is not None:
            self.follow_target(parent.optional_vars)

    def follow_return(self, parent: ast.AST, node: ast.AST) -> None:
        function = containers.enclosing_function(parent, self.symbol_table)
        if function is None or function in self._seen:
            return
        self._seen.add(function)
        self.uses.returning_functions.append(function)
        if isinstance(parent, ast.Return):
            self._follow_callers(function)

    def _follow_callers(self, function: ast.AST) -> None:
        """The callers of a function in its own file have the instance; a property is an attribute."""
        name = getattr(function, "name", "")
        if is_property(function):
            self.follow_stored_attribute(name)
            return
        for node in self._function_reads(function, name):
            call = self.symbol_table.parent(node)
            if isinstance(call, ast.Call) and call.func is node:
                self.follow(call)
            elif not isinstance(call, ast.Attribute):
                self._add_escape(node, f"comes from `{name}`, which is handed on")

    def _function_reads(self, function: ast.AST, name: str) -> list[ast.Name] | list[ast.Attribute]:
        scope = self.symbol_table.scope_of(function)
        if scope.kind == "class":
            return self._attributes_named(name)
        symbol = self.symbol_table.find_symbol(scope, name)
        return list(symbol.reads) if symbol else []

    def follow_default(self, parent: ast.arguments, node: ast.AST) -> None:
        """A default of a parameter: what is done with the parameter."""
        symbol = containers.find_defaulted_parameter(parent, node, self.symbol_table)
        if symbol is not None:
            self.follow_symbol(symbol)

    def follow_lambda(self, parent: ast.Lambda, node: ast.AST) -> None:
        self._add_escape(parent, "is what a lambda gives to its callers")

    def follow_iteration(self, parent: ast.AST, node: ast.AST) -> None:
        self.uses.member_uses.append(MemberUse("__iter__", row_of(node), "call"))

    def follow_subscript(self, parent: ast.Subscript, node: ast.AST) -> None:
        if parent.value is not node:
            self._add_escape(node, "is a key of something")
            return
        names = {ast.Store: "__setitem__", ast.Del: "__delitem__"}
        self.uses.member_uses.append(MemberUse(names.get(type(parent.ctx), "__getitem__"), row_of(node), "call"))

    def follow_container(self, parent: ast.AST, node: ast.AST) -> None:
        targets = containers.find_unpacking_targets(parent, node, self.symbol_table)
        if targets is None:
            self._add_escape(node, "is put into a container")
        for target in targets or ():
            self.follow_target(target)


_HANDLERS: tuple[tuple[Callable[..., object], tuple[type[ast.AST], ...]], ...] = (
    (_ValueFollower.follow_attribute, (ast.Attribute,)),
    (_ValueFollower.follow_assignment, (ast.Assign, ast.AnnAssign, ast.NamedExpr)),
    (_ValueFollower.follow_operand, (ast.BoolOp, ast.IfExp, ast.Await)),
    (
        _ValueFollower.follow_test,
        (ast.Expr, ast.If, ast.While, ast.Assert, ast.UnaryOp, ast.FormattedValue, ast.Delete),
    ),
    (_ValueFollower.follow_comparison, (ast.Compare,)),
    (_ValueFollower.follow_call, (ast.Call,)),
    (_ValueFollower.follow_keyword, (ast.keyword,)),
    (_ValueFollower.follow_with_item, (ast.withitem,)),
    (_ValueFollower.follow_return, (ast.Return, ast.Yield)),
    (_ValueFollower.follow_default, (ast.arguments,)),
    (_ValueFollower.follow_lambda, (ast.Lambda,)),
    (_ValueFollower.follow_subscript, (ast.Subscript,)),
    (_ValueFollower.follow_iteration, (ast.For, ast.AsyncFor, ast.comprehension)),
    (_ValueFollower.follow_container, (ast.Dict, ast.List, ast.Set, ast.Tuple)),
)
_HANDLER_BY_PARENT = {kind: reader for reader, kinds in _HANDLERS for kind in kinds}
