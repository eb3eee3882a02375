"""Scopes and variables, and Python's rules for which scope a name belongs to."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeVar

Node = TypeVar("Node", bound=ast.AST)
Kind = Literal["module", "function", "class", "lambda", "comprehension", "parameters"]


@dataclass(frozen=True, slots=True, eq=False)
class Binding:
    """One place that binds a variable, or deletes it.

    `node` is what holds the name: an alias, a Name that is stored or deleted, an argument, a definition, a handler,
    a pattern, a type parameter. Of type parameters that only `bound_names` tells of it is their definition.
    """

    node: ast.AST
    statement: ast.stmt
    deletes: bool


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """One name in one scope, wherever it is bound and read; everything in order of place.

    `name` is mangled where Python mangles it. The target of an augmented assignment is a binding and a read.
    `quoted` are the strings in the place of types that read it. `declared` says that an inner scope has it as
    `global` or `nonlocal`.
    """

    name: str
    scope: Scope
    bindings: tuple[Binding, ...]
    reads: tuple[ast.Name, ...]
    quoted: tuple[ast.Constant, ...]
    declared: bool

    @property
    def writes(self) -> tuple[ast.AST, ...]:
        """What holds the name in each binding."""
        return tuple(binding.node for binding in self.bindings)


@dataclass(slots=True, eq=False)
class Scope:
    """A scope of the file. `qualname` is that of what is defined there, empty for the module.

    "parameters" is the scope of type parameters (PEP 695), between a definition and the scope around it.
    The further fields serve the index: the class that private names are mangled with, what `global` and
    `nonlocal` say, what is bound and read here as written, the names that are at home here, and the variables.
    """

    node: ast.AST
    kind: Kind
    outer: Scope | None
    qualname: str
    private: str = field(default="", repr=False)
    shared: dict[str, str] = field(default_factory=dict, repr=False)
    stores: dict[str, list[ast.AST]] = field(default_factory=dict, repr=False)
    loads: dict[str, list[ast.Name]] = field(default_factory=dict, repr=False)
    names: set[str] = field(default_factory=set, repr=False)
    variables: dict[str, Variable] = field(default_factory=dict, repr=False)

    def mangled(self, name: str) -> str:
        """The name as Python's compiler has it here: `__x` in `class A` is `_A__x`."""
        if not name.startswith("__") or not self.private or name.endswith("__"):
            return name
        return f"_{self.private}{name}"

    def is_in(self, other: Scope) -> bool:
        """Whether this scope is `other` or lies in it."""
        scope: Scope | None = self
        while scope is not None and scope is not other:
            scope = scope.outer
        return scope is other


def in_order(nodes: Iterable[Node]) -> list[Node]:
    """Nodes that hold names, in order of place."""
    return sorted(nodes, key=_place)


def _place(node: ast.AST) -> tuple[int, int]:
    return node.lineno, node.col_offset  # type: ignore[attr-defined]  # all nodes that hold names have a place


def module_of(scope: Scope) -> Scope:
    """The outermost scope."""
    while scope.outer is not None:
        scope = scope.outer
    return scope


def home_of(name: str, scope: Scope, extra: Scope | None = None) -> Scope | None:
    """The scope whose variable a (mangled) name in `scope` is; None if nothing binds it.

    With `extra`: what would hold if that scope bound the name.
    """
    shared = scope.shared.get(name) if scope.outer is not None else None
    if shared == "global":
        return _binder(name, module_of(scope), extra)
    if shared is None and _binds(name, scope, extra):
        return scope
    return _home_around(name, scope, extra)


def homes_of(name: str, scope: Scope, extra: Scope | None = None) -> tuple[Scope, ...]:
    """All scopes in which Python may find a name that is read in `scope`, the home first.

    There are two where a class binds it: until it has done so, Python looks among the globals (`x = x`).
    """
    home = home_of(name, scope, extra)
    if home is None:
        return ()
    if home.kind == "class":
        module = _binder(name, module_of(home), extra)
        return (home, module) if module is not None else (home,)
    return (home,)


def _home_around(name: str, scope: Scope, extra: Scope | None) -> Scope | None:
    around, in_class = scope.outer, _sees_class(scope)
    while around is not None:
        shared = around.shared.get(name) if around.outer is not None else None
        visible = around.kind != "class" or in_class
        if visible and shared == "global":
            return _binder(name, module_of(around), extra)
        if visible and shared is None and _binds(name, around, extra):
            return around
        if not visible and name == "__class__":
            return None  # the class itself, which has no variable
        in_class = in_class and around.kind in ("parameters", "comprehension")
        around = around.outer
    return None


def _sees_class(scope: Scope) -> bool:
    """Whether the names of a class directly around are visible: only for what stands beside type parameters."""
    inner: Scope | None = scope
    while inner is not None and inner.kind == "comprehension":
        inner = inner.outer
    return inner is not None and inner.kind == "parameters"


def _binds(name: str, scope: Scope, extra: Scope | None) -> bool:
    return name in scope.names or scope is extra


def _binder(name: str, scope: Scope, extra: Scope | None) -> Scope | None:
    return scope if _binds(name, scope, extra) else None
