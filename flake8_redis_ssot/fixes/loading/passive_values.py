"""Values that run no code of the project when others convert, hash, compare, iterate or format them."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.loading.attributes import is_enumeration_name, is_member_attribute
from flake8_redis_ssot.fixes.loading.block import Block, is_plain
from flake8_redis_ssot.fixes.loading.classes import iter_class_line
from flake8_redis_ssot.semantic.ast_queries import FunctionNode


def has_passive_arguments(call: ast.Call, block: Block) -> bool:
    """Whether all arguments of a call are passive."""
    return all(is_passive(each, block) for each in (*call.args, *(keyword.value for keyword in call.keywords)))


def is_passive(node: ast.expr, block: Block) -> bool:
    """Whether a value is a plain one, a class, a function, a module, or a member of an enumeration."""
    if isinstance(node, (ast.Slice, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Starred)):
        return all(is_passive(each, block) for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr))
    if isinstance(node, ast.Lambda) or is_plain(node, block):
        return True
    if isinstance(node, ast.Subscript):
        return is_passive(node.value, block)
    if isinstance(node, (ast.BinOp, ast.IfExp)):
        return all(is_passive(each, block) for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr))
    if isinstance(node, ast.Attribute) and (is_enumeration_name(node.value, block) or is_member_attribute(node, block)):
        return True
    return is_definition(node, block)


def is_definition(node: ast.expr, block: Block) -> bool:
    """Whether an expression names something of a library, a module, a function, or a class without metaclass."""
    definition = block.names.resolve(node)
    if definition is None:
        return False
    if definition.path is None or definition.is_module:
        return True
    found = block.find_only(definition)
    if isinstance(found, ast.ClassDef):
        return not any(each is not None and each.keywords for _, each in iter_class_line(definition, block))
    return isinstance(found, FunctionNode)
