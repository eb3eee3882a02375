"""Readers of the kinds of nodes that bind, read or hide names; the children of all others are read in order."""

from __future__ import annotations

import ast
from typing import Any

from flake8_redis_ssot.semantic.ast_queries import last_name
from flake8_redis_ssot.semantic.scopes import Scope
from flake8_redis_ssot.semantic.symbol_builder import (
    NodeReader,
    SymbolBuilder,
    read_children,
    read_class,
    read_comprehension,
    read_function,
    read_lambda,
    read_type_alias,
    read_type_parameter,
)

# Calls that take types: by which positions, by which keywords.
_TYPE_ARGUMENTS: dict[str, tuple[slice, tuple[str, ...]]] = {
    "cast": (slice(0, 1), ("typ",)),
    "assert_type": (slice(1, 2), ("typ",)),
    "ForwardRef": (slice(0, 1), ("arg",)),
    "NewType": (slice(1, 2), ("tp",)),
    "TypeAliasType": (slice(1, 2), ("value",)),
    "TypeVar": (slice(1, None), ("bound", "default")),
    "ParamSpec": (slice(0, 0), ("bound", "default")),
    "TypeVarTuple": (slice(0, 0), ("default",)),
}


# Readers are called by the type of the node, which annotations cannot express: their `node` is Any.
def read_name(builder: SymbolBuilder, node: Any, scope: Scope, in_type: bool) -> None:
    """Read a name in any context."""
    if node.ctx.__class__ is ast.Load:
        builder.record_read(node, scope)
    else:
        builder.record_binding(node.id, node, scope)


def read_constant(builder: SymbolBuilder, node: Any, scope: Scope, in_type: bool) -> None:
    """Collect strings; those in type position with the scope in which they are evaluated."""
    if node.value.__class__ is not str:
        return
    if in_type:
        builder.quoted_types.append((node, scope))
    else:
        builder.strings.append(node)


def read_expression_statement(builder: SymbolBuilder, node: Any, scope: Scope, in_type: bool) -> None:
    """Read a statement that is an expression. A string alone is prose."""
    if isinstance(node.value, ast.Constant):
        builder.parents[node.value] = node
    else:
        builder.push(node, node.value, scope)


def read_format_string(builder: SymbolBuilder, node: Any, scope: Scope, in_type: bool) -> None:
    """Read an f-string or t-string. The text outside its replacement fields is prose."""
    for part in reversed(node.values):
        builder.parents[part] = node
        if not isinstance(part, ast.Constant):
            builder.push(node, part, scope)


def read_interpolation(builder: SymbolBuilder, node: Any, scope: Scope, in_type: bool) -> None:
    """Read a replacement field of a t-string, whose `str` is a plain value."""
    builder.push(node, node.format_spec, scope)
    builder.push(node, node.value, scope)


def skip_node(builder: SymbolBuilder, node: Any, scope: Scope, in_type: bool) -> None:
    """Skip a node whose value is not a node."""


def read_import(builder: SymbolBuilder, node: Any, scope: Scope, in_type: bool) -> None:
    """Bind the names of an import: `import a.b` binds `a`; those of a star import are unknown."""
    for alias in node.names:
        builder.parents[alias] = node
        if alias.name != "*":
            builder.record_binding(alias.asname or alias.name.partition(".")[0], alias, scope)


def read_declaration(builder: SymbolBuilder, node: Any, scope: Scope, in_type: bool) -> None:
    """Read `global` and `nonlocal`."""
    for name in node.names:
        scope.declarations[scope.mangle(name)] = "global" if isinstance(node, ast.Global) else "nonlocal"


def read_capture(builder: SymbolBuilder, node: Any, scope: Scope, in_type: bool) -> None:
    """Bind the name of a handler or pattern."""
    name = node.rest if isinstance(node, ast.MatchMapping) else node.name
    if name:
        builder.record_binding(name, node, scope)
    read_children(builder, node, scope, in_type)


def read_walrus(builder: SymbolBuilder, node: Any, scope: Scope, in_type: bool) -> None:
    """Bind in the scope that encloses all comprehensions (PEP 572)."""
    owner: Scope = scope
    while owner.kind == "comprehension" and owner.outer is not None:
        owner = owner.outer
    name = scope.mangle(node.target.id)
    if owner is not scope and (owner.outer is None or owner.declarations.get(name) == "global"):
        # As in the compiler, even if a comprehension between the two binds the name.
        scope.declarations[name] = "global"
    builder.parents[node.target] = node
    builder.record_binding(node.target.id, node.target, owner)
    builder.push(node, node.value, scope)


