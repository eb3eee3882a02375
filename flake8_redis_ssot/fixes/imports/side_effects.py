"""What a module does when it is loaded besides binding names: who no longer imports it may miss that."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.facts import Import
from flake8_redis_ssot.semantic.flow.control_flow import is_type_checking

# To say that one is old, or anything else, is what should end with the import.
_TELLING = frozenset({"warn", "warn_explicit", "debug", "info", "warning", "error", "exception", "getLogger"})
# Decorators of these modules keep no list of what they decorate.
_PLAIN = frozenset({"abc", "attr", "attrs", "contextlib", "dataclasses", "functools", "pytest", "typing"})
_PLAIN |= {"deprecated", "typing_extensions", "warnings"}


def effects(fact: Import, view: View, bench: Bench) -> Iterator[str]:
    """Why it may matter that a file no longer loads what `fact` imports. Raises OSError."""
    if fact.typing_only:
        return
    for path in _loaded(fact, view):
        row = _first_effect(bench.tree(path).body, _imported(bench.tree(path)))
        if row:
            yield f"`{bench.module(path)}` does more than define names when it is loaded (line {row})"


def _loaded(fact: Import, view: View) -> list[str]:
    """The file that an import loads."""
    homes = [home for home in view.homes([fact.origin]) if home.path is not None and not home.local]
    modules = [home.path for home in homes] or [view.project.path_of(fact.origin.partition(":")[0], view.path)]
    return [path for path in modules if path is not None]


def _imported(tree: ast.Module) -> dict[str, str]:
    """The names that the imports of a module bind at its top level, each with the first part of where it is from."""
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Import):
            tops = [(alias, alias.name.partition(".")[0]) for alias in node.names]
            found |= {alias.asname or top: top for alias, top in tops}
        elif isinstance(node, ast.ImportFrom):
            module = "." if node.level else (node.module or "").partition(".")[0]
            found |= {alias.asname or alias.name: module for alias in node.names}
    return found


def _first_effect(body: Sequence[ast.stmt], imported: dict[str, str]) -> int:
    """The row of the first statement that does something to others; 0 if there is none."""
    for statement in body:
        if isinstance(statement, ast.If) and (is_type_checking(statement.test) or _is_main(statement.test)):
            row = _first_effect(statement.orelse, imported)
        elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            row = next((each.lineno for each in statement.decorator_list if _registers(each, imported)), 0)
        else:
            row = statement.lineno if _is_effect(statement, imported) else _first_effect(_parts(statement), imported)
        if row:
            return row
    return 0


def _parts(statement: ast.stmt) -> list[ast.stmt]:
    """The statements directly in a compound one."""
    children = list(ast.iter_child_nodes(statement))
    arms = [child for child in children if isinstance(child, (ast.ExceptHandler, ast.match_case))]
    return [*(child for child in children if isinstance(child, ast.stmt)), *(part for arm in arms for part in arm.body)]


def _is_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def _is_effect(statement: ast.stmt, imported: dict[str, str]) -> bool:
    """A call whose result nobody keeps, or something that is set in what another module owns."""
    if isinstance(statement, ast.Expr):
        calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
        return bool(calls) and _last(calls[0].func) not in _TELLING
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    if isinstance(statement, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete)):
        places = [node for target in targets for node in ast.walk(target)]
        return any(
            isinstance(node, (ast.Attribute, ast.Subscript))
            and not isinstance(node.ctx, ast.Load)
            and _root(node) in imported
            for node in places
        )
    return False


def _registers(decorator: ast.expr, imported: dict[str, str]) -> bool:
    """Whether a decorator is one of the project or of a library that may keep what it decorates."""
    module = imported.get(_root(decorator))
    return module is not None and module not in _PLAIN


def _root(node: ast.expr) -> str:
    inner: ast.expr | None = node
    while inner is not None and not isinstance(inner, ast.Name):
        inner = getattr(inner, "value", None) or getattr(inner, "func", None)
    return inner.id if inner is not None else ""


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
