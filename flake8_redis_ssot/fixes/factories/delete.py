"""Delete the definition of a factory, together with what only it uses."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import suppress

from flake8_redis_ssot.fixes.conditions import known_readers
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.draft import FixDraft, ReplaceText, SymbolRead
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.edits.remove_statement import build_removal_edits, has_own_lines
from flake8_redis_ssot.fixes.factories.factory import Factory
from flake8_redis_ssot.fixes.instances.accessor import check_source, resolve_accessor
from flake8_redis_ssot.fixes.instances.accessor_call import draft_accessor_call
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite
from flake8_redis_ssot.fixes.instances.sharing_doubts import find_doubts
from flake8_redis_ssot.fixes.patches import untracked
from flake8_redis_ssot.fixes.patches.lookups import is_in_annotation
from flake8_redis_ssot.fixes.patches.patch import format_patch_location
from flake8_redis_ssot.fixes.patches.untracked import check_assignments
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.scopes import Symbol


def draft_deletion(
    factory: Factory, construction: ConstructionSite, file: FileContext, context: FixContext
) -> FixDraft:
    """The deletion, without the callers; doubts are those about the construction in the factory itself.

    Raises NotFixableError.
    """
    shared_access = resolve_accessor(construction, file, context)
    check_source(shared_access, construction, file.path, context)
    _, ensured_import = draft_accessor_call(construction, shared_access, file, context)
    _check_stub(factory, context)
    _check_patches(factory, context)
    name = shared_access.name if shared_access.is_instance else f"{shared_access.name}()"
    operations = tuple(_build_removals(_statements_to_delete(factory, file, context), factory, context))
    draft = FixDraft(f"Replace calls of `{factory.name}()` with `{name}` and delete it", operations)
    draft = draft.with_doubts(find_doubts(construction, shared_access, file, context, excluded_function=factory.node))
    return draft.with_doubts(untracked.find_patch_doubts(construction, ensured_import, file, context))


def _statements_to_delete(factory: Factory, file: FileContext, context: FixContext) -> list[ast.stmt]:
    """The definition, and the statements that bind variables only it uses."""
    document = context.document(factory.path)
    cache_statements = list(find_cache_statements(factory, file, context))
    shared_row = next((each.lineno for each in cache_statements if not has_own_lines(each, document)), 0)
    if shared_row:
        raise NotFixableError(f"line {shared_row} has more statements than the ones to delete")
    return [factory.node, *cache_statements]


def _build_removals(statements: Sequence[ast.stmt], factory: Factory, context: FixContext) -> Iterator[ReplaceText]:
    document = context.document(factory.path)
    released = tuple(_module_reads(statements, factory, context))
    for text_edit in build_removal_edits(statements, document):
        yield ReplaceText(factory.path, text_edit, released)


def _module_reads(statements: Sequence[ast.stmt], factory: Factory, context: FixContext) -> Iterator[SymbolRead]:
    """The module-level names that statements read, and their strings, which may be annotations."""
    symbol_table = context.document(factory.path).symbol_table
    for node in (each for statement in statements for each in ast.walk(statement)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            symbol = symbol_table.lookup(node.id, node)
            if symbol is not None and symbol.scope is symbol_table.module_scope:
                yield node
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node


def _check_stub(factory: Factory, context: FixContext) -> None:
    """Raise NotFixableError if a stub file declares the factory as well."""
    stub = f"{factory.path}i"
    with suppress(OSError):
        context.analysis.read_bytes(stub)
        raise NotFixableError(f"{context.relative_path(stub)} describes it as well")


def _check_patches(factory: Factory, context: FixContext) -> None:
    """Raise NotFixableError if a name that the factory reads is patched, which callers would not notice."""
    document = context.document(factory.path)
    reads = [read for read in _module_reads([factory.node], factory, context) if isinstance(read, ast.Name)]
    for name in sorted({read.id for read in reads if not is_in_annotation(read, document)}):
        for target in context.references.find_patches(factory.path, name):
            raise NotFixableError(f"the patch at {format_patch_location(target, context)} stands in for `{name}` in it")


def find_cache_statements(factory: Factory, file: FileContext, context: FixContext) -> Iterator[ast.stmt]:
    """The statements outside the factory that bind its cache variables.

    Raises NotFixableError if other code uses them.
    """
    document = context.document(factory.path)
    factory_nodes = set(ast.walk(factory.node))
    for symbol in factory.cache_variables:
        outer_bindings = [binding for binding in symbol.bindings if binding.node not in factory_nodes]
        value = getattr(outer_bindings[0].statement, "value", None) if len(outer_bindings) == 1 else ast.Name("?")
        if isinstance(value, ast.Call):  # a lock
            if _why_used(symbol, factory_nodes, factory.path, context) is None:
                yield outer_bindings[0].statement
            continue
        if (
            len(outer_bindings) != 1
            or not _is_unset(value)
            or document.symbol_table.parent(outer_bindings[0].statement) is not document.tree
        ):
            raise NotFixableError(f"`{symbol.name}`, where it stores the instance, has other bindings")
        check_assignments(factory.path, symbol.name, file, context)
        reason = _why_used(symbol, factory_nodes, factory.path, context)
        if reason is not None:
            raise NotFixableError(f"{reason}, where it stores the instance")
        yield outer_bindings[0].statement


def _is_unset(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _why_used(symbol: Symbol, factory_nodes: set[ast.AST], path: str, context: FixContext) -> str | None:
    """Why a module-level variable is still used without the factory."""
    remaining = Symbol(
        symbol.name,
        symbol.scope,
        tuple(binding for binding in symbol.bindings if binding.node not in factory_nodes),
        tuple(read for read in symbol.reads if read not in factory_nodes),
        tuple(quoted for quoted in symbol.quoted_reads if quoted not in factory_nodes),
        _is_declared_outside(symbol, factory_nodes, path, context),
    )
    return known_readers.why_read(remaining, path, context)


def _is_declared_outside(symbol: Symbol, factory_nodes: set[ast.AST], path: str, context: FixContext) -> bool:
    """Whether another function declares it `global`."""
    declarations = (node for node in context.document(path).symbol_table.nodes if isinstance(node, ast.Global))
    return any(symbol.name in node.names and node not in factory_nodes for node in declarations)
