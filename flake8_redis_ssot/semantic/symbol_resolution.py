"""Resolves the names of one file: which scope owns each, and which symbol each node belongs to."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from flake8_redis_ssot.semantic.module_exports import iter_type_names
from flake8_redis_ssot.semantic.scopes import (
    Binding,
    Scope,
    Symbol,
    find_owner,
    find_owners,
    module_scope_of,
    sort_by_position,
)
from flake8_redis_ssot.semantic.symbol_builder import SymbolBuilder

# Scopes whose names `nonlocal` cannot refer to.
_NOT_NONLOCAL_KINDS = ("module", "class")


@dataclass(slots=True)
class _SymbolUses:
    """The uses of one symbol."""

    bindings: list[ast.AST] = field(default_factory=list)
    reads: list[ast.Name] = field(default_factory=list)
    quoted_reads: list[ast.Constant] = field(default_factory=list)
    has_inner_declaration: bool = False


@dataclass(slots=True)
class SymbolResolution:
    """Resolves the names that a builder collected. `symbol_of` maps each binding and each read name to its symbol."""

    builder: SymbolBuilder
    symbol_of: dict[ast.AST, Symbol] = field(default_factory=dict)
    # By scope, and not in the scopes: without cycles, the memory of a file is free as soon as nobody needs it.
    symbols: dict[Scope, dict[str, Symbol]] = field(default_factory=lambda: defaultdict(dict))
    unresolved_reads: dict[str, list[ast.Name]] = field(default_factory=lambda: defaultdict(list))
    _uses: dict[tuple[Scope, str], _SymbolUses] = field(default_factory=lambda: defaultdict(_SymbolUses))
    # The owner that each read resolves to first.
    _resolved_reads: list[tuple[list[ast.Name], Scope, str]] = field(default_factory=list)

    def run(self) -> None:
        """Resolve everything."""
        self._assign_names()
        for scope in self.builder.scopes:
            for name, nodes in scope.stores.items():
                self._add_bindings(scope, name, nodes)
            if scope.kind not in ("module", "comprehension"):
                self._mark_declared(scope)
        for scope in self.builder.scopes:
            for name, reads in scope.loads.items():
                self._add_reads(scope, name, reads)
        self._add_quoted_reads()
        self._build_symbols()

    def _assign_names(self) -> None:
        """Find the owner of each bound name: the scope that binds it, unless that declares otherwise."""
        for scope in self.builder.scopes:
            declarations = scope.declarations if scope.outer is not None else {}
            scope.own_names.update(name for name in scope.stores if name not in declarations)
            globals_ = [name for name in scope.stores if declarations.get(name) == "global"]
            if globals_:
                module_scope_of(scope).own_names.update(globals_)

    def _add_bindings(self, scope: Scope, name: str, nodes: list[ast.AST]) -> None:
        owner = find_owner(name, scope)
        if owner is None or (
            owner is not scope and scope.declarations[name] == "nonlocal" and owner.kind in _NOT_NONLOCAL_KINDS
        ):
            del scope.declarations[name]  # Python rejects such a program
            scope.own_names.add(name)
            owner = scope
        self._uses[owner, name].bindings += nodes

    def _mark_declared(self, scope: Scope) -> None:
        for name in scope.declarations:
            owner = find_owner(name, scope)
            if owner is not None:
                self._uses[owner, name].has_inner_declaration = True

    def _add_reads(self, scope: Scope, name: str, reads: list[ast.Name]) -> None:
        owners = find_owners(name, scope)
        if not owners:
            self.unresolved_reads[name] += reads
            return
        for owner in owners:
            self._uses[owner, name].reads += reads
        self._resolved_reads.append((reads, owners[0], name))

    def _add_quoted_reads(self) -> None:
        for constant, scope in self.builder.quoted_types:
            for name in dict.fromkeys(iter_type_names(str(constant.value), self.builder.readers)):
                mangled = scope.mangle(name)
                for owner in find_owners(mangled, scope):
                    self._uses[owner, mangled].quoted_reads.append(constant)

    def _build_symbols(self) -> None:
        parents, symbol_of = self.builder.parents, self.symbol_of
        for (scope, name), uses in self._uses.items():
            bindings = tuple(_make_binding(node, parents) for node in sort_by_position(uses.bindings))
            reads, quoted_reads = tuple(sort_by_position(uses.reads)), tuple(sort_by_position(uses.quoted_reads))
            symbol = Symbol(name, scope, bindings, reads, quoted_reads, uses.has_inner_declaration)
            self.symbols[scope][name] = symbol
            for node in uses.bindings:
                symbol_of.setdefault(node, symbol)
        for names, owner, name in self._resolved_reads:
            for node in names:
                symbol_of[node] = self.symbols[owner][name]
        for node, scope in self.builder.bare_annotations:
            name = scope.mangle(node.id)
            binding_scope = find_owner(name, scope)
            if binding_scope is not None:
                symbol_of[node] = self.symbols[binding_scope][name]


def _make_binding(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> Binding:
    enclosing = node
    while not isinstance(enclosing, ast.stmt):
        enclosing = parents[enclosing]
    return Binding(node, enclosing, isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del))
