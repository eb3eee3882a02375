"""Scopes and symbols, and Python's rules for which scope a name belongs to."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeVar

Node = TypeVar("Node", bound=ast.AST)
ScopeKind = Literal["module", "function", "class", "lambda", "comprehension", "parameters"]


@dataclass(frozen=True, slots=True, eq=False)
class Binding:
    """One node that binds or deletes a symbol.

    `node` is what holds the name: an alias, a stored or deleted Name, an argument, a definition, a handler, a pattern,
    a type parameter. For type parameters that are only in `bound_names` it is their definition.
    """

    node: ast.AST
    statement: ast.stmt
    is_deletion: bool


@dataclass(frozen=True, slots=True, eq=False)
class Symbol:
    """One name in one scope, with its bindings and reads in order of position.

    `name` is mangled where Python mangles it. The target of an augmented assignment is a binding and a read.
    `quoted_reads` are the strings in type position that read it. `has_inner_declaration`: a nested scope declares it
    `global` or `nonlocal`.
    """

    name: str
    scope: Scope
    bindings: tuple[Binding, ...]
    reads: tuple[ast.Name, ...]
    quoted_reads: tuple[ast.Constant, ...]
    has_inner_declaration: bool

    @property
    def binding_nodes(self) -> tuple[ast.AST, ...]:
        """The nodes of the bindings."""
        return tuple(binding.node for binding in self.bindings)

    @property
    def is_imported_package(self) -> bool:
        """Whether nothing but statements such as `import redis` and `import redis.asyncio` binds it."""
        return all(
            isinstance(binding.statement, ast.Import)
            and isinstance(binding.node, ast.alias)
            and binding.node.asname is None
            for binding in self.bindings
        )


@dataclass(slots=True, eq=False)
class Scope:
    """A scope of the file. `qualname` is that of its definition, empty for the module.

    "parameters" is the scope of type parameters (PEP 695), between a definition and its enclosing scope. The other
    fields serve name resolution: the class that mangles private names, `global` and `nonlocal` declarations, names
    bound and read here as written, and the names that belong here.
    """

    node: ast.AST
    kind: ScopeKind
    outer: Scope | None
    qualname: str
    mangling_class: str = field(default="", repr=False)
    declarations: dict[str, str] = field(default_factory=dict, repr=False)
    stores: dict[str, list[ast.AST]] = field(default_factory=dict, repr=False)
    loads: dict[str, list[ast.Name]] = field(default_factory=dict, repr=False)
    own_names: set[str] = field(default_factory=set, repr=False)

    def mangle(self, name: str) -> str:
        """The name as Python's compiler mangles it here: `__x` in `class A` is `_A__x`."""
        if not name.startswith("__") or not self.mangling_class or name.endswith("__"):
            return name
        return f"_{self.mangling_class}{name}"

    def is_within(self, other: Scope) -> bool:
        """Whether this scope is `other` or nested in it."""
        scope: Scope | None = self
        while scope is not None and scope is not other:
            scope = scope.outer
        return scope is other


def sort_by_position(nodes: Iterable[Node]) -> list[Node]:
    """Nodes that hold names, in order of position."""
    return sorted(nodes, key=_position)


def _position(node: ast.AST) -> tuple[int, int]:
    return node.lineno, node.col_offset  # type: ignore[attr-defined]  # all nodes that hold names have a position


def module_scope_of(scope: Scope) -> Scope:
    """The outermost scope."""
    while scope.outer is not None:
        scope = scope.outer
    return scope


def find_owner(name: str, scope: Scope, assumed_binder: Scope | None = None) -> Scope | None:
    """The scope that a (mangled) name in `scope` belongs to; None if nothing binds it.

    `assumed_binder` is treated as if it bound the name.
    """
    declaration = scope.declarations.get(name) if scope.outer is not None else None
    if declaration == "global":
        return _scope_if_bound(name, module_scope_of(scope), assumed_binder)
    if declaration is None and _is_bound_in(name, scope, assumed_binder):
        return scope
    return _find_enclosing_owner(name, scope, assumed_binder)


def find_owners(name: str, scope: Scope, assumed_binder: Scope | None = None) -> tuple[Scope, ...]:
    """All scopes in which Python may find a name that is read in `scope`, the owner first.

    There are two if a class binds it: until then, Python looks it up in the globals (`x = x`).
    """
    owner = find_owner(name, scope, assumed_binder)
    if owner is None:
        return ()
    if owner.kind == "class":
        module = _scope_if_bound(name, module_scope_of(owner), assumed_binder)
        return (owner, module) if module is not None else (owner,)
    return (owner,)


def _find_enclosing_owner(name: str, scope: Scope, assumed_binder: Scope | None) -> Scope | None:
    enclosing, sees_class = scope.outer, _can_see_class_names(scope)
    while enclosing is not None:
        declaration = enclosing.declarations.get(name) if enclosing.outer is not None else None
        is_visible = enclosing.kind != "class" or sees_class
        if is_visible and declaration == "global":
            return _scope_if_bound(name, module_scope_of(enclosing), assumed_binder)
        if is_visible and declaration is None and _is_bound_in(name, enclosing, assumed_binder):
            return enclosing
        if not is_visible and name == "__class__":
            return None  # the class itself, which has no symbol
        sees_class = sees_class and enclosing.kind in ("parameters", "comprehension")
        enclosing = enclosing.outer
    return None


def _can_see_class_names(scope: Scope) -> bool:
    """Whether names of the directly enclosing class are visible: only from the scope of type parameters."""
    inner: Scope | None = scope
    while inner is not None and inner.kind == "comprehension":
        inner = inner.outer
    return inner is not None and inner.kind == "parameters"


def _is_bound_in(name: str, scope: Scope, assumed_binder: Scope | None) -> bool:
    return name in scope.own_names or scope is assumed_binder


def _scope_if_bound(name: str, scope: Scope, assumed_binder: Scope | None) -> Scope | None:
    return scope if _is_bound_in(name, scope, assumed_binder) else None
