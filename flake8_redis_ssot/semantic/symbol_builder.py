"""The walk over the tree: every node once, with a stack of its own, so that no depth of nesting is too much."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flake8_redis_ssot.semantic.scopes import Kind, Scope

# A node to be read, its scope, and whether it stands in the place of a type: a string there is an expression.
Task = tuple[ast.AST, Scope, bool]
# What reads one kind of node.
Reader = Callable[["Walk", ast.AST, Scope, bool], None]


@dataclass(slots=True)
class Walk:
    """One tree while it is being read. Which node is read how stands in the module `readers`.

    `parents` has the node around each node; `homes` the scope of each node whose scope is not its parent's;
    `opened` the scope that a node makes. `texts` are strings, `quoted` those in the place of types.
    """

    readers: Mapping[type[ast.AST], Reader]
    bound_names: Mapping[int, tuple[str, ...]]
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)
    homes: dict[ast.AST, Scope] = field(default_factory=dict)
    scopes: list[Scope] = field(default_factory=list)
    opened: dict[ast.AST, Scope] = field(default_factory=dict)
    texts: list[ast.Constant] = field(default_factory=list)
    quoted: list[tuple[ast.Constant, Scope]] = field(default_factory=list)
    # `(x): int` names a variable without binding or reading it.
    named: list[tuple[ast.Name, Scope]] = field(default_factory=list)
    _stack: list[Task] = field(default_factory=list)

    def run(self, tree: ast.AST, typed: bool = False) -> None:
        """Read the whole tree."""
        module = Scope(tree, "module", None, "")
        self.scopes.append(module)
        self.homes[tree] = self.opened[tree] = module
        stack, readers = self._stack, self.readers
        stack.append((tree, module, typed))
        while stack:
            node, scope, typed = stack.pop()
            readers.get(type(node), read_children)(self, node, scope, typed)

    def push(self, parent: ast.AST, node: ast.AST | None, scope: Scope, typed: bool = False) -> None:
        """Read a child in the scope of its parent. What is pushed last is read first."""
        if node is not None:
            self.parents[node] = parent
            self._stack.append((node, scope, typed))

    def push_all(self, parent: ast.AST, nodes: Iterable[ast.AST | None], scope: Scope, typed: bool = False) -> None:
        """Read several children in the scope of their parent."""
        for node in nodes:
            self.push(parent, node, scope, typed)

    def enter(self, parent: ast.AST, nodes: Iterable[ast.AST | None], scope: Scope, typed: bool = False) -> None:
        """Read several children in another scope than that of their parent, in order."""
        present = [node for node in nodes if node is not None]
        for node in reversed(present):
            self.homes[node] = scope
            self.push(parent, node, scope, typed)

    def open(self, node: ast.AST, kind: Kind, outer: Scope, name: str, private: str | None = None) -> Scope:
        """Make a scope. Private names in it are mangled as outside, unless it says otherwise."""
        qualname = _qualname(outer, name, kind)
        scope = Scope(node, kind, outer, qualname, outer.private if private is None else private)
        self.scopes.append(scope)
        if kind != "parameters":
            self.opened[node] = scope
        return scope

    def bind(self, name: str, node: ast.AST, scope: Scope) -> None:
        """Record that `node` binds a name in `scope`."""
        scope.stores.setdefault(scope.mangled(name), []).append(node)

    def load(self, node: ast.Name, scope: Scope) -> None:
        """Record that a name is read in `scope`."""
        scope.loads.setdefault(scope.mangled(node.id), []).append(node)


def read_children(walk: Walk, node: ast.AST, scope: Scope, typed: bool) -> None:
    """Read all children of a node, in the scope of the node."""
    kind = type(node)
    fields = _FIELDS.get(kind)
    if fields is None:
        fields = _FIELDS[kind] = tuple(name for name in reversed(kind._fields) if name not in _NO_NODES)
    parents, stack = walk.parents, walk._stack
    for name in fields:
        value = getattr(node, name, None)
        if value.__class__ is list:
            for child in reversed(value):
                if child is not None:
                    parents[child] = node
                    stack.append((child, scope, typed))
        elif value is not None:
            parents[value] = node
            stack.append((value, scope, typed))


def _qualname(outer: Scope, name: str, kind: Kind) -> str:
    while outer.kind == "parameters" and outer.outer is not None:
        outer = outer.outer
    shared = outer.shared.get(outer.mangled(name)) if kind in ("function", "class") else None
    if not outer.qualname or shared == "global":
        return name
    inside = ".<locals>" if outer.kind in ("function", "lambda") else ""
    return f"{outer.qualname}{inside}.{name}"


_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}
# Fields that hold plain values, or nodes without a place (operators, contexts), which trees share.
_NO_NODES = frozenset(
    {"arg", "asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "kwd_attrs", "level", "module", "name"}
    | {"op", "ops", "rest", "simple", "str", "tag", "type_comment", "type_ignores"}
)
# The fields of a comprehension that are evaluated anew for each item.
_RESULTS = {
    ast.ListComp: ("<listcomp>", ("elt",)),
    ast.SetComp: ("<setcomp>", ("elt",)),
    ast.GeneratorExp: ("<genexpr>", ("elt",)),
    ast.DictComp: ("<dictcomp>", ("key", "value")),
}


def read_function(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Read a function: defaults and decorators in the scope around it, annotations beside its type parameters."""
    walk.bind(node.name, node, scope)
    beside = _type_parameters(walk, node, scope, node.name, scope.private)
    inner = walk.open(node, "function", beside, node.name)
    walk.enter(node, node.body, inner)
    if node.returns is not None:
        walk.enter(node, [node.returns], beside, True)
    _read_arguments(walk, node, scope, beside, inner)
    walk.push_all(node, reversed(node.decorator_list), scope)


