"""Recognises the expressions that are a class or an instance of it in its methods."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import NamedTuple

from flake8_redis_ssot.project.types.assignments import assignment_to
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, dotted_name, is_static, iter_scope_nodes
from flake8_redis_ssot.semantic.symbol_table import SymbolTable


class Receiver(NamedTuple):
    """The first parameter of a method of `class_node`: the class itself (`is_class`), or an instance of it."""

    class_node: ast.ClassDef
    is_class: bool


def find_receiver(node: ast.AST, symbol_table: SymbolTable) -> Receiver | None:
    """The receiver that an expression reads: the name of a method's first parameter; None for others."""
    symbol = symbol_table.lookup(node.id, node) if isinstance(node, ast.Name) else None
    if symbol is None or len(symbol.bindings) != 1:
        return None
    return receiver_of_parameter(symbol.bindings[0].node, symbol_table)


def receiver_of_parameter(parameter: ast.AST, symbol_table: SymbolTable) -> Receiver | None:
    """The receiver that a parameter of a method is bound to; None for all but the first."""
    if not isinstance(parameter, ast.arg):
        return None
    method = symbol_table.scope_of(parameter).node
    if not isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)) or is_static(method):
        return None
    class_node = symbol_table.scope_of(method).node
    first = next(iter([*method.args.posonlyargs, *method.args.args]), None)
    if first is not parameter or not isinstance(class_node, ast.ClassDef):
        return None
    return Receiver(class_node, takes_class(method))


def takes_class(method: FunctionNode) -> bool:
    """Whether the first parameter of a method is the class."""
    return method.name == "__new__" or any(dotted_name(each) == "classmethod" for each in method.decorator_list)


def find_own_class(node: ast.AST, symbol_table: SymbolTable) -> ast.ClassDef | None:
    """The class that `cls`, `self.__class__` or `type(self)` refers to in a method; None for other expressions."""
    instance: ast.AST | None = None
    if isinstance(node, ast.Attribute) and node.attr == "__class__":
        instance = node.value
    elif isinstance(node, ast.Call) and dotted_name(node.func) == "type" and len(node.args) == 1:
        instance = node.args[0]
    receiver = find_receiver(instance or node, symbol_table)
    return receiver.class_node if receiver is not None and receiver.is_class is (instance is None) else None


def find_enclosing_class(node: ast.AST, symbol_table: SymbolTable) -> ast.ClassDef | None:
    """The innermost class around a node."""
    return next((each for each in symbol_table.ancestors(node) if isinstance(each, ast.ClassDef)), None)


@dataclass(frozen=True, slots=True)
class OwnObjects:
    """The expressions in methods and module that are `class_node` or an instance of it."""

    class_node: ast.ClassDef
    names: FileNames

    def __contains__(self, node: ast.expr) -> bool:
        receiver = find_receiver(node, self.names.symbol_table)
        if receiver is not None:
            return receiver.class_node is self.class_node
        is_own_class = find_own_class(node, self.names.symbol_table) is self.class_node
        return is_own_class or self._is_class_name(node) or self._is_new_instance(node)

    def _is_class_name(self, node: ast.expr) -> bool:
        table = self.names.symbol_table
        if isinstance(node, ast.Name):
            return table.lookup(node.id, node) is table.symbol_of(self.class_node)
        return isinstance(node, ast.Attribute) and self.names.resolve(node) == self.names.definition_of(self.class_node)

    def _is_new_instance(self, node: ast.expr) -> bool:
        """Whether a method that takes the class assigns a new instance to an expression."""
        table = self.names.symbol_table
        method = table.scope_of(node).node
        if not isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)) or not takes_class(method):
            return False
        values = [
            assignment_to(each, table).value
            for each in iter_scope_nodes(method)
            if isinstance(each, (ast.Name, ast.Attribute))
            and isinstance(each.ctx, ast.Store)
            and ast.unparse(each) == ast.unparse(node)
        ]
        return any(isinstance(value, ast.Call) and self._is_creator(value.func) for value in values)

    def _is_creator(self, node: ast.expr) -> bool:
        """Whether a call of an expression creates an instance."""
        is_new = isinstance(node, ast.Attribute) and node.attr == "__new__"
        if is_new and find_enclosing_class(node, self.names.symbol_table) is self.class_node:
            return ast.unparse(node).startswith(("super(", "object."))
        return find_own_class(node, self.names.symbol_table) is self.class_node or self._is_class_name(node)
