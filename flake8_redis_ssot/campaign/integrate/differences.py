"""What programs may do otherwise once a duplicate is replaced."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_redis_ssot.campaign.integrate.adapter_parameters import matched_names
from flake8_redis_ssot.campaign.integrate.compatibility import MethodCompatibility, SharedClass
from flake8_redis_ssot.campaign.integrate.duplicates import Duplicate, DuplicateUser
from flake8_redis_ssot.fixes.accessors.model import AccessorModel, Variable
from flake8_redis_ssot.fixes.accessors.recognition import recognise
from flake8_redis_ssot.fixes.conditions import accessor_binding, accessor_loading, accessor_ready, same_methods
from flake8_redis_ssot.fixes.conditions.same_methods import ComparedMethod
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt, find_deciding
from flake8_redis_ssot.fixes.imports.side_effects import import_side_effects
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.semantic.ast_queries import FunctionNode
from flake8_redis_ssot.semantic.module_exports import is_dunder_all_assignment


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
    yield from _find_loading_effects(duplicate, users, context)


def _find_access_doubts(accessor: Variable, is_instance: bool, importer: str, context: FixContext) -> Iterator[Doubt]:
    """Whether the accessor returns the one instance whenever the file at `importer` calls it."""
    yield from accessor_ready.find_doubts(accessor, context, is_instance=is_instance)
    yield from accessor_binding.find_doubts(accessor, importer, context, is_instance=is_instance)
    yield from accessor_loading.find_doubts(accessor.path, importer, context)
    model = recognise(accessor, context, is_instance=is_instance)
    for construction in model.constructions if isinstance(model, AccessorModel) else ():
        if construction.call.args or construction.call.keywords:
            location = f"{context.relative_path(construction.path)}:{construction.call.lineno}"
            yield Doubt(
                f"the shared instance is constructed with arguments: `{ast.unparse(construction.call)}` ({location})"
            )


def _find_loading_effects(duplicate: Duplicate, users: Sequence[DuplicateUser], context: FixContext) -> Iterator[str]:
    """What else happens when the module of the duplicate is loaded."""
    effects: dict[str, None] = {}
    for user in users:
        file = context.analysis.file_context(user.path)
        if user.entry is not None and file is not None:
            effects |= dict.fromkeys(import_side_effects(user.entry.fact, file, context))
    own_effects = (each for each in context.tree(duplicate.path).body if not _is_inert(each, duplicate.path, context))
    for statement in own_effects if not effects else ():
        location = f"{context.relative_path(duplicate.path)}:{statement.lineno}"
        effects[f"{location} runs `{ast.unparse(statement).splitlines()[0]}` when the module is loaded"] = None
    yield from effects


def _is_inert(statement: ast.stmt, path: str, context: FixContext) -> bool:
    """Whether a statement of a module only binds names to constants, functions, plain classes and other modules."""
    if isinstance(statement, FunctionNode):
        defaults = [*statement.args.defaults, *filter(None, statement.args.kw_defaults)]
        return not statement.decorator_list and all(isinstance(each, ast.Constant) for each in defaults)
    if isinstance(statement, ast.ClassDef):
        is_plain = not (statement.decorator_list or statement.bases or statement.keywords)
        return is_plain and all(_is_inert(each, path, context) for each in statement.body)
    if isinstance(statement, ast.Assign):
        return isinstance(statement.value, ast.Constant) and all(
            isinstance(each, ast.Name) for each in statement.targets
        )
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return not _imports_project(statement, path, context)
    return isinstance(statement, ast.Pass) or is_dunder_all_assignment(statement)


def _imports_project(statement: ast.Import | ast.ImportFrom, path: str, context: FixContext) -> bool:
    """Whether a module of the project is imported: whatever that does when it is loaded."""
    if isinstance(statement, ast.Import):
        modules = [alias.name for alias in statement.names]
    else:
        modules = [statement.module or ""] if not statement.level else []
    return not modules or any(context.resolver.path_of(module, path) is not None for module in modules)
