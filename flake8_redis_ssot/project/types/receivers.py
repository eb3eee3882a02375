"""What stands for a class, or for an instance of it, inside of its methods."""

from __future__ import annotations

import ast
from typing import NamedTuple

from flake8_redis_ssot.semantic.ast_queries import dotted_name, is_static
from flake8_redis_ssot.semantic.symbol_table import SymbolTable


class Receiver(NamedTuple):
    """The first parameter of a method of `class_node`: the class itself (`is_class`), or an instance of it."""

    class_node: ast.ClassDef
    is_class: bool


def find_receiver(node: ast.AST, symbol_table: SymbolTable) -> Receiver | None:
    """What a name is that reads the first parameter of a method; None for other expressions."""
    symbol = symbol_table.lookup(node.id, node) if isinstance(node, ast.Name) else None
    if symbol is None or len(symbol.bindings) != 1:
        return None
    return receiver_of_parameter(symbol.bindings[0].node, symbol_table)


def receiver_of_parameter(parameter: ast.AST, symbol_table: SymbolTable) -> Receiver | None:
    """What a method gets for a parameter; None for all but the first one."""
    if not isinstance(parameter, ast.arg):
        return None
    method = symbol_table.scope_of(parameter).node
    if not isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)) or is_static(method):
        return None
    class_node = symbol_table.scope_of(method).node
    first = next(iter([*method.args.posonlyargs, *method.args.args]), None)
    if first is not parameter or not isinstance(class_node, ast.ClassDef):
        return None
    is_classmethod = any(dotted_name(each) == "classmethod" for each in method.decorator_list)
    return Receiver(class_node, is_classmethod or method.name == "__new__")


def find_own_class(node: ast.AST, symbol_table: SymbolTable) -> ast.ClassDef | None:
    """The class that `cls`, `self.__class__` or `type(self)` is in a method of it; None for other expressions."""
    instance: ast.AST | None = None
    if isinstance(node, ast.Attribute) and node.attr == "__class__":
        instance = node.value
    elif isinstance(node, ast.Call) and dotted_name(node.func) == "type" and len(node.args) == 1:
        instance = node.args[0]
    receiver = find_receiver(instance or node, symbol_table)
    return receiver.class_node if receiver is not None and receiver.is_class is (instance is None) else None


def find_enclosing_class(node: ast.AST, symbol_table: SymbolTable) -> ast.ClassDef | None:
    """The innermost class that a node is in."""
    return next((each for each in symbol_table.ancestors(node) if isinstance(each, ast.ClassDef)), None)
