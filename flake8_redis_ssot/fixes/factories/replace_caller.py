"""Replace one call of a factory by the accessor, as if the caller constructed the instance itself."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from flake8_redis_ssot.fixes.conditions import import_cycle
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.draft import AddImport, Operation, ReplaceText
from flake8_redis_ssot.fixes.edits.ensure_import import EnsuredImport, NotFixableError, format_module
from flake8_redis_ssot.fixes.edits.import_statement import ImportedSymbol
from flake8_redis_ssot.fixes.factories.factory import Factory
from flake8_redis_ssot.fixes.import_checks import check_importable, check_service_boundary
from flake8_redis_ssot.fixes.imports.attribute_and_dynamic import find_anchor_import
from flake8_redis_ssot.fixes.instances.accessor import SharedAccess, check_source, resolve_accessor
from flake8_redis_ssot.fixes.instances.accessor_import import import_accessor
from flake8_redis_ssot.fixes.instances.call_edit import build_call_edit, remove_await
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite
from flake8_redis_ssot.fixes.instances.sharing_doubts import find_doubts
from flake8_redis_ssot.fixes.patches import untracked
from flake8_redis_ssot.fixes.usage.references import NameRead
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.syntax.edits import TextEdit


@dataclass(frozen=True)
class CallReplacement:
    """The replacement of one call.

    `imported_symbols` replace its import if the factory has the same name as the accessor.
    """

    operations: tuple[Operation, ...]
    doubts: tuple[Doubt, ...]
    ensured_import: EnsuredImport
    shared_access: SharedAccess
    imported_symbols: tuple[ImportedSymbol, ...] = ()


def replace_factory_call(
    read: NameRead,
    call: ast.Call | None,
    file_reads: Sequence[NameRead],
    factory: Factory,
    construction: ConstructionSite,
    file: FileContext,
    context: FixContext,
) -> CallReplacement:
    """Replace a call by one of the accessor. Raises NotFixableError.

    `file_reads` are all reads of the factory in the same file; `construction` is the one in the factory, in `file`.
    """
    caller_file, document = context.file_context(read.path, file), context.document(read.path)
    call_construction = _construction_at(
        read, _check_call(read, call, factory, document), construction, factory, document
    )
    if caller_file.is_exempt(construction.resource):
        raise NotFixableError("that file may create instances")
    shared_access = resolve_accessor(call_construction, caller_file, context)
    check_source(shared_access, construction, file.path, context)
    ensured_import, imported_symbols = _import_accessor(read, call_construction, shared_access, caller_file, context)
    operation = _build_operation(read, call_construction, shared_access, factory, ensured_import.text, document)
    doubts = (
        *find_doubts(call_construction, shared_access, caller_file, context, is_new_instance=not factory.is_memoised),
        *([] if factory.is_memoised else _find_repeated_calls(call_construction, file_reads, document)),
        *_find_accessor_mismatch(shared_access, construction, caller_file, file),
        *untracked.find_patch_doubts(call_construction, ensured_import, caller_file, context),
        *(Doubt(reason) for reason in ensured_import.reasons),
    )
    operations = tuple(each for each in (operation, ensured_import.operation) if each is not None)
    return CallReplacement(operations, doubts, ensured_import, shared_access, imported_symbols)


def _build_operation(
    read: NameRead,
    call_construction: ConstructionSite,
    shared_access: SharedAccess,
    factory: Factory,
    text: str,
    document: SourceDocument,
) -> ReplaceText | None:
    edit = _build_edit(call_construction, shared_access, factory, text, document)
    # `module.accessor` still reads `module`.
    is_released = read.binding is None and text.partition(".")[0] != call_construction.root.id
    is_unchanged = document.text[edit.start : edit.end] == edit.text
    return None if is_unchanged else ReplaceText(read.path, edit, (call_construction.root,) if is_released else ())


def _check_call(read: NameRead, call: ast.Call | None, factory: Factory, document: SourceDocument) -> ast.Call:
    """The call, if it can be replaced. Raises NotFixableError."""
    if call is None:
        raise NotFixableError("it is passed on there instead of called")
    if call.args or call.keywords:
        raise NotFixableError(
            f"it is given `{', '.join(document.text_of(argument) for argument in _call_arguments(call))}`"
        )
    if factory.is_coroutine and not isinstance(document.symbol_table.parent(call), ast.Await):
        raise NotFixableError("it is not awaited there directly")
    if document.text_of(read.node) != ast.unparse(read.node):
        raise NotFixableError("its syntax is not supported by this fix")
    if read.binding is not None and document.symbol_table.symbol_of(read.node) is not read.binding.symbol:
        raise NotFixableError("a class binds the name as well")
    return call


def _call_arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _construction_at(
    read: NameRead, call: ast.Call, construction: ConstructionSite, factory: Factory, document: SourceDocument
) -> ConstructionSite:
    """The call as a construction of its own."""
    root = read.root
    if not isinstance(root, ast.Name):
        raise NotFixableError("the module is not reached by a name")
    name = read.node.attr if isinstance(read.node, ast.Attribute) else _imported_name(read, factory)
    return replace(
        construction,
        call=call,
        constructor=read.node,
        root=root,
        symbol=document.symbol_table.symbol_of(root) if document.symbol_table.lookup(root.id, root) else None,
        import_statement=_find_anchor(read, root, construction, document),
        written_origin=f"{read.source_module}:{name}",
    )


def _imported_name(read: NameRead, factory: Factory) -> str:
    imported_name = read.binding.imported_name if read.binding is not None else None
    return factory.name if imported_name is None else imported_name.alias.name


def _find_anchor(
    read: NameRead, root: ast.Name, construction: ConstructionSite, document: SourceDocument
) -> ast.stmt | None:
    """The import next to which the new one goes: of the name, of its module, or of the constructor."""
    if read.binding is None:
        return find_anchor_import(root, document)
    if read.binding.imported_name is not None:
        return read.binding.imported_name.statement
    at_top = (
        construction.import_statement is not None
        and document.symbol_table.scope_of(construction.import_statement).kind == "module"
    )
    return construction.import_statement if at_top else None


def _import_accessor(
    read: NameRead,
    call_construction: ConstructionSite,
    shared_access: SharedAccess,
    file: FileContext,
    context: FixContext,
) -> tuple[EnsuredImport, tuple[ImportedSymbol, ...]]:
    """Import the accessor; if the factory has the same name, its import is replaced."""
    binding = read.binding
    if binding is None or binding.symbol.name != shared_access.name:
        return import_accessor(shared_access, call_construction, file, context), ()
    imported_symbol = ImportedSymbol(
        format_module(shared_access.module, call_construction.import_statement, file), shared_access.name
    )
    if binding.imported_name is not None:
        check_importable(shared_access.module, binding.imported_name.fact, file, context, shared_access.name)
        return EnsuredImport(shared_access.name, None, binding.symbol.scope), (imported_symbol,)
    check_service_boundary(shared_access.module, file.path, context)
    import_cycle.check(shared_access.module, file.path, context, shared_access.name)
    operation = AddImport(
        file.path, context.document(file.path).tree, call_construction.import_statement, imported_symbol
    )
    return EnsuredImport(shared_access.name, operation, binding.symbol.scope), ()


def _build_edit(
    call_construction: ConstructionSite,
    shared_access: SharedAccess,
    factory: Factory,
    text: str,
    document: SourceDocument,
) -> TextEdit:
    """The edit of the call, which also removes `await` if the accessor is not a coroutine."""
    is_coroutine = shared_access.result is not None and shared_access.result.is_coroutine
    if is_coroutine != factory.is_coroutine and is_coroutine:
        raise NotFixableError(f"`{shared_access.name}()` is a coroutine, which is not awaited here")
    if is_coroutine:
        return document.replace_node(call_construction.constructor, text)
    edit = build_call_edit(call_construction, shared_access, text, document)
    if not factory.is_coroutine or call_construction.call is None:
        return edit
    parent = document.symbol_table.parent(call_construction.call)
    assert isinstance(parent, ast.Await)  # checked by _check_call
    return remove_await(parent, edit, document)


def _find_repeated_calls(
    call_construction: ConstructionSite, file_reads: Iterable[NameRead], document: SourceDocument
) -> Iterator[Doubt]:
    """Code that calls it twice in one scope may need two instances."""
    symbol_table = document.symbol_table
    scope = symbol_table.scope_of(symbol_table.statement_of(call_construction.expression))
    rows = [read.row for read in file_reads if symbol_table.scope_of(symbol_table.statement_of(read.node)) is scope]
    if len(rows) > 1:
        lines = f"line{'s' * (len(set(rows)) > 1)} {', '.join(map(str, dict.fromkeys(rows)))}"
        yield Doubt(f"several instances are constructed here ({lines}), perhaps to be separate", Applicability.MANUAL)


def _find_accessor_mismatch(
    shared_access: SharedAccess, construction: ConstructionSite, caller_file: FileContext, file: FileContext
) -> Iterator[Doubt]:
    if caller_file.accessor(construction.resource) != file.accessor(construction.resource):
        yield Doubt(
            f"`{shared_access.name}` is what is configured there, and "
            f"`{file.accessor(construction.resource)}` for the factory"
        )
