"""Resolves annotations to classes."""

from __future__ import annotations

import ast

from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.project.types.receivers import find_enclosing_class
from flake8_redis_ssot.semantic.module_exports import parse_expression

_TYPE_WRAPPERS = frozenset({"typing.Annotated", "typing.ClassVar", "typing.Final"})
_ITERATOR_TYPES = frozenset({"AsyncGenerator", "AsyncIterable", "AsyncIterator", "Generator", "Iterable", "Iterator"})


def resolve_annotation(
    node: ast.expr | None, names: FileNames, *, unwrap_iterator: bool = False, place: ast.AST | None = None
) -> Definition | None:
    """The class that an annotation names; None if it is optional, a union or not a class.

    With `unwrap_iterator`, the class in `Iterator[...]`. `place` is the string that a quoted annotation was parsed
    from, in whose scope its names are resolved.
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        quoted = parse_expression(node.value)
        return resolve_annotation(quoted, names, unwrap_iterator=unwrap_iterator, place=place or node)
    if isinstance(node, ast.Subscript):
        definition = names.resolve(node.value, place)
        first_argument = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
        base_name = definition.name.rpartition(".")[2] if definition else ""
        if definition and (definition.name in _TYPE_WRAPPERS or (unwrap_iterator and base_name in _ITERATOR_TYPES)):
            return resolve_annotation(first_argument, names, place=place)
        return None if unwrap_iterator else resolve_annotation(node.value, names, place=place)
    definition = names.resolve(node, place) if node is not None and not unwrap_iterator else None
    if node is None or definition is None:
        return None
    if definition.name == "typing.Self":
        class_node = find_enclosing_class(place or node, names.symbol_table)
        return names.definition_of(class_node) if class_node is not None else None
    is_foreign = definition.path is None and definition.name.partition(".")[0] not in ("builtins", "typing")
    return definition if is_foreign or isinstance(names.find_node(definition), ast.ClassDef) else None
