"""Collects the scopes, bindings and reads of a tree, with an explicit stack, so that no nesting is too deep."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flake8_redis_ssot.semantic.scopes import Scope, ScopeKind

# A node to read, its scope, and whether it is in type position, where a string is an expression.
PendingNode = tuple[ast.AST, Scope, bool]
# Reads one kind of node.
NodeReader = Callable[["SymbolBuilder", ast.AST, Scope, bool], None]


@dataclass(slots=True)
class SymbolBuilder:
    """Collects the names of one tree; `readers` has a function for each kind of node that needs one.

    `parents` maps nodes to their parents, `scope_by_node` to their scopes if these are not their parents', and
    `opened_scopes` to the scopes that they create. `strings` are outside type position, `quoted_types` in it.
    """

    readers: Mapping[type[ast.AST], NodeReader]
    bound_names: Mapping[int, tuple[str, ...]]
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)
    scope_by_node: dict[ast.AST, Scope] = field(default_factory=dict)
    scopes: list[Scope] = field(default_factory=list)
    opened_scopes: dict[ast.AST, Scope] = field(default_factory=dict)
    strings: list[ast.Constant] = field(default_factory=list)
    quoted_types: list[tuple[ast.Constant, Scope]] = field(default_factory=list)
    # `(x): int` names a symbol without binding or reading it.
    bare_annotations: list[tuple[ast.Name, Scope]] = field(default_factory=list)
    _stack: list[PendingNode] = field(default_factory=list)

    def run(self, tree: ast.AST, in_type: bool = False) -> None:
        """Read the whole tree."""
        module = Scope(tree, "module", None, "")
        self.scopes.append(module)
        self.scope_by_node[tree] = self.opened_scopes[tree] = module
        stack, readers = self._stack, self.readers
        stack.append((tree, module, in_type))
        while stack:
            node, scope, in_type = stack.pop()
            readers.get(type(node), read_children)(self, node, scope, in_type)

    def push(self, parent: ast.AST, node: ast.AST | None, scope: Scope, in_type: bool = False) -> None:
        """Read a child in the scope of its parent. What is pushed last is read first."""
        if node is not None:
            self.parents[node] = parent
            self._stack.append((node, scope, in_type))

    def push_all(self, parent: ast.AST, nodes: Iterable[ast.AST | None], scope: Scope, in_type: bool = False) -> None:
        """Read several children in the scope of their parent."""
        for node in nodes:
            self.push(parent, node, scope, in_type)

    def push_in_scope(
        self, parent: ast.AST, nodes: Iterable[ast.AST | None], scope: Scope, in_type: bool = False
    ) -> None:
        """Read several children in another scope than that of their parent, in order."""
        children = [node for node in nodes if node is not None]
        for node in reversed(children):
            self.scope_by_node[node] = scope
            self.push(parent, node, scope, in_type)

    def open_scope(
        self, node: ast.AST, kind: ScopeKind, outer: Scope, name: str, mangling_class: str | None = None
    ) -> Scope:
        """Create a scope. Private names in it are mangled as in the outer one, unless `mangling_class` is given."""
        qualname = _qualname(outer, name, kind)
        scope = Scope(node, kind, outer, qualname, outer.mangling_class if mangling_class is None else mangling_class)
        self.scopes.append(scope)
        if kind != "parameters":
            self.opened_scopes[node] = scope
        return scope

    def record_binding(self, name: str, node: ast.AST, scope: Scope) -> None:
        """Record that `node` binds a name in `scope`."""
        scope.stores.setdefault(scope.mangle(name), []).append(node)

    def record_read(self, node: ast.Name, scope: Scope) -> None:
        """Record that a name is read in `scope`."""
        scope.loads.setdefault(scope.mangle(node.id), []).append(node)


def read_children(builder: SymbolBuilder, node: ast.AST, scope: Scope, in_type: bool) -> None:
    """Read all children of a node, in the scope of the node."""
    kind = type(node)
    fields = _FIELDS.get(kind)
    if fields is None:
        fields = _FIELDS[kind] = tuple(name for name in reversed(kind._fields) if name not in _NON_NODE_FIELDS)
    parents, stack = builder.parents, builder._stack
    for name in fields:
        value = getattr(node, name, None)
        if value.__class__ is list:
            for child in reversed(value):
                if child is not None:
                    parents[child] = node
                    stack.append((child, scope, in_type))
        elif value is not None:
            parents[value] = node
            stack.append((value, scope, in_type))


def _qualname(outer: Scope, name: str, kind: ScopeKind) -> str:
    while outer.kind == "parameters" and outer.outer is not None:
        outer = outer.outer
    declaration = outer.declarations.get(outer.mangle(name)) if kind in ("function", "class") else None
    if not outer.qualname or declaration == "global":
        return name
    separator = ".<locals>" if outer.kind in ("function", "lambda") else ""
    return f"{outer.qualname}{separator}.{name}"


_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}
# Fields that hold plain values, or nodes without a position (operators, contexts), which trees share.
_NON_NODE_FIELDS = frozenset(
    {"arg", "asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "kwd_attrs", "level", "module", "name"}
    | {"op", "ops", "rest", "simple", "str", "tag", "type_comment", "type_ignores"}
)
# The fields of a comprehension that are evaluated for each item.
_ELEMENT_FIELDS = {
    ast.ListComp: ("<listcomp>", ("elt",)),
    ast.SetComp: ("<setcomp>", ("elt",)),
    ast.GeneratorExp: ("<genexpr>", ("elt",)),
    ast.DictComp: ("<dictcomp>", ("key", "value")),
}


def read_function(builder: SymbolBuilder, node: Any, scope: Scope, in_type: bool) -> None:
    """Read a function: defaults and decorators in the enclosing scope, annotations in that of its type parameters."""
    builder.record_binding(node.name, node, scope)
    type_scope = _type_parameter_scope(builder, node, scope, node.name, scope.mangling_class)
    inner = builder.open_scope(node, "function", type_scope, node.name)
    builder.push_in_scope(node, node.body, inner)
    if node.returns is not None:
        builder.push_in_scope(node, [node.returns], type_scope, True)
    _read_arguments(builder, node, scope, type_scope, inner)
    builder.push_all(node, reversed(node.decorator_list), scope)


def read_lambda(builder: SymbolBuilder, node: Any, scope: Scope, in_type: bool) -> None:
    """Read a lambda, its defaults in the enclosing scope."""
    inner = builder.open_scope(node, "lambda", scope, "<lambda>")
    builder.push_in_scope(node, [node.body], inner)
    _read_arguments(builder, node, scope, scope, inner)


def _read_arguments(builder: SymbolBuilder, node: Any, scope: Scope, type_scope: Scope, inner: Scope) -> None:
    arguments: ast.arguments = node.args
    builder.parents[arguments] = node
    builder.push_all(arguments, reversed([*arguments.defaults, *arguments.kw_defaults]), scope)
    positional = [*arguments.posonlyargs, *arguments.args]
    for argument in (*positional, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg):
        if argument is not None:
            builder.parents[argument] = arguments
            builder.scope_by_node[argument] = inner
            builder.record_binding(argument.arg, argument, inner)
            builder.push_in_scope(argument, [argument.annotation], type_scope, True)


def read_class(builder: SymbolBuilder, node: Any, scope: Scope, in_type: bool) -> None:
    """Read a class: decorators in the enclosing scope, bases in that of its type parameters."""
    builder.record_binding(node.name, node, scope)
    mangling_class = node.name.lstrip("_")
    type_scope = _type_parameter_scope(builder, node, scope, node.name, mangling_class)
    builder.push_in_scope(node, node.body, builder.open_scope(node, "class", type_scope, node.name, mangling_class))
    builder.push_in_scope(node, [*node.bases, *node.keywords], type_scope)
    builder.push_all(node, reversed(node.decorator_list), scope)


def read_type_alias(builder: SymbolBuilder, node: Any, scope: Scope, in_type: bool) -> None:
    """Read `type X[T] = …`, whose value has a scope of its own."""
    builder.push(node, node.name, scope)
    type_scope = _open_type_scope(builder, node, scope, node.name.id, scope.mangling_class, node.type_params)
    builder.push_in_scope(node, [node.value], type_scope, True)


def _type_parameter_scope(builder: SymbolBuilder, node: Any, scope: Scope, name: str, mangling_class: str) -> Scope:
    """The scope of a definition's type parameters; the enclosing scope if it has none."""
    type_params: Sequence[ast.AST] = getattr(node, "type_params", ())
    erased_names = () if type_params else builder.bound_names.get(node.lineno, ())
    if not type_params and not erased_names:
        return scope
    type_scope = _open_type_scope(builder, node, scope, name, mangling_class, type_params)
    for parameter in erased_names:
        builder.record_binding(parameter, node, type_scope)
    return type_scope


