"""All reasons why one place may not use the shared instance."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from flake8_redis_ssot.fixes.accessors.arguments import ArgumentComparison, compare_arguments, identify_constructor
from flake8_redis_ssot.fixes.accessors.made_class import find_external_class
from flake8_redis_ssot.fixes.conditions import (
    accessor_arguments,
    import_cycle,
    inert_module,
    known_readers,
    process_borders,
)
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.instances import (
    meant_instances,
    module_settings,
    other_settings,
    own_arguments,
    varying_arguments,
)
from flake8_redis_ssot.fixes.instances.accessor import SharedAccess, find_access_doubts, find_shared_construction
from flake8_redis_ssot.fixes.instances.accessor_call import iter_names
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite, find_forwarded_call
from flake8_redis_ssot.fixes.instances.class_doubt import find_class_doubt
from flake8_redis_ssot.fixes.instances.context_checks import find_context_doubts
from flake8_redis_ssot.fixes.instances.lost_comments import find_lost_comments
from flake8_redis_ssot.fixes.instances.passed_arguments import rename_arguments
from flake8_redis_ssot.fixes.instances.received_values import follow_arguments
from flake8_redis_ssot.fixes.instances.usage_check import TEARDOWN_METHODS, ClassComparison
from flake8_redis_ssot.fixes.instances.use_doubts import find_use_doubts, name_file
from flake8_redis_ssot.fixes.sharing.study import SharingStudy
from flake8_redis_ssot.fixes.usage.file_follower import collect_uses
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.facts import Import
from flake8_redis_ssot.semantic.scopes import Scope


def find_doubts(
    construction: ConstructionSite,
    shared_access: SharedAccess,
    file: FileContext,
    context: FixContext,
    *,
    excluded_function: ast.AST | None = None,
    is_new_instance: bool = True,
    is_bound_at_load: bool = False,
) -> Iterator[Doubt]:
    """All doubts about the shared instance in one place.

    `excluded_function` is a function whose callers are checked elsewhere; if not `is_new_instance`, the replaced
    expression returns the same instance each time. `is_bound_at_load`: the file imports the accessor by name at module
    level.
    """
    document = context.document(file.path)
    constructed = _find_constructed_class(construction, context)
    members = context.class_members(shared_access.definition)
    is_same_class = _makes_same_class(construction, constructed, shared_access, context)
    yield from _find_argument_doubts(construction, shared_access, file, context)
    yield from find_access_doubts(
        shared_access,
        construction,
        file,
        context,
        is_at_import_time=_is_at_import_time(construction, document),
        is_bound_at_load=is_bound_at_load,
    )
    uses = collect_uses(construction.expression, document).without_return(excluded_function)
    followed = follow_arguments(uses, context)
    meant_instances.check(construction, followed.own, file, document.symbol_table)
    if not is_same_class:
        yield find_class_doubt(construction, constructed, shared_access, followed.all, context)
    comparison = ClassComparison(
        members,
        context.class_members(constructed),
        is_same_class,
        TEARDOWN_METHODS.union(construction.resource.tear_down),
    )
    study = SharingStudy(
        construction, shared_access, constructed, followed.own, comparison.teardown_methods, file, context
    )
    yield from find_use_doubts(study, comparison)
    for each in followed.received:
        place = file._replace(path=each.path, module=context.module_name(each.path))
        doubts = find_use_doubts(replace(study, uses=each.uses, file=place), comparison)
        yield from doubts if each.path == file.path else name_file(doubts, context.relative_path(each.path))
    if is_new_instance:
        yield from find_context_doubts(construction, followed.own, members, file, context)
    if constructed is None or is_same_class:
        yield from process_borders.find_doubts(study)
    yield from _find_import_doubts(construction, shared_access, file, context)
    yield from known_readers.find_constructor_doubts(construction, file, context)


def check_arguments(
    construction: ConstructionSite, shared_access: SharedAccess, file: FileContext, context: FixContext
) -> ArgumentComparison:
    """How the arguments of a construction differ from those of the shared instance.

    Raises NotFixableError if one of them says that an instance of its own is wanted.
    """
    document = context.document(file.path)
    call = _find_call(construction, document)
    is_own_call = call.func is construction.constructor
    shared = find_shared_construction(shared_access, construction.definition, context) if is_own_call else None
    comparison = compare_arguments(call, file.path, construction.definition, shared, context)
    passed = [each.value for each in shared_access.passed]
    kept = accessor_arguments.kept_arguments(comparison, passed, construction.resource.drop_arguments)
    varying_arguments.check(kept, document.symbol_table)
    own_arguments.check(kept, file, context)
    module_settings.check(kept, file.path, context)
    if shared is not None:
        other_settings.check(kept, file.path, comparison.extra, shared.path, context)
    return comparison


def _find_call(construction: ConstructionSite, document: SourceDocument) -> ast.Call:
    call = construction.call or find_forwarded_call(construction, document)
    return call or ast.Call(construction.constructor, [], [])


def _find_argument_doubts(
    construction: ConstructionSite, shared_access: SharedAccess, file: FileContext, context: FixContext
) -> Iterator[Doubt]:
    comparison = check_arguments(construction, shared_access, file, context)
    document = context.document(file.path)
    call = _find_call(construction, document)
    passed, droppable = [each.value for each in shared_access.passed], construction.resource.drop_arguments
    doubts = tuple(
        accessor_arguments.find_doubts(
            comparison,
            passed,
            droppable,
            shared_access.constructor_args,
            document.text_of,
        )
    )
    yield from doubts
    is_kept = construction.call is not None and bool(rename_arguments(call, shared_access.passed, document))
    if not is_kept and all(doubt.applicability is not Applicability.MANUAL for doubt in doubts):
        yield from find_lost_comments(construction, call, document)


def _makes_same_class(
    construction: ConstructionSite, constructed: Definition | None, shared_access: SharedAccess, context: FixContext
) -> bool:
    """Whether the new instance is of the class of the shared one, or made by the same constructor."""
    model, definition = shared_access.model(context), construction.definition
    if not isinstance(model, str) and any(_is_same(each.constructor, definition) for each in model.constructions):
        return True
    shared_class = shared_access.definition
    return constructed is not None and shared_class is not None and _is_same(constructed, shared_class)


def _is_same(first: Definition, second: Definition) -> bool:
    return identify_constructor(first) == identify_constructor(second)


def _find_import_doubts(
    construction: ConstructionSite, shared_access: SharedAccess, file: FileContext, context: FixContext
) -> Iterator[Doubt]:
    """The imports of the constructor and of its arguments may be removed, with the side effects of loading them."""
    table = context.document(file.path).symbol_table
    names = iter_names(construction, context.document(file.path))
    symbols = [table.symbol_of(name) for name in names if table.lookup(name.id, name) is not None]
    statements = [construction.import_statement, *(each.statement for symbol in symbols for each in symbol.bindings)]
    rows = {statement.lineno for statement in statements if statement is not None}
    facts = context.remember(("imports by row", file.path), lambda: _group_by_row(file))
    for _, fact in sorted({each for row in rows for each in facts.get(row, ())}, key=lambda each: each[0]):
        yield from inert_module.find_doubts(fact, {shared_access.module}, file, context)
        yield from import_cycle.find_doubts(shared_access.module, fact, file, context)


def _group_by_row(file: FileContext) -> dict[int, list[tuple[int, Import]]]:
    """The imports of a file by the row (1-based) of their statement, each with its number."""
    imports: dict[int, list[tuple[int, Import]]] = {}
    for number, fact in enumerate(file.facts.imports):
        imports.setdefault(fact.statement.row, []).append((number, fact))
    return imports


def _is_at_import_time(construction: ConstructionSite, document: SourceDocument) -> bool:
    """Whether the construction runs while its module is being loaded."""
    function_kinds = ("function", "lambda")
    scope: Scope | None = document.symbol_table.scope_of(construction.expression)
    while scope is not None and scope.kind not in function_kinds:
        scope = scope.outer
    return scope is None and construction.call is not None


def _find_constructed_class(construction: ConstructionSite, context: FixContext) -> Definition | None:
    """The class of the new instance; None if it is unknown."""
    definition = construction.definition
    if definition.path is None:
        return find_external_class(definition)
    owner = definition._replace(
        name=definition.name.rpartition(".")[0], qualname=definition.qualname.rpartition(".")[0]
    )
    for class_definition in (definition, owner):
        if class_definition.qualname and context.class_members(class_definition) is not None:
            return class_definition
    result = context.function_result(definition)
    return result.class_definition if result else None
