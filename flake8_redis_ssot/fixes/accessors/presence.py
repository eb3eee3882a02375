"""Recognise tests of whether an instance is there yet."""

from __future__ import annotations

import ast
from typing import NamedTuple

from flake8_redis_ssot.semantic.ast_queries import is_none


class PresenceTest(NamedTuple):
    """A test of the expression `subject`: it is there if the test is true, or, if `is_negated`, if it is false.

    With `is_hasattr`, the subject is an attribute that may not exist.
    """

    subject: ast.expr
    is_negated: bool = False
    is_hasattr: bool = False


def read_presence_test(node: ast.expr) -> PresenceTest | None:
    """The test of `x`, `not x`, `x is None`, `x is not None` or `hasattr(owner, "x")`; None for anything else."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = read_presence_test(node.operand)
        return inner._replace(is_negated=not inner.is_negated) if inner is not None else None
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _read_comparison(node.left, node.ops[0], node.comparators[0])
    if isinstance(node, ast.Call):
        return _read_hasattr(node)
    return PresenceTest(node) if isinstance(node, (ast.Name, ast.Attribute, ast.NamedExpr)) else None


def _read_comparison(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> PresenceTest | None:
    if not isinstance(operator, (ast.Is, ast.IsNot)):
        return None
    subject = next((one for one, other in ((left, right), (right, left)) if is_none(other)), None)
    if not isinstance(subject, (ast.Name, ast.Attribute, ast.NamedExpr)):
        return None
    return PresenceTest(subject, isinstance(operator, ast.Is))


def _read_hasattr(node: ast.Call) -> PresenceTest | None:
    if not isinstance(node.func, ast.Name) or node.func.id != "hasattr" or len(node.args) != 2 or node.keywords:
        return None
    owner, name = node.args
    if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
        return None
    return PresenceTest(ast.copy_location(ast.Attribute(owner, name.value, ast.Load()), node), is_hasattr=True)