def read_lambda(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Read a lambda, its defaults in the scope around it."""
    inner = walk.open(node, "lambda", scope, "<lambda>")
    walk.enter(node, [node.body], inner)
    _read_arguments(walk, node, scope, scope, inner)


def _read_arguments(walk: Walk, node: Any, scope: Scope, beside: Scope, inner: Scope) -> None:
    arguments: ast.arguments = node.args
    walk.parents[arguments] = node
    walk.push_all(arguments, reversed([*arguments.defaults, *arguments.kw_defaults]), scope)
    plain = [*arguments.posonlyargs, *arguments.args]
    for argument in (*plain, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg):
        if argument is not None:
            walk.parents[argument] = arguments
            walk.homes[argument] = inner
            walk.bind(argument.arg, argument, inner)
            walk.enter(argument, [argument.annotation], beside, True)


def read_class(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Read a class: its bases beside its type parameters, decorators in the scope around it."""
    walk.bind(node.name, node, scope)
    private = node.name.lstrip("_")
    beside = _type_parameters(walk, node, scope, node.name, private)
    walk.enter(node, node.body, walk.open(node, "class", beside, node.name, private))
    walk.enter(node, [*node.bases, *node.keywords], beside)
    walk.push_all(node, reversed(node.decorator_list), scope)


def read_type_alias(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Read `type X[T] = …`, whose value is evaluated in a scope of its own."""
    walk.push(node, node.name, scope)
    beside = _parameters_scope(walk, node, scope, node.name.id, scope.private, node.type_params)
    walk.enter(node, [node.value], beside, True)


def _type_parameters(walk: Walk, node: Any, scope: Scope, name: str, private: str) -> Scope:
    """The scope of a definition's type parameters; the scope around it if it has none."""
    shown: Sequence[ast.AST] = getattr(node, "type_params", ())
    hidden = () if shown else walk.bound_names.get(node.lineno, ())
    if not shown and not hidden:
        return scope
    beside = _parameters_scope(walk, node, scope, name, private, shown)
    for parameter in hidden:
        walk.bind(parameter, node, beside)
    return beside


def _parameters_scope(
    walk: Walk, node: ast.AST, scope: Scope, name: str, private: str, parameters: Sequence[ast.AST]
) -> Scope:
    beside = walk.open(node, "parameters", scope, f"<generic parameters of {name}>", private)
    walk.enter(node, parameters, beside, True)
    return beside


def read_type_parameter(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Bind a type parameter and read its bound and default."""
    walk.bind(node.name, node, scope)
    read_children(walk, node, scope, True)


def read_comprehension(walk: Walk, node: Any, scope: Scope, typed: bool) -> None:
    """Read a comprehension: a scope of its own, but for the first iterable."""
    name, results = _RESULTS[type(node)]
    inner = walk.open(node, "comprehension", scope, name)
    first = node.generators[0]
    walk.enter(node, [getattr(node, result) for result in results], inner)
    walk.enter(node, node.generators[1:], inner)
    walk.homes[first], walk.parents[first] = inner, node
    walk.push_all(first, [*reversed(first.ifs), first.target], inner)
    walk.enter(first, [first.iter], scope)
