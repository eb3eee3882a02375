"""Annotations: never findings themselves, but `Annotated[T, Depends(make)]` carries code that is run."""

from __future__ import annotations

import ast

from flake8_redis_ssot.names.evaluator import Evaluator


def read_annotation(evaluator: Evaluator, annotation: ast.expr | None) -> None:
    """Read what an annotation carries beside its types: the further arguments of `Annotated` (PEP 593).

    Its names are read too where star imports may have bound them, also in quotes.
    """
    if annotation is None or (isinstance(annotation, (ast.Name, ast.Constant)) and not evaluator.stars):
        return
    for node in ast.walk(annotation):
        if isinstance(node, ast.Subscript) and _is_annotated(node.value) and isinstance(node.slice, ast.Tuple):
            evaluator.read_all(node.slice.elts[1:])
        elif isinstance(node, ast.Name) and evaluator.stars:
            evaluator.read_name(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and evaluator.stars:
            evaluator.read_name(node.value)


def _is_annotated(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name == "Annotated"
