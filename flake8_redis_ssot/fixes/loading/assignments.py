"""What assignments change besides variables while a module is loaded."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.loading import classes
from flake8_redis_ssot.fixes.loading.block import Block
from flake8_redis_ssot.fixes.loading.plain_values import is_plain
from flake8_redis_ssot.semantic.ast_queries import methods_in


def explain_target(target: ast.expr, statement: ast.stmt, block: Block) -> str:
    """What an assignment changes besides a variable; empty if nothing."""
    if isinstance(target, ast.Name):
        is_changed = isinstance(statement, ast.AugAssign) and not is_own_display(target, block)
        return f"changes `{target.id}`" if is_changed else ""
    if isinstance(target, (ast.Tuple, ast.List)):
        is_plain_value = is_plain(getattr(statement, "value", None), block)
        parts = [explain_target(part, statement, block) for part in target.elts]
        return next(filter(None, parts), "") if is_plain_value else f"unpacks `{ast.unparse(statement)}`"
    if isinstance(target, ast.Subscript):
        is_own = isinstance(target.value, ast.Name) and is_own_display(
            target.value, block, is_flat=isinstance(statement, ast.AugAssign)
        )
        return "" if is_own else f"sets an item of `{ast.unparse(target.value)}`"
    if isinstance(target, ast.Attribute):
        is_own = isinstance(target.value, ast.Name) and target.value.id == block.self_name != ""
        if is_own and isinstance(statement, ast.AugAssign) and not _is_number(target.attr, block):
            return f"changes `{ast.unparse(target)}`"
        return "" if is_own and _is_free_attribute(target.attr, block) else f"sets `{ast.unparse(target)}`"
    return f"sets `{ast.unparse(target)}`"


def _is_number(name: str, block: Block) -> bool:
    """Whether an attribute of the instance is bound to constants alone in the bodies of its classes."""
    values = [
        statement.value
        for _, node in (classes.iter_class_line(block.owner, block) if block.owner is not None else ())
        for statement in (node.body if node is not None else ())
        if isinstance(statement, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in statement.targets)
    ]
    return bool(values) and all(isinstance(value, ast.Constant) for value in values)


def is_own_display(name: ast.Name, block: Block, *, is_flat: bool = False) -> bool:
    """Whether a variable of the same block is bound to displays and constants only, so that nobody else has it yet.

    With `is_flat`, these hold nothing but constants.
    """
    if block.names.symbol_table.lookup(name.id, name) is None:
        return False
    symbol = block.names.symbol_table.symbol_of(name)
    values = [
        getattr(binding.statement, "value", None)
        for binding in symbol.bindings
        if not isinstance(binding.statement, ast.AugAssign)
    ]
    displays = (ast.List, ast.Dict, ast.Set, ast.Tuple, ast.Constant, ast.JoinedStr)
    is_bound_here = block.names.symbol_table.scope_of(name) is symbol.scope
    holds_names = is_flat and any(
        isinstance(each, (ast.Name, ast.Attribute, ast.Call)) and isinstance(getattr(each, "ctx", ast.Load()), ast.Load)
        for value in values
        if value is not None
        for each in ast.walk(value)
    )
    return is_bound_here and not holds_names and bool(values) and all(isinstance(value, displays) for value in values)


def _is_free_attribute(name: str, block: Block) -> bool:
    """Whether an assignment to an attribute of the instance runs no property or descriptor."""
    for definition, node in classes.iter_class_line(block.owner, block) if block.owner is not None else ():
        if node is None:
            if definition.name.startswith(("builtins.", "typing.", "abc.")):
                continue
            return False
        for statement in node.body:
            if name in methods_in(node):
                return False
            targets = getattr(statement, "targets", [getattr(statement, "target", None)])
            if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                value = getattr(statement, "value", None)
                if value is not None and not is_plain(value, block.enter(definition, has_plain_arguments=False)):
                    return False
    return True
