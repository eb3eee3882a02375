"""Expressions that name what the project or a library defines, whose use as a value runs no code of the project."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.loading.block import Block
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import FunctionNode

_ENUMERATIONS = frozenset({"enum.Enum", "enum.Flag", "enum.IntEnum", "enum.IntFlag", "enum.StrEnum"})
_MAX_BASES = 8


def is_definition(node: ast.expr, block: Block) -> bool:
    """Whether an expression is a lambda, or names something of a library, a module, a function, or a class.

    Classes have no metaclass. Members of enumerations without special methods count as well.
    """
    definition = block.names.resolve(node)
    if isinstance(node, ast.Lambda) or definition is None:
        return isinstance(node, ast.Lambda) or _is_member(node, block)
    if definition.path is None or definition.is_module:
        return True
    found = block.find_only(definition)
    if found is None:
        return _is_member(node, block)
    return _is_plain_definition(found, block.names.in_file(definition.path), block)


def _is_plain_definition(node: FunctionNode | ast.ClassDef, names: FileNames, block: Block, depth: int = 0) -> bool:
    """Whether a function or class has no decorators of the project, and a class, with its bases, no metaclass."""
    decorators = [names.resolve(each.func if isinstance(each, ast.Call) else each) for each in node.decorator_list]
    if any(each is None or each.path is not None for each in decorators):
        return False
    if not isinstance(node, ast.ClassDef):
        return True
    bases = [names.resolve(base.value if isinstance(base, ast.Subscript) else base) for base in node.bases]
    found = [(base, block.find_only(base)) for base in bases if base is not None and base.path is not None]
    return (
        not node.keywords
        and None not in bases
        and depth < _MAX_BASES
        and all(
            isinstance(each, ast.ClassDef)
            and _is_plain_definition(each, names.in_file(base.path or ""), block, depth + 1)
            for base, each in found
        )
    )


def _is_member(node: ast.expr, block: Block) -> bool:
    """Whether an expression is an attribute of an enumeration without special methods."""
    owner = block.names.resolve(node.value) if isinstance(node, ast.Attribute) else None
    return owner is not None and _is_plain_enumeration(owner, block)


def _is_plain_enumeration(owner: Definition, block: Block, depth: int = 0) -> bool:
    """Whether a class is an enumeration, and it and its bases in the project have no special methods."""
    found = block.find_only(owner)
    if not isinstance(found, ast.ClassDef) or depth > _MAX_BASES:
        return False
    names = block.names.in_file(owner.path or "")
    bases = [names.resolve(base) for base in found.bases]
    own = [base for base in bases if base is None or base.path is not None]
    if any(isinstance(each, FunctionNode) and each.name.startswith("__") for each in found.body):
        return False
    if any(base is None or not _is_plain_enumeration(base, block, depth + 1) for base in own):
        return False
    return bool(own) or any(base is not None and base.name in _ENUMERATIONS for base in bases)
