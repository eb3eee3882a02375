"""How each kind of node is read that binds, reads or hides a name; all others are read child by child."""

from __future__ import annotations

import ast
from typing import Any

from flake8_redis_ssot.semantic.scopes import Scope
from flake8_redis_ssot.semantic.symbol_builder import (
    Reader,
    Walk,
    read_children,
    read_class,
    read_comprehension,
    read_function,
    read_lambda,
    read_type_alias,
    read_type_parameter,
)

# Calls with types among their arguments: which ones by position, which ones by keyword.
_TYPED_CALLS: dict[str, tuple[slice, tuple[str, ...]]] = {
    "cast": (slice(0, 1), ("typ",)),
    "assert_type": (slice(1, 2), ("typ",)),
    "ForwardRef": (slice(0, 1), ("arg",)),
    "NewType": (slice(1, 2), ("tp",)),
    "TypeAliasType": (slice(1, 2), ("value",)),
    "TypeVar": (slice(1, None), ("bound", "default")),
    "ParamSpec": (slice(0, 0), ("bound", "default")),
    "TypeVarTuple": (slice(0, 0), ("default",)),
}


# Readers are called by the type of the node, which no annotation can say: their `node` is Any.
def read_name(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Read a name in whatever context."""
    if node.ctx.__class__ is ast.Load:
        walk.load(node, scope)
    else:
        walk.bind(node.id, node, scope)


def read_constant(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Keep strings; in the place of a type with the scope in which they are evaluated."""
    if node.value.__class__ is not str:
        return
    if typed:
        walk.quoted.append((node, scope))
    else:
        walk.texts.append(node)


def read_expression_statement(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Read a statement that is an expression. A string alone is prose."""
    if isinstance(node.value, ast.Constant):
        walk.parents[node.value] = node
    else:
        walk.push(node, node.value, scope)


def read_format(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Read an f-string or t-string. The text between the braces is prose."""
    for part in reversed(node.values):
        walk.parents[part] = node
        if not isinstance(part, ast.Constant):
            walk.push(node, part, scope)


def read_interpolation(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Read a replacement field of a t-string, whose `str` is a plain value."""
    walk.push(node, node.format_spec, scope)
    walk.push(node, node.value, scope)


def read_nothing(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Read a node whose value is no node."""


def read_import(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Bind what an import names: `import a.b` binds `a`; what a star binds is not known."""
    for alias in node.names:
        walk.parents[alias] = node
        if alias.name != "*":
            walk.bind(alias.asname or alias.name.partition(".")[0], alias, scope)


def read_declaration(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Read `global` and `nonlocal`."""
    for name in node.names:
        scope.shared[scope.mangled(name)] = "global" if isinstance(node, ast.Global) else "nonlocal"


def read_named(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Bind what handlers and patterns name."""
    name = node.rest if isinstance(node, ast.MatchMapping) else node.name
    if name:
        walk.bind(name, node, scope)
    read_children(walk, node, scope, typed)


def read_walrus(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Bind in the scope around all comprehensions (PEP 572)."""
    home: Scope = scope
    while home.kind == "comprehension" and home.outer is not None:
        home = home.outer
    name = scope.mangled(node.target.id)
    if home is not scope and (home.outer is None or home.shared.get(name) == "global"):
        scope.shared[name] = "global"  # as the compiler has it, even if a comprehension between the two binds the name
    walk.parents[node.target] = node
    walk.bind(node.target.id, node.target, home)
    walk.push(node, node.value, scope)


def read_augmented(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Read `x += 1`: both a read and a binding of `x`."""
    if isinstance(node.target, ast.Name):
        walk.load(node.target, scope)
    read_children(walk, node, scope, False)


def read_annotated(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Read `x: int = 1`. Without a value `x` is bound too, but `(x)` is not."""
    annotation, target = node.annotation, node.target
    walk.push(node, node.value, scope, _last(annotation) == "TypeAlias")
    walk.push(node, annotation, scope, True)
    if isinstance(target, ast.Name) and not node.simple and node.value is None:
        walk.parents[target] = node
        walk.named.append((target, scope))
        return
    if isinstance(target, ast.Subscript) and _last(target.value) in walk.bound_names.get(node.lineno, ()):
        walk.bind(_last(target.value), target.value, scope)  # `type X[T] = …`, levelled down
        walk.parents[target], walk.parents[target.value] = node, target
        walk.push(target, target.slice, scope)
        return
    walk.push(node, target, scope)


def read_call(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Read a call; of those that take types, strings among them as types."""
    rule = _TYPED_CALLS.get(_last(node.func))
    if rule is None:
        read_children(walk, node, scope, False)
        return
    types = node.args[rule[0]]
    for keyword in reversed(node.keywords):
        walk.push(node, keyword, scope, keyword.arg in rule[1])
    for argument in reversed(node.args):
        walk.push(node, argument, scope, argument in types)
    walk.push(node, node.func, scope)


def read_subscript(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Read a subscript. In a type, strings in `Literal` and the metadata of `Annotated` are plain strings."""
    name = _last(node.value) if typed else ""
    if name == "Annotated" and isinstance(node.slice, ast.Tuple):
        walk.parents[node.slice] = node
        first, *others = node.slice.elts
        walk.push_all(node.slice, reversed(others), scope)
        walk.push(node.slice, first, scope, True)
    else:
        walk.push(node, node.slice, scope, typed and name != "Literal")
    walk.push(node, node.value, scope, typed)


def _last(node: ast.expr) -> str:
    """`cast` of `cast` and of `typing.cast`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


_READERS: dict[str, Reader] = {
    "AnnAssign": read_annotated,
    "AsyncFunctionDef": read_function,
    "AugAssign": read_augmented,
    "Call": read_call,
    "ClassDef": read_class,
    "Constant": read_constant,
    "DictComp": read_comprehension,
    "ExceptHandler": read_named,
    "Expr": read_expression_statement,
    "FunctionDef": read_function,
    "GeneratorExp": read_comprehension,
    "Global": read_declaration,
    "Import": read_import,
    "ImportFrom": read_import,
    "Interpolation": read_interpolation,
    "JoinedStr": read_format,
    "Lambda": read_lambda,
    "ListComp": read_comprehension,
    "MatchAs": read_named,
    "MatchMapping": read_named,
    "MatchSingleton": read_nothing,
    "MatchStar": read_named,
    "Name": read_name,
    "NamedExpr": read_walrus,
    "Nonlocal": read_declaration,
    "ParamSpec": read_type_parameter,
    "SetComp": read_comprehension,
    "Subscript": read_subscript,
    "TemplateStr": read_format,
    "TypeAlias": read_type_alias,
    "TypeVar": read_type_parameter,
    "TypeVarTuple": read_type_parameter,
}
# The running Python may lack some.
READERS: dict[type[ast.AST], Reader] = {
    kind: reader for name, reader in _READERS.items() if (kind := getattr(ast, name, None)) is not None
}
