"""What programs may do otherwise once a duplicate is replaced."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_redis_ssot.campaign.integrate.adapter_parameters import matched_names
from flake8_redis_ssot.campaign.integrate.compatibility import MethodCompatibility, SharedClass
from flake8_redis_ssot.campaign.integrate.duplicates import Duplicate, DuplicateUser
from flake8_redis_ssot.fixes.conditions import same_methods
from flake8_redis_ssot.fixes.conditions.same_methods import ComparedMethod
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import find_deciding
from flake8_redis_ssot.fixes.imports.side_effects import import_side_effects
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.semantic.ast_queries import FunctionNode
from flake8_redis_ssot.semantic.module_exports import is_dunder_all_assignment
from flake8_redis_ssot.semantic.symbol_table import SymbolTable


def own_definition(duplicate: Duplicate, context: FixContext) -> Definition:
    """The definition of a duplicate."""
    return Definition(f"{context.module_name(duplicate.path)}.{duplicate.name}", duplicate.path, duplicate.qualname)


def find_differences(
    duplicate: Duplicate,
    users: Sequence[DuplicateUser],
    shared_class: SharedClass,
    accessor: str,
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
    doubts = same_methods.find_doubts(own, shared_class.definition, methods, context)
    yield from (doubt.reason for doubt in find_deciding(doubts))
    yield from _explain_unready_accessor(accessor, duplicate.path, context)
    yield from _find_loading_effects(duplicate, users, context)


def _explain_unready_accessor(accessor: str, importer: str, context: FixContext) -> Iterator[str]:
    """Whether the accessor (a dotted name) may return anything but a name that is bound once, to a construction."""
    module, _, name = context.resolver.to_origin(accessor).partition(":")
    symbol_table = context.symbol_table(context.resolver.path_of(module, importer) or importer)
    binding = _only_binding(name, symbol_table)
    if isinstance(binding, FunctionNode) and not binding.decorator_list:
        *others, last = binding.body
        is_plain = all(isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant) for each in others)
        returned = last.value if isinstance(last, ast.Return) and is_plain else None
        binding = _only_binding(returned.id, symbol_table) if isinstance(returned, ast.Name) else None
    value = getattr(symbol_table.parent(binding), "value", None) if isinstance(binding, ast.Name) else None
    if not isinstance(value, ast.Call):
        yield f"`{accessor}` does not only return a name that is bound once, to the result of a call"


def _only_binding(name: str, symbol_table: SymbolTable) -> ast.AST | None:
    """The node that binds a module-level name, if it is the only one, and runs whenever the module is loaded."""
    symbol = symbol_table.find_symbol(symbol_table.module_scope, name)
    if symbol is None or len(symbol.bindings) != 1 or symbol.has_inner_declaration:
        return None
    binding = symbol.bindings[0]
    return binding.node if symbol_table.parent(binding.statement) is symbol_table.module_scope.node else None


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
