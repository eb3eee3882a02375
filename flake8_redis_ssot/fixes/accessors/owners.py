"""What the owner of an attribute may be: the module or the class of a variable."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.accessors.model import Variable
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.assignments import assignment_to
from flake8_redis_ssot.project.types.class_members import collect_mro
from flake8_redis_ssot.project.types.inference import infer_instance
from flake8_redis_ssot.project.types.receivers import find_own_class, find_receiver


def may_own(owner: ast.expr, path: str, variable: Variable, context: FixContext) -> bool:
    """Whether an expression of the file at `path` may be the module, class or function that has a variable.

    False only where it is known to be something else.
    """
    names, class_qualname = context.names(path), variable.qualname.rpartition(".")[0]
    own_class = find_own_class(owner, names.symbol_table)
    if own_class is not None:
        return bool(class_qualname) and _derives_from(names.definition_of(own_class), variable, context)
    if find_receiver(owner, names.symbol_table) is not None:
        return False  # an attribute of an instance
    definition = names.resolve(owner)
    if definition is None:
        return not _is_local_instance(owner, path, context)
    if definition.is_module:
        return not class_qualname and definition.path == variable.path
    if definition.path is None:
        return context.words.is_other_code(path)
    node = names.find_node(definition)
    if isinstance(node, ast.ClassDef):
        return bool(class_qualname) and _derives_from(definition, variable, context)
    if node is not None:
        return (definition.path, definition.qualname) == (variable.path, class_qualname)
    value = infer_instance(definition.path, definition.qualname, context.symbol_table, context.resolver)
    return value.class_definition is None


def _derives_from(definition: Definition, variable: Variable, context: FixContext) -> bool:
    """Whether a class is that of a class attribute, or may derive from it."""
    if definition.path is None:
        return False
    owner = context.names(variable.path).find_definition(variable.qualname.rpartition(".")[0])
    entries = collect_mro(definition.qualname, context.names(definition.path), ())
    return any(entry.node is owner for entry in entries)


def _is_local_instance(node: ast.expr, path: str, context: FixContext) -> bool:
    """Whether a local variable is only assigned new instances of classes, so that it is no module and no class."""
    names = context.names(path)
    symbol = names.symbol_table.lookup(node.id, node) if isinstance(node, ast.Name) else None
    if symbol is None or symbol.scope.kind == "module":
        return False
    values = [assignment_to(each, names.symbol_table).value for each in symbol.binding_nodes]
    return all(isinstance(value, ast.Call) and _is_class(value.func, path, context) for value in values)


def _is_class(node: ast.expr, path: str, context: FixContext) -> bool:
    names = context.names(path)
    definition = names.resolve(node)
    if definition is None:
        return False
    if definition.path is None:
        return definition.name.rpartition(".")[2][:1].isupper()
    return isinstance(names.find_node(definition), ast.ClassDef)
