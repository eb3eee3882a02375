"""Resolves the names in a file, by its symbol table first and then by the resolver."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.project.resolver import Definition, Resolver
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, dotted_name, plain_qualname
from flake8_redis_ssot.semantic.facts import attribute_origin
from flake8_redis_ssot.semantic.flow.evaluator import resolve_relative_module
from flake8_redis_ssot.semantic.scopes import Symbol
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

SymbolTableLoader = Callable[[str], SymbolTable]


@dataclass(frozen=True, slots=True)
class FileNames:
    """The names of one file (`path`); `load` returns the symbol table of a file (a path). Raises what `load` raises."""

    path: str
    load: SymbolTableLoader
    resolver: Resolver

    @property
    def symbol_table(self) -> SymbolTable:
        """The symbol table of the file."""
        return self.load(self.path)

    @property
    def module(self) -> str:
        """The dotted name of the file."""
        return self.resolver.modules.name_of(self.path)

    def in_file(self, path: str) -> FileNames:
        """The names of another file."""
        return replace(self, path=path)

    def find_definition(self, qualname: str) -> FunctionNode | ast.ClassDef | None:
        """The function or class with a local name in this file."""
        return self.symbol_table.find_definition(qualname)

    def find_node(self, definition: Definition) -> FunctionNode | ast.ClassDef | None:
        """The function or class at a definition; None if it is neither, or outside the project."""
        return self.in_file(definition.path).find_definition(definition.qualname) if definition.path else None

    def definition_of(self, node: FunctionNode | ast.ClassDef) -> Definition:
        """The definition of a function or class of this file."""
        qualname = self.symbol_table.qualname_of(node)
        return Definition(f"{self.module}.{plain_qualname(qualname)}", self.path, qualname)

    def find_member(self, owner: Definition, name: str) -> Definition | None:
        """The one definition of a member of a class of the project."""
        if owner.path is None:
            return None
        origin = f"{self.resolver.modules.name_of(owner.path)}:@{owner.qualname}.{name}"
        definitions = self.resolver.resolve(origin, owner.path)
        return definitions[0] if len(definitions) == 1 else None

    def resolve(self, node: ast.expr, place: ast.AST | None = None) -> Definition | None:
        """The one definition of a dotted name, resolved in the scope of `place` (None: of the node itself).

        None if it has no certain definition or several, and for local variables other than imports.
        """
        dotted = dotted_name(node)
        if not dotted:
            return None
        root, _, rest = dotted.partition(".")
        symbol = self.symbol_table.lookup(root, place or node)
        if symbol is None or symbol.scope.kind == "module":
            return self._resolve_global(dotted)
        if isinstance(symbol.scope.node, ast.ClassDef) and symbol.scope.kind == "class":
            owner = self.symbol_table.qualname_of(symbol.scope.node)
            return _pick_only(self.resolver.resolve(f"{self.module}:@{owner}.{dotted}", self.path))
        return self.resolve_local_import(symbol, rest)

    def _resolve_global(self, dotted: str) -> Definition | None:
        """The definition of a name of the module, or of a builtin."""
        definitions = self.resolver.resolve(f"{self.module}:{dotted}", self.path)
        is_unbound = all(each.is_guess or (not each.is_found and each.path == self.path) for each in definitions)
        if is_unbound and hasattr(builtins, dotted):
            return Definition(f"builtins.{dotted}", None, "", is_found=False)
        return _pick_only(definitions)

    def resolve_local_import(self, symbol: Symbol, attributes: str = "") -> Definition | None:
        """The definition of a local variable that only imports bind, or of `attributes` (dotted) of it."""
        origins = {self._import_origin(binding.node, binding.statement) for binding in symbol.bindings}
        if len(origins) != 1 or "" in origins:
            return None
        origin = origins.pop()
        return _pick_only(
            self.resolver.resolve(attribute_origin(origin, attributes) if attributes else origin, self.path)
        )

    def _import_origin(self, node: ast.AST, statement: ast.stmt) -> str:
        """The origin that a binding imports; empty if it is no import."""
        if not isinstance(node, ast.alias):
            return ""
        if not isinstance(statement, ast.ImportFrom):
            return f"{node.name if node.asname else node.name.partition('.')[0]}:"
        return f"{self.absolute_module(statement)}:{node.name}"

    def absolute_module(self, statement: ast.ImportFrom) -> str:
        """The dotted module of a `from` statement of this file; empty beyond the top-level package."""
        module = statement.module or ""
        if not statement.level:
            return module
        package = package_name(self.path, self.resolver.modules.roots)
        return resolve_relative_module(package, statement.level, module) or ""


def _pick_only(definitions: Sequence[Definition]) -> Definition | None:
    """The definition without `via`, if it is the only one and certain; `typing_extensions` counts as `typing`."""
    if len(definitions) != 1:
        return None
    definition = definitions[0]
    if not definition.is_found and (definition.path is not None or definition.is_guess):
        return None
    return definition._replace(name=definition.name.replace("typing_extensions.", "typing."), via=())
