"""The symbol table of one file: scopes, symbols, bindings and references."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType

from flake8_redis_ssot.semantic.ast_queries import DEFINITIONS, FunctionNode, find_definition, iter_statements
from flake8_redis_ssot.semantic.module_exports import DunderAll, TextWords, read_dunder_all
from flake8_redis_ssot.semantic.scopes import (
    Scope,
    Symbol,
    find_owner,
    find_owners,
    sort_by_position,
)
from flake8_redis_ssot.semantic.symbol_builder import SymbolBuilder
from flake8_redis_ssot.semantic.symbol_reads import READERS
from flake8_redis_ssot.semantic.symbol_resolution import SymbolResolution


class SymbolTable:
    """The scopes, symbols and references of one file, as Python's compiler resolves them, without execution order.

    `bound_names` are those of `ParsedFile`. Private names (`__x` in a class) can be looked up as written.
    """

    def __init__(
        self, tree: ast.Module, text: str, bound_names: Mapping[int, tuple[str, ...]] = MappingProxyType({})
    ) -> None:
        self.tree = tree
        self.text = text
        self._builder = SymbolBuilder(READERS, bound_names)
        self._builder.run(tree)
        self._resolution = SymbolResolution(self._builder)
        self._resolution.run()
        self._definitions: dict[str, FunctionNode | ast.ClassDef | None] = {}
        self._captured_names: dict[tuple[Scope, str], tuple[ast.Name, ...]] = {}
        self._text_rows: dict[tuple[str, frozenset[ast.Constant]], tuple[int, ...]] = {}

    @property
    def module_scope(self) -> Scope:
        """The outermost scope."""
        return self._builder.scopes[0]

    @property
    def nodes(self) -> Iterable[ast.AST]:
        """All nodes but the module itself, each after its parent."""
        return self._builder.parents

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """All scopes, each before those nested in it."""
        return tuple(self._builder.scopes)

    @cached_property
    def attribute_reads(self) -> dict[str, list[ast.Attribute]]:
        """All attributes that the file reads, by name."""
        attributes: dict[str, list[ast.Attribute]] = {}
        for node in self.nodes:
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                attributes.setdefault(node.attr, []).append(node)
        return attributes

    def scope_of(self, node: ast.AST) -> Scope:
        """The scope in which a node is evaluated; for definitions, defaults and decorators the enclosing scope."""
        scopes, parents = self._builder.scope_by_node, self._builder.parents
        while node not in scopes:
            node = parents[node]
        return scopes[node]

    def scope_opened_by(self, node: ast.AST) -> Scope:
        """The scope that a function, class, lambda, comprehension or module creates. KeyError for other nodes."""
        return self._builder.opened_scopes[node]

    def symbol_of(self, node: ast.AST) -> Symbol:
        """The symbol of a name, an alias, or another node that binds one.

        Raises KeyError if there is none: for a star import, and for a name that no scope binds.
        """
        return self._resolution.symbol_of[node]

    def find_symbol(self, scope: Scope, name: str) -> Symbol | None:
        """The symbol of that name in exactly that scope."""
        return self._resolution.symbols[scope].get(scope.mangle(name))

    def symbols_in(self, scope: Scope) -> tuple[Symbol, ...]:
        """All symbols of a scope."""
        return tuple(self._resolution.symbols[scope].values())

    def lookup(self, name: str, node: ast.AST) -> Symbol | None:
        """The symbol that a name would resolve to if it were read at `node`; None if nothing binds it."""
        scope = self.scope_of(node)
        mangled = scope.mangle(name)
        owner = find_owner(mangled, scope)
        return None if owner is None else self._resolution.symbols[owner][mangled]

    def unresolved_reads(self, name: str) -> tuple[ast.Name, ...]:
        """The reads of a name that no scope binds: builtins, and names from star imports."""
        return tuple(self._resolution.unresolved_reads.get(name, ()))

    def find_captured_names(self, name: str, scope: Scope) -> tuple[ast.Name, ...]:
        """The names in `scope` and below that would resolve differently if `scope` bound `name`.

        Stored names are included if `nonlocal` or `global` redirects them. Nothing is captured if the scope already
        binds the name, or declares it `global` or `nonlocal`.
        """
        mangled = scope.mangle(name)
        if mangled in scope.own_names or (mangled in scope.declarations and scope.outer is not None):
            return ()
        if (scope, mangled) not in self._captured_names:
            self._captured_names[scope, mangled] = self._search_captured_names(mangled, scope)
        return self._captured_names[scope, mangled]

    def _search_captured_names(self, mangled: str, scope: Scope) -> tuple[ast.Name, ...]:
        captured: dict[ast.Name, None] = {}
        for inner in self._scopes_by_name.get(mangled, ()):
            if inner.is_within(scope) and scope in find_owners(mangled, inner, scope):
                captured.update(dict.fromkeys(inner.loads.get(mangled, ())))
                stored = inner.stores.get(mangled, ()) if mangled in inner.declarations else ()
                captured.update((node, None) for node in stored if isinstance(node, ast.Name))
        return tuple(sort_by_position(captured))

    @cached_property
    def _scopes_by_name(self) -> dict[str, list[Scope]]:
        """The scopes that read a name, or that declare and store it, each before those nested in it."""
        scopes: dict[str, list[Scope]] = {}
        for scope in self._builder.scopes:
            for name in {*scope.loads, *(scope.declarations.keys() & scope.stores.keys())}:
                scopes.setdefault(name, []).append(scope)
        return scopes

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The parent of a node. Operators and contexts have none: trees share them."""
        return self._builder.parents.get(node)

    def call_of(self, node: ast.AST) -> ast.Call | None:
        """The call that has a node as its function, if there is one."""
        enclosing = self._builder.parents.get(node)
        return enclosing if isinstance(enclosing, ast.Call) and enclosing.func is node else None

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """All ancestors of a node, innermost first."""
        parents = self._builder.parents
        enclosing = parents.get(node)
        while enclosing is not None:
            yield enclosing
            enclosing = parents.get(enclosing)

    def statement_of(self, node: ast.AST) -> ast.stmt:
        """The innermost statement that is or contains a node."""
        while not isinstance(node, ast.stmt):
            node = self._builder.parents[node]
        return node

    def find_definition(self, qualname: str) -> FunctionNode | ast.ClassDef | None:
        """The function or class with a local name in this file."""
        if qualname not in self._definitions:
            self._definitions[qualname] = find_definition(self.tree, qualname)
        return self._definitions[qualname]

    def qualname_of(self, definition: FunctionNode | ast.ClassDef) -> str:
        """The local name of a definition, as `find_definition` takes it."""
        owner = next(each for each in self.ancestors(definition) if isinstance(each, (*DEFINITIONS, ast.Module)))
        namesakes = [
            each
            for each in iter_statements(owner.body)
            if isinstance(each, DEFINITIONS) and each.name == definition.name
        ]
        number = namesakes.index(definition) + 1
        name = definition.name if number == 1 else f"{definition.name}#{number}"
        if isinstance(owner, ast.Module):
            return name
        return f"{self.qualname_of(owner)}{'' if isinstance(owner, ast.ClassDef) else '.<locals>'}.{name}"

    def find_text_rows(self, name: str, excluded: Collection[ast.AST] = ()) -> tuple[int, ...]:
        """Rows (1-based) where text may read a name: doctests, type comments, strings that hold an expression.

        Strings in type position (see `Symbol.quoted_reads`), entries of `__all__`, prose and the strings `excluded` are
        not included.
        """
        strings = frozenset(each for each in excluded if isinstance(each, ast.Constant))
        if (name, strings) not in self._text_rows:
            ignored = {*self._exports.entries, *strings}
            self._text_rows[name, strings] = tuple(sorted(set(self._text_words.find_rows(name, ignored))))
        return self._text_rows[name, strings]

    @cached_property
    def _text_words(self) -> TextWords:
        return TextWords(self.text, self._builder.strings)

    @property
    def exported_names(self) -> tuple[str, ...] | None:
        """The names in the module's `__all__`; None if there is none or it is computed."""
        return self._exports.names

    @cached_property
    def _exports(self) -> DunderAll:
        return read_dunder_all(self.find_symbol(self.module_scope, "__all__"), self._builder.parents)
