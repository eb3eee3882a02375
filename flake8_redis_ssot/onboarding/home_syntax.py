"""Questions about the syntax of modules and functions that may keep an instance."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from flake8_redis_ssot.project.loading.code_blocks import is_main_check
from flake8_redis_ssot.semantic.ast_queries import DEFINITIONS, FunctionNode, dotted_name

_CACHE_DECORATORS = frozenset({"alru_cache", "cache", "cache_resource", "cached", "lru_cache"})


def assignment(statement: ast.stmt) -> tuple[Sequence[ast.expr], ast.expr | None]:
    """The targets and the value of an assignment; nothing for other statements."""
    if isinstance(statement, ast.Assign):
        return statement.targets, statement.value
    if isinstance(statement, ast.AnnAssign):
        return [statement.target], statement.value
    return (), None


def iter_top_statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when a module is imported, without those of loops."""
    for statement in body:
        yield statement
        if isinstance(statement, (ast.If, ast.Try, ast.With)) and not (
            isinstance(statement, ast.If) and is_main_check(statement.test)
        ):
            yield from iter_top_statements(_blocks(statement))


def iter_statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """All statements of a function, without those of functions and classes in it."""
    for statement in body:
        yield statement
        if not isinstance(statement, DEFINITIONS):
            yield from iter_statements(_blocks(statement))


def _iter_all_statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        yield from _iter_all_statements(_blocks(statement))


def _blocks(statement: ast.stmt) -> Iterator[ast.stmt]:
    for field in ("body", "orelse", "finalbody"):
        yield from getattr(statement, field, ())
    for handler in getattr(statement, "handlers", ()):
        yield from handler.body


def find_returns(function: FunctionNode) -> list[ast.Return]:
    """The return statements of a function itself."""
    return [statement for statement in iter_statements(function.body) if isinstance(statement, ast.Return)]


def global_names(function: FunctionNode) -> set[str]:
    """The names that a function declares global."""
    return {name for each in iter_statements(function.body) if isinstance(each, ast.Global) for name in each.names}


def local_names(function: FunctionNode) -> set[str]:
    """The names that a function assigns and does not declare global."""
    targets = (target for each in iter_statements(function.body) for target in assignment(each)[0])
    return {target.id for target in targets if isinstance(target, ast.Name)} - global_names(function)


def decorator_names(node: FunctionNode) -> list[str]:
    """The last parts of the names of the decorators, called or not."""
    callees = (each.func if isinstance(each, ast.Call) else each for each in node.decorator_list)
    return [dotted_name(each).rpartition(".")[2] for each in callees]


def is_cached(function: FunctionNode) -> bool:
    """Whether a decorator caches what a function returns."""
    return not _CACHE_DECORATORS.isdisjoint(decorator_names(function))


def is_generator(function: FunctionNode) -> bool:
    """Whether a call of a function returns a generator instead of what it returns."""
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in ast.walk(function))


def has_required_parameters(function: FunctionNode, *, is_method: bool) -> bool:
    """Whether a call needs arguments: then the function keeps one instance for each, or creates."""
    arguments = function.args
    positional = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    is_bound = is_method and "staticmethod" not in decorator_names(function)
    return positional > is_bound or any(default is None for default in arguments.kw_defaults)


def text_of_arguments(call: ast.Call) -> str:
    """The arguments of a call, in a uniform layout."""
    return ", ".join(
        [*map(ast.unparse, call.args), *(f"{each.arg}={ast.unparse(each.value)}" for each in call.keywords)]
    )


def imported_names(tree: ast.Module, package: str) -> Iterator[tuple[str, str]]:
    """The names that imports bind, each with the dotted name of what it means."""
    for node in _iter_all_statements(tree.body):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield (alias.asname, alias.name) if alias.asname else (alias.name.partition(".")[0],) * 2
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join(filter(None, (*parents, node.module)))
            yield from ((alias.asname or alias.name, f"{base}.{alias.name}") for alias in node.names)
