"""Find the reads of a module-level name in all files, through aliases and re-exports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.imports.import_node import ImportedName, find_imported_name
from flake8_redis_ssot.project.search.reference_table import Reader
from flake8_redis_ssot.semantic.facts import AttributeAccess, Import
from flake8_redis_ssot.semantic.scopes import Symbol


@dataclass(frozen=True)
class NameBinding:
    """A variable of the file at `path` that has the value of the name.

    It is imported (`imported_name`), or the definition itself (None).
    """

    path: str
    symbol: Symbol
    imported_name: ImportedName | None

    @property
    def is_patchable(self) -> bool:
        """Whether it is module-level, so that patches can replace it and other files can import it."""
        return self.symbol.scope.kind == "module"


@dataclass(frozen=True)
class NameRead:
    """A read of the value: a name of a `binding`, or an attribute of a module (None)."""

    path: str
    node: ast.Name | ast.Attribute
    binding: NameBinding | None
    source_module: str  # the dotted name of the module that it is read from

    @property
    def row(self) -> int:
        """The row, 1-based."""
        return self.node.lineno

    @property
    def root(self) -> ast.expr:
        """The name at the start of the expression."""
        node: ast.expr = self.node
        while isinstance(node, ast.Attribute):
            node = node.value
        return node


@dataclass
class NameReferences:
    """All references to a name; `untracked` has path, 1-based row and reason where it cannot be followed."""

    bindings: list[NameBinding] = field(default_factory=list)
    reads: list[NameRead] = field(default_factory=list)
    untracked: list[tuple[str, int, str]] = field(default_factory=list)

    def sorted_reads(self) -> list[NameRead]:
        """The reads by path and position."""
        return sorted(self.reads, key=lambda read: (read.path, read.row, read.node.col_offset))


def find_references(path: str, symbol: Symbol, context: FixContext) -> NameReferences:
    """All references to a variable of the module at `path`."""
    references = NameReferences()
    _add_binding(NameBinding(path, symbol, None), references, context)
    return references


def _add_binding(binding: NameBinding, references: NameReferences, context: FixContext) -> None:
    if any(other.symbol is binding.symbol for other in references.bindings):
        return
    references.bindings.append(binding)
    module, name = _source_module(binding, context), binding.symbol.name
    references.reads += [NameRead(binding.path, read, binding, module) for read in binding.symbol.reads]
    for reader in context.references.find_readers(binding.path, name) if binding.is_patchable else ():
        try:
            _follow_reader(reader, name, binding, references, context)
        except NotFixableError as error:
            references.untracked.append((reader.path, reader.row, str(error)))


def _source_module(binding: NameBinding, context: FixContext) -> str:
    """The dotted module that a binding gets the value from."""
    if binding.imported_name is None:
        return context.module_name(binding.path)
    return binding.imported_name.fact.origin.partition(":")[0]


def _follow_reader(
    reader: Reader, name: str, binding: NameBinding, references: NameReferences, context: FixContext
) -> None:
    """Add the references of another file that reads `name` from the module of `binding`.

    Raises NotFixableError.
    """
    document, fact = context.document(reader.path), reader.fact
    if isinstance(fact, AttributeAccess):
        references.reads.append(
            NameRead(reader.path, _find_attribute(fact, document), None, context.module_name(binding.path))
        )
    elif fact.is_star:
        if _is_read_by_star(fact, name) or context.references.find_readers(reader.path, name):
            raise NotFixableError("it comes by a star import")
    else:
        imported_name = find_imported_name(fact, document)
        _add_binding(
            NameBinding(reader.path, document.symbol_table.symbol_of(imported_name.alias), imported_name),
            references,
            context,
        )


def _is_read_by_star(fact: Import, name: str) -> bool:
    return any(part.rpartition(":")[2].lstrip("*") == name for origin in fact.star_reads for part in origin.split("|"))


def _find_attribute(fact: AttributeAccess, document: SourceDocument) -> ast.Attribute:
    node = document.find_node(ast.Attribute, fact.span)
    if not isinstance(node, ast.Attribute):
        raise NotFixableError("its reads could not be found")
    return node


def find_calls(references: NameReferences, context: FixContext) -> Iterator[tuple[NameRead, ast.Call | None]]:
    """Each read with the call that it is the function of; None if it is not called."""
    for read in references.sorted_reads():
        yield read, context.document(read.path).symbol_table.call_of(read.node)


def find_unresolved_reads(references: NameReferences, context: FixContext) -> Iterator[tuple[str, int, bool]]:
    """Reads of attributes with the name on unknown objects.

    Each has the path, the 1-based row, and whether the file imports the module.
    """
    known_nodes = {id(read.node) for read in references.reads}
    module_bindings = [binding for binding in references.bindings if binding.is_patchable]
    for name in sorted({binding.symbol.name for binding in module_bindings}):
        for path in sorted(context.references.find_attribute_uses(name)):
            for node in context.document(path).symbol_table.attribute_reads.get(name, []):
                is_own_attribute = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
                if id(node) not in known_nodes and not is_own_attribute:
                    yield (
                        path,
                        node.lineno,
                        any(context.references.has_import(path, source.path) for source in module_bindings),
                    )
