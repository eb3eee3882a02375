"""Attributes that are read while a module is loaded: those of modules, classes, instances and enumerations."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.fixes.loading.block import Block
from flake8_redis_ssot.fixes.loading.classes import find_method, iter_class_line
from flake8_redis_ssot.fixes.loading.plain_values import is_plain
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, last_name

_MEMBER_ATTRIBUTES = frozenset({"name", "value"})
# Reading a function with one of these decorators from its class runs nothing.
_PLAIN_DECORATORS = frozenset({"abstractmethod", "cached_property", "classmethod", "property", "staticmethod"})


def is_direct(definition: Definition, block: Block) -> bool:
    """Whether an attribute is one of a library, of a module, or a plain one of a class, without `__getattr__`."""
    if definition.path is None:
        return True
    owner_name, _, name = definition.qualname.rpartition(".")
    if not definition.is_found or not owner_name:
        return definition.is_found
    owner = definition._replace(qualname=owner_name)
    return isinstance(block.find_only(owner), ast.ClassDef) and _is_plain_in_class(owner, name, block)


def _is_plain_in_class(owner: Definition, name: str, block: Block) -> bool:
    """Whether what the body of a class binds to a name runs no code of the project when it is read from the class."""
    node = block.find_only(owner)
    own_block = block.enter(owner, has_plain_arguments=False)
    values = _iter_bound(node.body, name) if isinstance(node, ast.ClassDef) else iter(())
    return all(_is_plain_value(value, own_block) for value in values)


def _iter_bound(body: list[ast.stmt], name: str) -> Iterator[ast.AST]:
    """The functions of that name, and the values that are assigned to it."""
    for statement in body:
        targets = getattr(statement, "targets", [getattr(statement, "target", None)])
        value = getattr(statement, "value", None)
        if isinstance(statement, FunctionNode) and statement.name == name:
            yield statement
        elif isinstance(value, ast.expr) and any(isinstance(each, ast.Name) and each.id == name for each in targets):
            yield value


def _is_plain_value(value: ast.AST, block: Block) -> bool:
    if isinstance(value, FunctionNode):
        names = [last_name(each) for each in value.decorator_list]
        return set(names) <= _PLAIN_DECORATORS and len(set(names) - {"abstractmethod"}) <= 1
    made = block.names.resolve(value.func) if isinstance(value, ast.Call) else None
    owner = made if made is not None else find_instance_class(value, block) if isinstance(value, ast.expr) else None
    return owner is None or owner.path is None or find_method(owner, "__get__", block) is None


def find_instance_class(node: ast.expr, block: Block) -> Definition | None:
    """The class of `self`, or of a variable that is bound once, to a construction."""
    if isinstance(node, ast.Name) and node.id == block.self_name and block.owner is not None:
        return block.owner
    definition = block.names.resolve(node)
    found = block.symbol_of(definition) if definition is not None else None
    if found is None or len(found[1].bindings) != 1:
        return None
    own_block, symbol = found
    value = getattr(symbol.bindings[0].statement, "value", None)
    return own_block.names.resolve(value.func) if isinstance(value, ast.Call) else None


def has_direct_attribute(owner: Definition, name: str, block: Block) -> bool:
    """Whether reading an attribute of an instance of a class runs no code of the project."""
    line = list(iter_class_line(owner, block))
    if any(node is None and not each.name.startswith(("builtins.", "typing.", "abc.")) for each, node in line):
        return False
    hooks = (find_method(owner, hook, block) for hook in ("__getattr__", "__getattribute__"))
    method = find_method(owner, name, block)
    if any(hooks) or (method is not None and method[1].decorator_list):
        return False
    return all(node is None or _is_plain_in_class(each, name, block) for each, node in line)


def is_plain_own_attribute(node: ast.expr, block: Block) -> bool:
    """Whether a node is an attribute of the instance under construction that its classes bind to plain values alone."""
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name) or block.owner is None:
        return False
    nodes = [each for _, each in iter_class_line(block.owner, block) if each is not None]
    bindings = [each for owner in nodes for each in ast.walk(owner) if isinstance(each, (ast.Assign, ast.AnnAssign))]
    values = [each.value for each in bindings if any(_is_attribute(target, node.attr) for target in _targets_of(each))]
    is_own = node.value.id == block.self_name != ""
    return is_own and bool(values) and all(value is not None and is_plain(value, block) for value in values)


def _targets_of(statement: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return statement.targets if isinstance(statement, ast.Assign) else [statement.target]


def _is_attribute(target: ast.expr, name: str) -> bool:
    return isinstance(target, (ast.Attribute, ast.Name)) and last_name(target) == name


def is_member_attribute(node: ast.Attribute, block: Block) -> bool:
    """Whether an attribute is the name or the value of a member of an enumeration that does not redefine it.

    The member is read by its name or index, or is the variable of a comprehension.
    """
    if node.attr not in _MEMBER_ATTRIBUTES:
        return False
    if isinstance(node.value, (ast.Attribute, ast.Subscript)):
        return is_enumeration_name(node.value.value, block, node.attr)
    table = block.names.symbol_table
    symbol = table.lookup(node.value.id, node.value) if isinstance(node.value, ast.Name) else None
    loops = [table.parent(each) for each in symbol.binding_nodes] if symbol is not None else []
    return bool(loops) and all(
        isinstance(each, ast.comprehension) and is_enumeration_name(each.iter, block, node.attr) for each in loops
    )


def is_enumeration_name(node: ast.expr, block: Block, attribute: str = "") -> bool:
    """Whether an expression is an enumeration of the project, without an `attribute` of its own."""
    definition = block.names.resolve(node)
    if definition is None or definition.path is None or (attribute and find_method(definition, attribute, block)):
        return False
    return any(each.name.startswith("enum.") for each, _ in iter_class_line(definition, block))
