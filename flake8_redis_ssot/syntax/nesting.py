"""Errors that the nesting of a file causes: functions that recurse over its tree reach Python's limit."""

from __future__ import annotations

import ast

from flake8_redis_ssot.model import describe_internal_error
from flake8_redis_ssot.syntax.source import parse_bytes
from flake8_redis_ssot.syntax.trees import TOO_DEEP

_DEEP = 100  # levels; code that people write has less than half of them


def is_nested_deeply(tree: ast.AST) -> bool:
    """Whether a tree has so many levels that functions that recurse over it may reach Python's limit."""
    level = [tree]
    for _ in range(_DEEP):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False
    return True


def describe_error(error: Exception, data: bytes, path: str) -> str:
    """Why a file (its bytes and path) could not be analysed: its nesting if that explains the error, else ours."""
    if isinstance(error, RecursionError) and is_nested_deeply(parse_bytes(data, path).tree):
        return TOO_DEEP
    return describe_internal_error(error)
