"""Values that run no code of the project when others convert, hash, compare, iterate or format them."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.loading.attributes import is_member_attribute
from flake8_redis_ssot.fixes.loading.block import Block
from flake8_redis_ssot.fixes.loading.definitions import is_definition
from flake8_redis_ssot.fixes.loading.plain_values import is_plain


def has_passive_arguments(call: ast.Call, block: Block) -> bool:
    """Whether all arguments of a call are passive."""
    return all(is_passive(each, block) for each in (*call.args, *(keyword.value for keyword in call.keywords)))


def is_passive(node: ast.expr, block: Block) -> bool:
    """Whether a value is a plain one, a class, a function, a module, or a member of an enumeration."""
    if isinstance(node, (ast.Slice, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Starred)):
        return all(is_passive(each, block) for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr))
    if is_plain(node, block):
        return True
    if isinstance(node, ast.Subscript):
        return is_passive(node.value, block)
    if isinstance(node, (ast.BinOp, ast.IfExp)):
        return all(is_passive(each, block) for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr))
    if isinstance(node, ast.Attribute) and is_member_attribute(node, block):
        return True
    return is_definition(node, block) or _is_exception(node, block)


def _is_exception(node: ast.expr, block: Block) -> bool:
    """Whether a name is that of an exception which the code handles."""
    symbol = block.names.symbol_table.lookup(node.id, node) if isinstance(node, ast.Name) else None
    nodes = symbol.binding_nodes if symbol is not None else ()
    return bool(nodes) and all(isinstance(each, ast.ExceptHandler) for each in nodes)
