"""Find the code that looks a module-level name up at run time: only there does a patch of it have an effect."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.facts import AttributeAccess, Import
from flake8_redis_ssot.semantic.scopes import Scope

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def find_lookups(path: str, name: str, context: FixContext) -> Sequence[tuple[str, int]]:
    """Path and row (1-based) of each lookup of `name` in the module at `path`, by the module and by other files."""
    return context.remember_with_references(("lookups", path, name), lambda: tuple(_iter_lookups(path, name, context)))


def _iter_lookups(path: str, name: str, context: FixContext) -> Iterator[tuple[str, int]]:
    yield from ((path, row) for row in find_own_lookups(path, name, context))
    for reader in context.references.find_deferred_readers(path, name):
        # A file that imports the module can only read the name as an attribute.
        if not (isinstance(reader.fact, Import) and _names_module(reader.fact.origin, reader.path, path, context)):
            yield reader.path, reader.row
        for access in context.analysis.all_facts()[reader.path].attribute_accesses:
            if access.attribute == name and _names_module(access.base, reader.path, path, context):
                yield reader.path, access.span.row


def _names_module(origin: str, reader: str, path: str, context: FixContext) -> bool:
    return any(
        definition.is_module and definition.path == path for definition in context.resolver.resolve(origin, reader)
    )


def imports_module(fact: Import, file: FileContext) -> bool:
    """Whether an import imports a module of the project, not a name from it."""
    return any(definition.is_module for definition in file.resolve([fact.origin]))


def is_late_bound(fact: Import | AttributeAccess, file: FileContext) -> bool:
    """Whether the name is looked up in its module at each use, not once when the file is loaded."""
    return isinstance(fact, AttributeAccess) or fact.is_local or fact.is_dynamic or imports_module(fact, file)


def find_own_lookups(path: str, name: str, context: FixContext) -> Iterator[int]:
    """Rows (1-based) where functions of the module at `path` read its own name."""
    for read, _ in _find_function_reads(path, name, context):
        yield read.lineno


def find_used_own_lookups(path: str, name: str, context: FixContext) -> Iterator[int]:
    """The own lookups in functions and classes that other code uses."""
    symbol_table = context.document(path).symbol_table
    for read, outer_name in _find_function_reads(path, name, context):
        symbol = symbol_table.find_symbol(symbol_table.module_scope, outer_name) if outer_name else None
        inner_reads = [each for each in symbol.reads if each is not read] if symbol is not None else []
        if (
            symbol is None
            or inner_reads
            or symbol.has_inner_declaration
            or context.references.find_readers(path, outer_name)
        ):
            yield read.lineno


def _find_function_reads(path: str, name: str, context: FixContext) -> Iterator[tuple[ast.Name, str]]:
    """Reads of a module-level name in functions, each with the name of the outermost enclosing definition."""
    document = context.document(path)
    symbol = document.symbol_table.find_symbol(document.symbol_table.module_scope, name)
    for read in symbol.reads if symbol is not None else ():
        if _is_in_function(document.symbol_table.scope_of(read)) and not is_in_annotation(read, document):
            definitions = [node for node in document.symbol_table.ancestors(read) if isinstance(node, _DEFINITIONS)]
            yield read, definitions[-1].name if definitions else ""


def _is_in_function(scope: Scope | None) -> bool:
    while scope is not None:
        if scope.kind in ("function", "lambda"):
            return True
        scope = scope.outer
    return False


def is_in_annotation(node: ast.AST, document: SourceDocument) -> bool:
    """Whether a node is part of an annotation."""
    child: ast.AST = node
    for ancestor in document.symbol_table.ancestors(node):
        if isinstance(ancestor, (ast.arg, ast.AnnAssign)) and ancestor.annotation is child:
            return True
        if isinstance(ancestor, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return ancestor.returns is child
        child = ancestor
    return False
