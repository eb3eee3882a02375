"""Side effects of loading a module, which are lost when it is no longer imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.ast_queries import last_name
from flake8_redis_ssot.semantic.facts import Import
from flake8_redis_ssot.semantic.flow.control_flow import is_type_checking

# Warnings and log messages should end with the import, so they do not count as effects.
_REPORTING_CALLS = frozenset({"warn", "warn_explicit", "debug", "info", "warning", "error", "exception", "getLogger"})
# Decorators of these modules do not register what they decorate.
_PURE_DECORATOR_MODULES = frozenset(
    {"abc", "attr", "attrs", "contextlib", "dataclasses", "functools", "pytest", "typing"}
)
_PURE_DECORATOR_MODULES |= {"deprecated", "typing_extensions", "warnings"}


def import_side_effects(fact: Import, file: FileContext, context: FixContext) -> Iterator[str]:
    """Why it may matter that a file no longer loads what `fact` imports. Raises OSError."""
    if fact.is_typing_only:
        return
    for path in _find_loaded_files(fact, file):
        row = _find_first_effect(context.tree(path).body, _map_imported_names(context.tree(path)))
        if row:
            yield f"`{context.module_name(path)}` does more than define names when it is loaded (line {row})"


def _find_loaded_files(fact: Import, file: FileContext) -> list[str]:
    """The files that an import loads."""
    paths = [definition.path for definition in file.resolve([fact.origin]) if definition.is_module] or [
        file.resolver.path_of(fact.origin.partition(":")[0], file.path)
    ]
    return [path for path in paths if path is not None]


def _map_imported_names(tree: ast.Module) -> dict[str, str]:
    """The names that module-level imports bind, each with the top-level package it is imported from."""
    root_by_name: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Import):
            alias_roots = [(alias, alias.name.partition(".")[0]) for alias in node.names]
            root_by_name |= {alias.asname or top: top for alias, top in alias_roots}
        elif isinstance(node, ast.ImportFrom):
            module = "." if node.level else (node.module or "").partition(".")[0]
            root_by_name |= {alias.asname or alias.name: module for alias in node.names}
    return root_by_name


def _find_first_effect(body: Sequence[ast.stmt], imported: dict[str, str]) -> int:
    """The row (1-based) of the first statement with an effect on other modules; 0 if there is none."""
    for statement in body:
        if isinstance(statement, ast.If) and (is_type_checking(statement.test) or _is_main_check(statement.test)):
            row = _find_first_effect(statement.orelse, imported)
        elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            row = next((each.lineno for each in statement.decorator_list if _may_register(each, imported)), 0)
        elif _has_side_effect(statement, imported):
            row = statement.lineno
        else:
            row = _find_first_effect(_child_statements(statement), imported)
        if row:
            return row
    return 0


def _child_statements(statement: ast.stmt) -> list[ast.stmt]:
    """The statements directly in a compound statement."""
    children = list(ast.iter_child_nodes(statement))
    branches = [child for child in children if isinstance(child, (ast.ExceptHandler, ast.match_case))]
    return [
        *(child for child in children if isinstance(child, ast.stmt)),
        *(child_statement for branch in branches for child_statement in branch.body),
    ]


def _is_main_check(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def _has_side_effect(statement: ast.stmt, imported: dict[str, str]) -> bool:
    """A call whose result is discarded, or an assignment into something imported."""
    if isinstance(statement, ast.Expr):
        calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
        return bool(calls) and last_name(calls[0].func) not in _REPORTING_CALLS
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    if isinstance(statement, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete)):
        nodes = [node for target in targets for node in ast.walk(target)]
        return any(
            isinstance(node, (ast.Attribute, ast.Subscript))
            and not isinstance(node.ctx, ast.Load)
            and _root_name(node) in imported
            for node in nodes
        )
    return False


def _may_register(decorator: ast.expr, imported: dict[str, str]) -> bool:
    """Whether a decorator of the project or of a library may register what it decorates."""
    module = imported.get(_root_name(decorator))
    return module is not None and module not in _PURE_DECORATOR_MODULES


def _root_name(node: ast.expr) -> str:
    inner: ast.expr | None = node
    while inner is not None and not isinstance(inner, ast.Name):
        inner = getattr(inner, "value", None) or getattr(inner, "func", None)
    return inner.id if inner is not None else ""
