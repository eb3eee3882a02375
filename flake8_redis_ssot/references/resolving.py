"""From what each scope stores and loads as written to variables."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from flake8_redis_ssot.references.scopes import Binding, Scope, Variable, home_of, homes_of, in_order, module_of
from flake8_redis_ssot.references.texts import names_in
from flake8_redis_ssot.references.walk import Walk


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
