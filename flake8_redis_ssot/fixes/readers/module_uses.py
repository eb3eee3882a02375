"""What other Python files do with a whole module: each use of it must be one that reads known names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.edits.ensure_import import absolute_module
from flake8_redis_ssot.fixes.readers.other_names import is_shortened_name
from flake8_redis_ssot.fixes.readers.target import PossibleRead, ReadTarget
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.semantic.ast_queries import dotted_name, last_name

# Attributes of a module that say nothing about the names in it.
_MODULE_ATTRIBUTES = frozenset(
    {"__name__", "__file__", "__doc__", "__path__", "__spec__", "__package__", "__version__", "__all__", "__loader__"}
)
# Calls with a module and the name of an attribute.
_ATTRIBUTE_FUNCTIONS = frozenset({"getattr", "hasattr", "setattr", "delattr", "object", "attrgetter"})
# Calls that read no names of the module that they are passed.
_HARMLESS_FUNCTIONS = frozenset(
    {
        *("getsource", "getsourcefile", "getsourcelines", "getfile", "getdoc", "ismodule", "exec_module"),
        *("isinstance", "id", "print", "str", "repr", "type"),
    }
)
# Calls that return the module that they are passed, or whose name they are passed.
MODULE_FUNCTIONS = frozenset({"import_module", "__import__", "reload", "importorskip"})
# Attributes that lead from a function or frame to all names of its module.
NAMESPACE_ATTRIBUTES = frozenset({"__globals__", "f_globals", "f_locals", "f_builtins"})


@dataclass
class ModuleUses:
    """Follows the expressions of the file at `path` whose value is the module of `target`, or may be."""

    path: str
    target: ReadTarget
    context: FixContext
    _followed: set[ast.AST] = field(default_factory=set)

    @property
    def _document(self) -> SourceDocument:
        return self.context.document(self.path)

    def find_in_imports(self) -> Iterator[PossibleRead]:
        """The reads through imports of the module, or of the name from it."""
        package = package_name(self.path, self.context.resolver.modules.roots)
        for statement in self._document.imports:
            for alias in statement.names:
                if isinstance(statement, ast.ImportFrom):
                    yield from self._find_in_from_import(statement, alias, absolute_module(statement, package))
                else:
                    yield from self._find_in_plain_import(alias)

    def find_in_namespaces(self) -> Iterator[PossibleRead]:
        """The reads through functions and frames of the module, or through modules that a name leads to."""
        for node in self._document.symbol_table.nodes:
            match node:
                case ast.Attribute(attr=attribute) if attribute in NAMESPACE_ATTRIBUTES:
                    yield self._read(node, f"reads `{attribute}`")
                case ast.Call() if last_name(node.func) == "getmodule":
                    yield from self.follow(node)
                case ast.Call(func=ast.Attribute(value=owner, attr="get"), args=[key, *_]) if _is_table(owner):
                    yield from self.follow(node) if not isinstance(key, ast.Constant) else ()
                case ast.Subscript(value=owner, slice=key) if _is_table(owner):
                    if isinstance(node.ctx, ast.Load) and not isinstance(key, ast.Constant):
                        yield from self.follow(node)

    def _find_in_plain_import(self, alias: ast.alias) -> Iterator[PossibleRead]:
        parts = self._parts_below(f"{alias.name}:")
        if parts is None:
            return
        if not alias.asname:
            parts = [*alias.name.split(".")[1:], *parts]
        elif not parts:
            yield from self._follow_binding(alias)
            return
        for read in self._document.symbol_table.symbol_of(alias).reads:
            yield from self._follow_dotted(read, parts)

    def _parts_below(self, origin: str) -> list[str] | None:
        """What is to be written behind a package for the module: nothing for the module itself, None for others."""
        if self._is_shortened(origin.rstrip(":").replace(":", ".")):
            return []
        for definition in self.context.resolver.resolve(origin, self.path):
            if definition.is_module and definition.path == self.target.path:
                return []
            package = definition.name
            if not definition.qualname and self.target.module.startswith(f"{package}."):
                return self.target.module[len(package) + 1 :].split(".")
        return None

    def _follow_dotted(self, node: ast.AST, parts: list[str]) -> Iterator[PossibleRead]:
        """Follow `package.module` from the name at its start, if it is written out."""
        for part in parts:
            parent = self._document.symbol_table.parent(node)
            if not isinstance(parent, ast.Attribute) or parent.attr != part:
                return
            node = parent
        yield from self.follow(node)

    def _find_in_from_import(self, statement: ast.ImportFrom, alias: ast.alias, module: str) -> Iterator[PossibleRead]:
        if alias.name == "*":
            yield from self._follow_starred(module)  # who reads a name that a star brings is known by its name
        elif alias.name == self.target.name and self._is_target(f"{module}:"):
            yield self._read(statement, "imports it")
        else:
            parts = self._parts_below(f"{module}:{alias.name}")
            if parts:
                for read in self._document.symbol_table.symbol_of(alias).reads:
                    yield from self._follow_dotted(read, parts)
            elif parts is not None:
                yield from self._follow_binding(alias)

    def _follow_starred(self, module: str) -> Iterator[PossibleRead]:
        """The reads of a module that a star import of another one may bring, and of the name by its shorter name."""
        if self._is_shortened(module):
            for node in self._document.symbol_table.unresolved_reads(self.target.name):
                yield self._read(node, "reads it from a star import")
        reads = self._document.symbol_table.unresolved_reads(self.target.word)
        if reads and self._is_target(f"{module}:*{self.target.word}"):
            for read in reads:
                yield from self.follow(read)

    def follow_name(self, node: ast.Name) -> Iterator[PossibleRead]:
        """The reads through a variable that holds the module, from where it is bound."""
        for read in self._document.symbol_table.symbol_of(node).reads:
            yield from self.follow(read)

    def _is_shortened(self, module: str) -> bool:
        return is_shortened_name(module, self.path, self.target.module, self.context)

    def _is_target(self, origin: str) -> bool:
        if self._is_shortened(origin.partition(":")[0]):
            return True
        definitions = self.context.resolver.resolve(origin, self.path)
        return any(definition.is_module and definition.path == self.target.path for definition in definitions)

    def _follow_binding(self, node: ast.AST) -> Iterator[PossibleRead]:
        """Follow a variable that holds the module, in this file and in those that import it from here."""
        symbol_table = self._document.symbol_table
        symbol = symbol_table.symbol_of(node)
        for read in symbol.reads:
            yield from self.follow(read)
        if symbol.scope is not symbol_table.module_scope or symbol.name == self.target.word:
            return  # whoever reads it under the module's own name is found by that word
        for reader in self.context.references.find_readers(self.path, symbol.name):
            yield PossibleRead(
                reader.path, reader.row, f"reads the module from {self.context.relative_path(self.path)}"
            )

    def follow(self, node: ast.AST) -> Iterator[PossibleRead]:
        """The reads that one expression with the module as its value makes."""
        if node in self._followed:
            return
        self._followed.add(node)
        parent = self._document.symbol_table.parent(node)
        match parent:
            case ast.Attribute():
                yield from self._find_in_attribute(parent)
            case ast.Call() if node in parent.args[:1] and node is not parent.func:
                yield from self._find_in_call(parent)
            case ast.Assign(targets=[ast.Name() as target]) if parent.value is node:
                yield from self._follow_binding(target)
            case ast.Assign(targets=[ast.Subscript(value=owner)]) if last_name(owner) == "modules":
                return  # it is registered under its own name
            case ast.DictComp(value=value) if value is node and self._is_passed_to_patch(parent):
                return  # `sys.modules` is restored from it
            case ast.Expr() | ast.Compare() | ast.Assert() | ast.UnaryOp(op=ast.Not()) | ast.FormattedValue():
                return
            case _:
                yield self._read(node, "uses the whole module")

    def follow_names(self, node: ast.AST) -> Iterator[PossibleRead]:
        """The reads that one expression makes whose value is a dictionary of the names of the module."""
        match self._document.symbol_table.parent(node):
            case ast.Expr():
                return
            case ast.Subscript(slice=ast.Constant(value=str(key))) if key != self.target.name:
                return
            case _:
                yield self._read(node, "uses the names of the module")

    def _is_passed_to_patch(self, node: ast.AST) -> bool:
        call = self._document.symbol_table.parent(node)
        return isinstance(call, ast.Call) and last_name(call.func) in ("patch", "dict", "update")

    def _find_in_attribute(self, node: ast.Attribute) -> Iterator[PossibleRead]:
        if node.attr == self.target.name:
            yield self._read(node, "reads it")
        elif node.attr.startswith("__") and node.attr not in _MODULE_ATTRIBUTES:
            yield self._read(node, f"reads `{node.attr}` of the module")

    def _find_in_call(self, call: ast.Call) -> Iterator[PossibleRead]:
        function = last_name(call.func)
        if function in MODULE_FUNCTIONS:
            yield from self.follow(call)
        elif function in _ATTRIBUTE_FUNCTIONS and len(call.args) > 1 and isinstance(call.args[1], ast.Constant):
            if call.args[1].value == self.target.name:
                yield self._read(call, f"reads it by `{function}()`")
        elif function not in _HARMLESS_FUNCTIONS:
            yield self._read(call, f"passes the whole module to `{dotted_name(call.func) or 'a call'}()`")

    def _read(self, node: ast.AST, cause: str) -> PossibleRead:
        return PossibleRead(self.path, getattr(node, "lineno", 1), cause)


def _is_table(node: ast.expr) -> bool:
    return dotted_name(node) in ("sys.modules", "_sys.modules")