def _open_type_scope(
    builder: SymbolBuilder, node: ast.AST, scope: Scope, name: str, mangling_class: str, parameters: Sequence[ast.AST]
) -> Scope:
    type_scope = builder.open_scope(node, "parameters", scope, f"<generic parameters of {name}>", mangling_class)
    builder.push_in_scope(node, parameters, type_scope, True)
    return type_scope


def read_type_parameter(builder: SymbolBuilder, node: Any, scope: Scope, in_type: bool) -> None:
    """Bind a type parameter and read its bound and default."""
    builder.record_binding(node.name, node, scope)
    read_children(builder, node, scope, True)


def read_comprehension(builder: SymbolBuilder, node: Any, scope: Scope, in_type: bool) -> None:
    """Read a comprehension: a scope of its own, except for the first iterable."""
    name, element_fields = _ELEMENT_FIELDS[type(node)]
    inner = builder.open_scope(node, "comprehension", scope, name)
    first = node.generators[0]
    builder.push_in_scope(node, [getattr(node, field) for field in element_fields], inner)
    builder.push_in_scope(node, node.generators[1:], inner)
    builder.scope_by_node[first], builder.parents[first] = inner, node
    builder.push_all(first, [*reversed(first.ifs), first.target], inner)
    builder.push_in_scope(first, [first.iter], scope)
