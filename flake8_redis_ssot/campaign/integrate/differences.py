"""What programs may do otherwise once a duplicate is replaced."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_redis_ssot.campaign.integrate.adapter_parameters import matched_names
from flake8_redis_ssot.campaign.integrate.compatibility import MethodCompatibility, SharedClass
from flake8_redis_ssot.campaign.integrate.duplicates import Duplicate, DuplicateUser
from flake8_redis_ssot.fixes.accessors.model import AccessorModel, Variable
from flake8_redis_ssot.fixes.accessors.recognition import recognise
from flake8_redis_ssot.fixes.conditions import (
    accessor_binding,
    accessor_loading,
    accessor_ready,
    inert_module,
    same_methods,
)
from flake8_redis_ssot.fixes.conditions.same_methods import ComparedMethod
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt, find_deciding
from flake8_redis_ssot.fixes.duplicates.memory import find_memory_store, imports_server_client, is_server_client
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.semantic.ast_queries import find_definition


def own_definition(duplicate: Duplicate, context: FixContext) -> Definition:
    """The definition of a duplicate."""
    return Definition(f"{context.module_name(duplicate.path)}.{duplicate.name}", duplicate.path, duplicate.qualname)


def find_differences(
    duplicate: Duplicate,
    users: Sequence[DuplicateUser],
    shared_class: SharedClass,
    accessor: Variable,
    is_instance: bool,
    compatibilities: Sequence[MethodCompatibility],
    context: FixContext,
) -> Iterator[str]:
    """Statements about the duplicate and the shared class, each a difference or what could not be compared."""
    methods = [
        ComparedMethod(each.own_method, each.shared_method, matched_names(each.shared_method, each.own_method))
        for each in compatibilities
        if each.own_method is not None and each.shared_method is not None
    ]
    own = own_definition(duplicate, context)
    doubts = (
        *same_methods.find_doubts(own, shared_class.definition, methods, context),
        *_find_access_doubts(accessor, is_instance, duplicate.path, context),
    )
    yield from (doubt.reason for doubt in find_deciding(doubts))
    yield from _find_loading_effects(duplicate, users, accessor, context)


def find_serialization(
    duplicate: Duplicate,
    shared_class: SharedClass,
    compatibilities: Sequence[MethodCompatibility],
    context: FixContext,
) -> Iterator[str]:
    """Why values would not come back as they were: the duplicate keeps them in memory, the shared class on a server."""
    statement = _find_store(own_definition(duplicate, context), compatibilities, context)
    if statement is None or _find_store(shared_class.definition, compatibilities, context) is not None:
        return
    resource = duplicate.guarded_class.resource
    tree = context.tree(shared_class.definition.path or "")
    if imports_server_client(tree) or any(map(is_server_client, resource.constructors)):
        place = f"{context.relative_path(duplicate.path)}:{statement.lineno}"
        yield (
            f"it keeps values in memory, `{ast.unparse(statement)}` ({place}), which "
            f"`{shared_class.definition.qualname}` would serialize; `--serialize-values` allows it"
        )


def _find_store(
    definition: Definition, compatibilities: Sequence[MethodCompatibility], context: FixContext
) -> ast.stmt | None:
    """Where a class keeps what its called methods store in memory."""
    tree = context.tree(definition.path or "")
    node = find_definition(tree, definition.qualname)
    called = [each.name for each in compatibilities]
    return find_memory_store(tree, node, called) if isinstance(node, ast.ClassDef) else None


def _find_access_doubts(accessor: Variable, is_instance: bool, importer: str, context: FixContext) -> Iterator[Doubt]:
    """Whether the accessor returns the one instance whenever the file at `importer` calls it."""
    yield from accessor_ready.find_doubts(accessor, context, is_instance=is_instance)
    yield from accessor_binding.find_doubts(accessor, importer, context, is_instance=is_instance)
    model = recognise(accessor, context, is_instance=is_instance)
    yield from accessor_loading.find_doubts(accessor, model, importer, (importer,), context)
    for construction in model.constructions if isinstance(model, AccessorModel) else ():
        if construction.call.args or construction.call.keywords:
            location = f"{context.relative_path(construction.path)}:{construction.call.lineno}"
            yield Doubt(
                f"the shared instance is constructed with arguments: `{ast.unparse(construction.call)}` ({location})"
            )


def _find_loading_effects(
    duplicate: Duplicate, users: Sequence[DuplicateUser], accessor: Variable, context: FixContext
) -> Iterator[str]:
    """What else happens when the module of the duplicate is loaded, and what only it loads."""
    reasons: dict[str, None] = {}
    for user in users:
        file = context.analysis.file_context(user.path)
        if user.entry is not None and file is not None:
            new_modules = (context.module_name(accessor.path),)
            doubts = inert_module.find_doubts(user.entry.fact, new_modules, file, context)
            reasons |= dict.fromkeys(doubt.reason for doubt in doubts)
    effect = context.loading_effects.find(duplicate.path)
    if effect is not None and not reasons:
        place = f"{context.relative_path(effect.path)}:{effect.row}"
        reasons[f"`{context.module_name(duplicate.path)}` {effect.phrase} when it is imported ({place})"] = None
    yield from reasons