def read_augmented_assignment(builder: SymbolBuilder, node: Any, scope: Scope, in_type: bool) -> None:
    """Read `x += 1`: both a read and a binding of `x`."""
    if isinstance(node.target, ast.Name):
        builder.record_read(node.target, scope)
    read_children(builder, node, scope, False)


def read_annotated_assignment(builder: SymbolBuilder, node: Any, scope: Scope, in_type: bool) -> None:
    """Read `x: int = 1`. Without a value `x` is bound too, but `(x)` is not."""
    annotation, target = node.annotation, node.target
    builder.push(node, node.value, scope, last_name(annotation) == "TypeAlias")
    builder.push(node, annotation, scope, True)
    if isinstance(target, ast.Name) and not node.simple and node.value is None:
        builder.parents[target] = node
        builder.bare_annotations.append((target, scope))
        return
    if isinstance(target, ast.Subscript) and last_name(target.value) in builder.bound_names.get(node.lineno, ()):
        builder.record_binding(last_name(target.value), target.value, scope)  # `type X[T] = …`, rewritten
        builder.parents[target], builder.parents[target.value] = node, target
        builder.push(target, target.slice, scope)
        return
    builder.push(node, target, scope)


def read_call(builder: SymbolBuilder, node: Any, scope: Scope, in_type: bool) -> None:
    """Read a call. If it takes types, strings among these are types."""
    type_arguments = _TYPE_ARGUMENTS.get(last_name(node.func))
    if type_arguments is None:
        read_children(builder, node, scope, False)
        return
    types = node.args[type_arguments[0]]
    for keyword in reversed(node.keywords):
        builder.push(node, keyword, scope, keyword.arg in type_arguments[1])
    for argument in reversed(node.args):
        builder.push(node, argument, scope, argument in types)
    builder.push(node, node.func, scope)


def read_subscript(builder: SymbolBuilder, node: Any, scope: Scope, in_type: bool) -> None:
    """Read a subscript. In a type, strings in `Literal` and the metadata of `Annotated` are plain strings."""
    name = last_name(node.value) if in_type else ""
    if name == "Annotated" and isinstance(node.slice, ast.Tuple):
        builder.parents[node.slice] = node
        first, *others = node.slice.elts
        builder.push_all(node.slice, reversed(others), scope)
        builder.push(node.slice, first, scope, True)
    else:
        builder.push(node, node.slice, scope, in_type and name != "Literal")
    builder.push(node, node.value, scope, in_type)


_READERS: dict[str, NodeReader] = {
    "AnnAssign": read_annotated_assignment,
    "AsyncFunctionDef": read_function,
    "AugAssign": read_augmented_assignment,
    "Call": read_call,
    "ClassDef": read_class,
    "Constant": read_constant,
    "DictComp": read_comprehension,
    "ExceptHandler": read_capture,
    "Expr": read_expression_statement,
    "FunctionDef": read_function,
    "GeneratorExp": read_comprehension,
    "Global": read_declaration,
    "Import": read_import,
    "ImportFrom": read_import,
    "Interpolation": read_interpolation,
    "JoinedStr": read_format_string,
    "Lambda": read_lambda,
    "ListComp": read_comprehension,
    "MatchAs": read_capture,
    "MatchMapping": read_capture,
    "MatchSingleton": skip_node,
    "MatchStar": read_capture,
    "Name": read_name,
    "NamedExpr": read_walrus,
    "Nonlocal": read_declaration,
    "ParamSpec": read_type_parameter,
    "SetComp": read_comprehension,
    "Subscript": read_subscript,
    "TemplateStr": read_format_string,
    "TypeAlias": read_type_alias,
    "TypeVar": read_type_parameter,
    "TypeVarTuple": read_type_parameter,
}
# The running Python may not have all of them.
READERS: dict[type[ast.AST], NodeReader] = {
    kind: reader for name, reader in _READERS.items() if (kind := getattr(ast, name, None)) is not None
}
