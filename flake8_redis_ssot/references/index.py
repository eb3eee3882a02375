"""The index of one file that answers questions about its names."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType

from flake8_redis_ssot.references.exports import Exports, exports_of
from flake8_redis_ssot.references.readers import READERS
from flake8_redis_ssot.references.resolving import Resolving
from flake8_redis_ssot.references.scopes import Scope, Variable, home_of, homes_of, in_order
from flake8_redis_ssot.references.texts import rows_with
from flake8_redis_ssot.references.walk import Walk


class References:
    """The scopes, variables and names of one file, as Python's compiler sees them; no order of execution is read.

    `bound_names` are those of `Source`. Private names (`__x` in a class) can be asked for as written.
    """

    def __init__(
        self, tree: ast.Module, text: str, bound_names: Mapping[int, tuple[str, ...]] = MappingProxyType({})
    ) -> None:
        self.tree = tree
        self.text = text
        self._walk = Walk(READERS, bound_names)
        self._walk.run(tree)
        self._resolving = Resolving(self._walk)
        self._resolving.run()

    @property
    def module(self) -> Scope:
        """The outermost scope."""
        return self._walk.scopes[0]

    @property
    def nodes(self) -> Iterable[ast.AST]:
        """All nodes but the module itself, each after the one around it."""
        return self._walk.parents

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """All scopes, each before those in it."""
        return tuple(self._walk.scopes)

    def scope_of(self, node: ast.AST) -> Scope:
        """The scope in which a node is evaluated: of a definition, a default or a decorator the one around it."""
        homes, parents = self._walk.homes, self._walk.parents
        while node not in homes:
            node = parents[node]
        return homes[node]

    def scope_opened_by(self, node: ast.AST) -> Scope:
        """The scope that a function, class, lambda, comprehension or module makes. KeyError for other nodes."""
        return self._walk.opened[node]

    def variable_of(self, node: ast.AST) -> Variable:
        """The variable of a name, an alias, or another node that binds one.

        KeyError if there is none: of a star, and of a name that no scope binds.
        """
        return self._resolving.variable_of[node]

    def variable(self, scope: Scope, name: str) -> Variable | None:
        """The variable of that name which is at home in exactly that scope."""
        return scope.variables.get(scope.mangled(name))

    def variables(self, scope: Scope) -> tuple[Variable, ...]:
        """All variables at home in a scope."""
        return tuple(scope.variables.values())

    def seen(self, name: str, node: ast.AST) -> Variable | None:
        """What a name would mean if it were read in the place of `node`; None if nothing binds it."""
        scope = self.scope_of(node)
        mangled = scope.mangled(name)
        home = home_of(mangled, scope)
        return None if home is None else home.variables[mangled]

    def free(self, name: str) -> tuple[ast.Name, ...]:
        """The reads of a name that no scope binds: builtins, and what star imports bring."""
        return tuple(self._resolving.free.get(name, ()))

    def captured_by(self, name: str, scope: Scope) -> tuple[ast.Name, ...]:
        """The names in `scope` and below that would mean something else if `scope` began to bind `name`.

        Names that are stored count too where `nonlocal` or `global` sends them elsewhere. Nothing is captured
        where the scope binds the name already, or hands it to another one by `global` or `nonlocal`.
        """
        mangled = scope.mangled(name)
        if mangled in scope.names or (mangled in scope.shared and scope.outer is not None):
            return ()
        captured: dict[ast.Name, None] = {}
        for inner in self._walk.scopes:
            if inner.is_in(scope) and scope in homes_of(mangled, inner, scope):
                captured.update(dict.fromkeys(inner.loads.get(mangled, ())))
                stored = inner.stores.get(mangled, ()) if mangled in inner.shared else ()
                captured.update((node, None) for node in stored if isinstance(node, ast.Name))
        return tuple(in_order(captured))

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node around a node. Operators and contexts have none: trees share them."""
        return self._walk.parents.get(node)

    def call_of(self, node: ast.AST) -> ast.Call | None:
        """The call that a node is the function of; None where it is something else."""
        around = self._walk.parents.get(node)
        return around if isinstance(around, ast.Call) and around.func is node else None

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """All nodes around a node, from the inside."""
        parents = self._walk.parents
        around = parents.get(node)
        while around is not None:
            yield around
            around = parents.get(around)

    def statement_of(self, node: ast.AST) -> ast.stmt:
        """The innermost statement that a node is, or is in."""
        while not isinstance(node, ast.stmt):
            node = self._walk.parents[node]
        return node

    def mentions(self, name: str) -> tuple[int, ...]:
        """Rows (1-based) where text may read a name: doctests, type comments, strings that hold an expression.

        Left out are strings in the place of types (see `Variable.quoted`), the entries of `__all__` and prose.
        """
        entries = set(self._exports.entries)
        strings = (string for string in self._walk.texts if string not in entries)
        return tuple(sorted(set(rows_with(name, self.text, strings))))

    @property
    def exported(self) -> tuple[str, ...] | None:
        """The names in the module's `__all__`; None if there is none, or if it is computed."""
        return self._exports.names

    @cached_property
    def _exports(self) -> Exports:
        return exports_of(self.variable(self.module, "__all__"), self._walk.parents)
