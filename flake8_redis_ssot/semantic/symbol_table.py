"""The index of one file that answers questions about its names."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from flake8_redis_ssot.semantic.module_exports import Exports, exports_of, names_in, rows_with
from flake8_redis_ssot.semantic.scopes import Binding, Scope, Variable, home_of, homes_of, in_order, module_of
from flake8_redis_ssot.semantic.symbol_builder import Walk
from flake8_redis_ssot.semantic.symbol_reads import READERS


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


@dataclass(slots=True)
class _Uses:
    """All that is known of one variable."""

    bindings: list[ast.AST] = field(default_factory=list)
    reads: list[ast.Name] = field(default_factory=list)
    quoted: list[ast.Constant] = field(default_factory=list)
    declared: bool = False


@dataclass(slots=True)
class Resolving:
    """The variables of a walk that is over. `variable_of` has the node of each binding and each read name."""

    walk: Walk
    variable_of: dict[ast.AST, Variable] = field(default_factory=dict)
    free: dict[str, list[ast.Name]] = field(default_factory=lambda: defaultdict(list))
    _uses: dict[tuple[Scope, str], _Uses] = field(default_factory=lambda: defaultdict(_Uses))
    # The variable that each read means first of all.
    _loaded: list[tuple[list[ast.Name], Scope, str]] = field(default_factory=list)

    def run(self) -> None:
        """Resolve everything."""
        self._settle()
        for scope in self.walk.scopes:
            for name, nodes in scope.stores.items():
                self._bind(scope, name, nodes)
            if scope.kind not in ("module", "comprehension"):
                self._declare(scope)
        for scope in self.walk.scopes:
            for name, reads in scope.loads.items():
                self._read(scope, name, reads)
        self._read_quoted()
        self._freeze()

    def _settle(self) -> None:
        """Find the home of each name that is bound: where it is bound, unless that scope says otherwise."""
        for scope in self.walk.scopes:
            shared = scope.shared if scope.outer is not None else {}
            scope.names.update(name for name in scope.stores if name not in shared)
            globals_ = [name for name in scope.stores if shared.get(name) == "global"]
            if globals_:
                module_of(scope).names.update(globals_)

    def _bind(self, scope: Scope, name: str, nodes: list[ast.AST]) -> None:
        home = home_of(name, scope)
        if home is None or (home is not scope and scope.shared[name] == "nonlocal" and home.kind in _NOT_NONLOCAL):
            del scope.shared[name]  # Python takes no such program
            scope.names.add(name)
            home = scope
        self._uses[home, name].bindings += nodes

    def _declare(self, scope: Scope) -> None:
        for name in scope.shared:
            home = home_of(name, scope)
            if home is not None:
                self._uses[home, name].declared = True

    def _read(self, scope: Scope, name: str, reads: list[ast.Name]) -> None:
        homes = homes_of(name, scope)
        if not homes:
            self.free[name] += reads
            return
        for home in homes:
            self._uses[home, name].reads += reads
        self._loaded.append((reads, homes[0], name))

    def _read_quoted(self) -> None:
        for constant, scope in self.walk.quoted:
            for name in dict.fromkeys(names_in(str(constant.value), self.walk.readers)):
                mangled = scope.mangled(name)
                for home in homes_of(mangled, scope):
                    self._uses[home, mangled].quoted.append(constant)

    def _freeze(self) -> None:
        parents, known = self.walk.parents, self.variable_of
        for (scope, name), uses in self._uses.items():
            bindings = tuple(_binding(node, parents) for node in in_order(uses.bindings))
            reads, quoted = tuple(in_order(uses.reads)), tuple(in_order(uses.quoted))
            variable = Variable(name, scope, bindings, reads, quoted, uses.declared)
            scope.variables[name] = variable
            for node in uses.bindings:
                known.setdefault(node, variable)
        for names, home, name in self._loaded:
            for node in names:
                known[node] = home.variables[name]
        for node, scope in self.walk.named:
            name = scope.mangled(node.id)
            found = home_of(name, scope)
            if found is not None:
                known[node] = found.variables[name]


# Where `nonlocal` finds nothing.
_NOT_NONLOCAL = ("module", "class")


def _binding(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> Binding:
    around = node
    while not isinstance(around, ast.stmt):
        around = parents[around]
    return Binding(node, around, isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del))


__all__ = ["Binding", "References", "Scope", "Variable"]
