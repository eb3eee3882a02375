"""Migrate users of a duplicate to an adapter, or to the accessor and the shared class; and remove the duplicate."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flake8_redis_ssot.campaign.integrate.duplicates import Duplicate, DuplicateUser
from flake8_redis_ssot.fixes.conditions import import_cycle
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.draft import AddImport, Operation, ReplaceText
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError, format_module
from flake8_redis_ssot.fixes.edits.import_statement import ImportedSymbol
from flake8_redis_ssot.fixes.factories.file_mentions import is_counted_on
from flake8_redis_ssot.fixes.import_checks import check_service_boundary
from flake8_redis_ssot.fixes.imports.importers import is_imported
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.ast_queries import is_constant_statement
from flake8_redis_ssot.semantic.module_exports import is_dunder_all_assignment
from flake8_redis_ssot.syntax.edits import TextEdit


class Replacement(NamedTuple):
    """What replaces a duplicate: the dotted names of what is called instead, and of the class in types."""

    callable_name: str
    class_name: str


def migrate_user(
    user: DuplicateUser, replacement: Replacement, file: FileContext, context: FixContext
) -> Iterator[Operation]:
    """The operations on the file of one user. Raises NotFixableError if a name is already bound there."""
    document = context.document(user.path)
    symbol_table = document.symbol_table
    constructor_reads = [read for read in user.symbol.reads if symbol_table.call_of(read)]
    type_reads = [read for read in user.symbol.reads if read not in constructor_reads]
    reads_by_name: dict[str, list[ast.Name]] = {}
    for dotted, reads in ((replacement.callable_name, constructor_reads), (replacement.class_name, type_reads)):
        if reads:
            reads_by_name.setdefault(dotted, []).extend(reads)
    imported_names = []
    for dotted, reads in reads_by_name.items():
        check_import(user.path, dotted, context)
        module, _, name = dotted.rpartition(".")
        if name != user.symbol.name:
            _check_name_free(name, reads, user, document)
            yield from (ReplaceText(user.path, document.replace_node(read, name)) for read in reads)
        statement = user.entry.statement if user.entry is not None else None
        imported_names.append(ImportedSymbol(format_module(module, statement, file), name))
    imported_names.sort(key=lambda each: (not each.name[:1].isupper(), each.name))
    if user.entry is not None:
        yield user.entry.replace_with(tuple(imported_names))
    else:
        yield from (AddImport(user.path, symbol_table.module_scope.node, None, each) for each in imported_names)


def check_import(importer: str, dotted: str, context: FixContext) -> None:
    """Check that a file may import a dotted name. Raises NotFixableError."""
    module, _, name = dotted.rpartition(".")
    try:
        check_service_boundary(module, importer, context)
    except NotFixableError as error:
        advice = "`accessor-for` in the settings can name another accessor for these files"
        raise NotFixableError(f"{error}; {advice}") from None
    import_cycle.check(module, importer, context, name)


def _check_name_free(name: str, reads: Sequence[ast.Name], user: DuplicateUser, document: SourceDocument) -> None:
    scope = user.symbol.scope
    is_taken = document.symbol_table.find_symbol(scope, name) or document.symbol_table.find_captured_names(name, scope)
    if is_taken or any(document.symbol_table.lookup(name, read) is not None for read in reads):
        raise NotFixableError(f"`{name}` already has another meaning in {document.path.rpartition('/')[2]}")


def is_only_definition(duplicate: Duplicate, users: Sequence[DuplicateUser], context: FixContext) -> bool:
    """Whether the file of a duplicate contains nothing else that is used, and that nobody counts on."""
    path, document = duplicate.path, context.document(duplicate.path)
    import_types = (ast.Import, ast.ImportFrom)
    other_statements = [
        each
        for each in document.tree.body
        if not isinstance(each, import_types) and not is_constant_statement(each) and not is_dunder_all_assignment(each)
    ]
    is_only = len(other_statements) == 1 and getattr(other_statements[0], "name", "") == duplicate.name
    if not is_only or document.path.endswith(("__init__.py", "__init__.pyi")):
        return False
    own_imports = {user.path: user.entry.statement for user in users if user.entry is not None}
    return not is_imported(path, context, own_imports) and not is_counted_on(path, context)


def remove_class(duplicate: Duplicate, document: SourceDocument) -> Operation:
    """The removal of the class, with the blank lines below it. Raises NotFixableError."""
    node = find_class(duplicate, document.tree)
    if node is None:
        raise NotFixableError("it is not defined at module level")
    if duplicate.name in (document.symbol_table.exported_names or ()):
        raise NotFixableError("it is in `__all__` of its file")
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    start, end = document.lines.offset(first, 0), document.offsets_of(node)[1]
    rest = document.text[end:]
    blank = len(rest) - len(rest.lstrip("\r\n"))
    names = tuple(each for each in ast.walk(node) if isinstance(each, ast.Name))
    return ReplaceText(document.path, TextEdit(start, end + blank, ""), names)


def find_class(duplicate: Duplicate, tree: ast.Module) -> ast.ClassDef | None:
    """The definition of the class, at the top of its file."""
    node = next((each for each in tree.body if getattr(each, "name", "") == duplicate.name), None)
    return node if isinstance(node, ast.ClassDef) else None
