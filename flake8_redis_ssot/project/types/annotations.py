"""What annotations say: the one class that they name."""

from __future__ import annotations

import ast

from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.scope import InferenceScope

_TYPE_WRAPPERS = frozenset({"typing.Annotated", "typing.ClassVar", "typing.Final"})
_ITERATOR_TYPES = frozenset({"AsyncGenerator", "AsyncIterable", "AsyncIterator", "Generator", "Iterable", "Iterator"})


def resolve_annotation(
    node: ast.expr | None, scope: InferenceScope, *, unwrap_iterator: bool = False
) -> Definition | None:
    """The class that an annotation names; of a generator the one in `Iterator[...]`. None where None is allowed."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return resolve_annotation(_parse_expression(node.value), scope, unwrap_iterator=unwrap_iterator)
    if isinstance(node, ast.Subscript):
        definition = scope.resolve(node.value)
        first_argument = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
        base_name = definition.name.rpartition(".")[2] if definition else ""
        if definition and (definition.name in _TYPE_WRAPPERS or (unwrap_iterator and base_name in _ITERATOR_TYPES)):
            return resolve_annotation(first_argument, scope)
        return None if unwrap_iterator else resolve_annotation(node.value, scope)
    definition = scope.resolve(node) if node is not None and not unwrap_iterator else None
    if definition is None or definition.name == "typing.Self":
        return scope.enclosing_class if definition and scope.class_qualname else None
    is_foreign = definition.path is None and definition.name.partition(".")[0] not in ("builtins", "typing")
    return definition if is_foreign or isinstance(scope.find_node(definition), ast.ClassDef) else None


def _parse_expression(text: str) -> ast.expr | None:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return None
