"""Finds what is assigned to variables, and to attributes of a class and its instances."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.project.types.class_model import Member, MemberKind, MroEntry
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.project.types.receivers import OwnObjects, find_enclosing_class
from flake8_redis_ssot.semantic.ast_queries import dotted_name, iter_scope_nodes
from flake8_redis_ssot.semantic.scopes import sort_by_position

_DICT_MUTATORS = frozenset({"__ior__", "__setitem__", "setdefault", "update"})


def find_targets(name: str, owner: ast.Module | ast.ClassDef, names: FileNames) -> list[ast.AST]:
    """The nodes that bind a module variable, or a class attribute in body and methods; no imports."""
    symbol = names.symbol_table.find_symbol(names.symbol_table.scope_opened_by(owner), name)
    bindings = symbol.bindings if symbol is not None else ()
    targets = [each.node for each in bindings if not each.is_deletion and not isinstance(each.node, ast.alias)]
    attributes = _iter_attribute_targets(owner, names) if isinstance(owner, ast.ClassDef) else ()
    return [*targets, *sort_by_position(each for each in attributes if each.attr == name)]


def _iter_attribute_targets(class_node: ast.ClassDef, names: FileNames) -> Iterator[ast.Attribute]:
    objects = OwnObjects(class_node, names)
    for node in ast.walk(class_node):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.value in objects:
            yield node


def collect_set_attributes(class_node: ast.ClassDef, entry: MroEntry, names: FileNames) -> None:
    """Add the attributes that methods and the module set, and mark the entry incomplete if there may be others."""
    objects = OwnObjects(class_node, names)
    own_nodes = (node for node in ast.walk(class_node) if isinstance(node, _WRITERS))
    module_nodes = (node for node in iter_scope_nodes(names.symbol_table.tree) if isinstance(node, _WRITERS))
    for node in (*sort_by_position(own_nodes), *module_nodes):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.value in objects:
            _add_attribute(node.attr, node.lineno, entry)
        elif isinstance(node, ast.Call):
            _add_setattr_attribute(node, objects, entry)
        namespace = _mutated_namespace(node)
        entry.is_incomplete = entry.is_incomplete or (namespace is not None and _is_namespace(namespace, objects))


_WRITERS = (ast.Assign, ast.Attribute, ast.Call, ast.Subscript)


def _mutated_namespace(node: ast.AST) -> ast.expr | None:
    """The expression whose items a node sets, or may set under another name."""
    if isinstance(node, ast.Assign) or (isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)):
        return node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _DICT_MUTATORS:
        return node.func.value
    return None


def _is_namespace(node: ast.expr, objects: OwnObjects) -> bool:
    """Whether an expression is the `__dict__` of the class or of an instance."""
    if isinstance(node, ast.Attribute):
        return node.attr == "__dict__" and node.value in objects
    is_vars = isinstance(node, ast.Call) and dotted_name(node.func) == "vars" and len(node.args) == 1
    return is_vars and isinstance(node, ast.Call) and node.args[0] in objects


def _add_attribute(name: str, row: int, entry: MroEntry) -> None:
    entry.is_incomplete = entry.is_incomplete or name == "__dict__"
    if entry.mangle(name) not in entry.members:
        entry.add_member(name, MemberKind.ATTRIBUTE, row)


def _add_setattr_attribute(node: ast.Call, objects: OwnObjects, entry: MroEntry) -> None:
    """Add the member that `setattr(self, name, value)` or `__setattr__` sets, if the name is a constant."""
    arguments = list(node.args)
    if dotted_name(node.func) in ("setattr", "object.__setattr__"):
        if not arguments or arguments.pop(0) not in objects:
            return
    elif not _is_own_setattr(node.func, objects):
        return
    name = arguments[0].value if arguments and isinstance(arguments[0], ast.Constant) else None
    if isinstance(name, str):
        # Python does not mangle private names in strings.
        entry.members.setdefault(name, Member(name, MemberKind.ATTRIBUTE, node.lineno, None))
    else:
        entry.is_incomplete = True


def _is_own_setattr(node: ast.expr, objects: OwnObjects) -> bool:
    if not isinstance(node, ast.Attribute) or node.attr != "__setattr__":
        return False
    if ast.unparse(node.value) == "super()":
        return find_enclosing_class(node, objects.names.symbol_table) is objects.class_node
    return node.value in objects
