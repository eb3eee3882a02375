"""The walk over the tree: every node once, with a stack of its own, so that no depth of nesting is too much."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from flake8_redis_ssot.references.scopes import Kind, Scope

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
