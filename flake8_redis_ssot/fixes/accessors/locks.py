"""Who else uses the lock that an accessor holds while it makes the instance."""

from __future__ import annotations

import ast
import re

from flake8_redis_ssot.fixes.accessors.model import AccessorModel, Variable, format_place
from flake8_redis_ssot.fixes.accessors.owners import may_own
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.sharing.parameters import find_possible_owners
from flake8_redis_ssot.fixes.sharing.reflection import Access
from flake8_redis_ssot.fixes.sharing.study import ProjectFacts
from flake8_redis_ssot.project.types.receivers import find_receiver


def find_other_use(lock: Variable, model: AccessorModel, context: FixContext) -> str | None:
    """The place of a use of a lock by anything but the accessor, as a phrase; None if there is none."""
    module_word = re.compile(rb"\b" + context.module_name(lock.path).rpartition(".")[2].encode() + rb"\b")
    for path in context.analysis.find_files_with_words({lock.name}):
        if path != lock.path and not module_word.search(context.references.code_bytes(path)):
            continue
        table = context.symbol_table(path)
        for node in table.nodes:
            is_use = _is_use(node, path, lock, context)
            if is_use and not any(each in model.nodes for each in table.ancestors(node)):
                return format_place(path, node, context)
    return _find_computed_use(lock, context)


def _find_computed_use(lock: Variable, context: FixContext) -> str | None:
    """The place of code that may get the lock without naming it: by `vars()`, or `getattr()` with a computed name."""
    owner_node = _find_owner_node(lock, context)
    for each in ProjectFacts.of(context).reflections:
        if each.access is Access.RELOAD:
            continue
        for owner in find_possible_owners(each.owner, context):
            if owner.path == lock.path and owner.node is owner_node:
                return f"`{each.text}` ({context.relative_path(each.path)}:{each.row})"
    return None


def _find_owner_node(lock: Variable, context: FixContext) -> ast.AST | None:
    """The class that has the lock as its attribute; None for a lock of the module."""
    owner = lock.qualname.rpartition(".")[0]
    return context.names(lock.path).find_definition(owner) if owner else None


def _is_use(node: ast.AST, path: str, lock: Variable, context: FixContext) -> bool:
    if isinstance(node, ast.alias):
        return path != lock.path and node.name == lock.name
    if isinstance(node, ast.Constant):
        return node.value == lock.name
    if isinstance(node, ast.Name) and path != lock.path:
        return node in context.symbol_table(path).unresolved_reads(lock.name)
    if isinstance(node, ast.Name):
        is_read = node.id == lock.qualname and isinstance(node.ctx, ast.Load) and path == lock.path
        symbol = context.symbol_table(path).lookup(node.id, node) if is_read else None
        return symbol is not None and symbol.scope.kind == "module"
    if not isinstance(node, ast.Attribute) or node.attr != lock.name or not isinstance(node.ctx, ast.Load):
        return False
    receiver = find_receiver(node.value, context.symbol_table(path))
    if receiver is not None and not receiver.is_class and "." in lock.qualname:
        return True  # an instance has the attributes of its class
    return may_own(node.value, path, lock, context)
