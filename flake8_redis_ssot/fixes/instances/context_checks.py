"""Doubts about a shared instance that the surroundings raise: tests, loops, event loops, processes."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import compress
from typing import NamedTuple

from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt, list_rows
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite
from flake8_redis_ssot.fixes.instances.exclusive_branches import Position, exclusive_ranges, is_in_loop
from flake8_redis_ssot.fixes.usage.observations import DerivedValue, Discarded, MemberUse, ValueUses
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.constructions import find_constructors
from flake8_redis_ssot.project.types.class_model import ClassMembers
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.ast_queries import last_name
from flake8_redis_ssot.semantic.facts import Call
from flake8_redis_ssot.semantic.scopes import Scope
from flake8_redis_ssot.semantic.symbol_table import SymbolTable
from flake8_redis_ssot.syntax.notebooks import NOTEBOOK_SUFFIX

_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
# Context managers that expect an exception, a warning or a log message.
_EXPECTATIONS = frozenset(
    {
        *("raises", "warns", "deprecated_call", "catch_warnings", "assertRaises", "assertRaisesRegex"),
        *("assertWarns", "assertWarnsRegex", "assertLogs", "assertNoLogs"),
    }
)


def find_context_doubts(
    construction: ConstructionSite,
    uses: ValueUses,
    shared_members: ClassMembers | None,
    file: FileContext,
    context: FixContext,
) -> Iterator[Doubt]:
    """All doubts that the surroundings of a construction raise."""
    document = context.document(file.path)
    if is_test_path(file.relative_path):
        yield Doubt("the code is in a test, which may need an instance of its own")
    if file.path.endswith(NOTEBOOK_SUFFIX):
        yield Doubt("the cells of a notebook can be run in any order and more than once")
    yield from _check_event_loop(construction, shared_members)
    is_only_called = _is_only_called(uses)
    if not (is_only_called and _is_called_at_once(construction, document.symbol_table)):
        yield from _check_multiple_instances(construction, file, context)
    yield from _check_loop(construction, document.symbol_table, is_separate=file.is_test or not is_only_called)
    if uses.of_type(Discarded):
        yield Doubt(
            "the instance is not used: it may be constructed for what the constructor does", Applicability.MANUAL
        )
    if construction.call is not None and _is_error_expected(document.symbol_table.ancestors(construction.expression)):
        yield Doubt("the construction is expected to fail or warn", Applicability.MANUAL)


def _check_event_loop(construction: ConstructionSite, shared_members: ClassMembers | None) -> Iterator[Doubt]:
    """An asynchronous instance belongs to one event loop, unless the configuration says that several can use it."""
    if construction.resource.shared_across_event_loops:
        return
    dotted = construction.definition.name
    if shared_members is not None and shared_members.is_async:
        name = shared_members.name.rpartition(".")[2]
    elif construction.definition.path is None and ".asyncio." in dotted:
        name = dotted
    else:
        return
    yield Doubt(f"`{name}` is asynchronous, and a shared one belongs to one event loop")


def _is_only_called(uses: ValueUses) -> bool:
    """Whether only methods of the instance are called: a loop is then like a function that is called repeatedly."""
    return all(
        (isinstance(each, MemberUse) and each.kind == "call") or (isinstance(each, DerivedValue) and each.is_call)
        for each in uses.observations
    )


def _is_called_at_once(construction: ConstructionSite, symbol_table: SymbolTable) -> bool:
    """Whether a method of the instance is called where it is constructed: no variable holds it beside another one."""
    parent = symbol_table.parent(construction.expression)
    return isinstance(parent, ast.Attribute) and symbol_table.call_of(parent) is not None


def _check_multiple_instances(
    construction: ConstructionSite, file: FileContext, context: FixContext
) -> Iterator[Doubt]:
    """Code that creates two instances in one scope may need both, unless only one of them is created."""
    symbol_table = context.document(file.path).symbol_table
    own = construction.expression
    scope = symbol_table.scope_of(symbol_table.statement_of(own))
    nodes = context.remember(
        ("constructions", file.path, construction.resource.name),
        lambda: _group_by_scope(construction, file, context),
    ).get(scope, _NO_CONSTRUCTIONS)
    rows = nodes.rows_without(exclusive_ranges(own, symbol_table))
    if len(rows) > 1 and isinstance(construction.fact, Call) and not _is_in_lambda(own, symbol_table):
        distinct_rows = list(dict.fromkeys(rows))
        row_list = list_rows(distinct_rows) if len(distinct_rows) > 1 else f"{rows[0]}, more than once"
        yield Doubt(
            f"several instances are constructed here (line{'s' * (len(distinct_rows) > 1)} {row_list}), perhaps to be "
            "separate",
            Applicability.MANUAL,
        )


class _Constructions(NamedTuple):
    """The constructions in one scope, in order: their positions, their rows, and whether each is in a loop (1 or 0)."""

    positions: list[Position]
    rows: list[int]
    is_in_loop: bytearray

    def rows_without(self, ranges: Iterable[tuple[Position, Position]]) -> list[int]:
        """The rows of the constructions outside of some parts of the text, and of those in loops."""
        is_kept = bytearray(b"\1" * len(self.positions))
        for start, end in ranges:
            first, last = bisect_left(self.positions, start), bisect_left(self.positions, end)
            is_kept[first:last] = self.is_in_loop[first:last]
        return list(compress(self.rows, is_kept))


_NO_CONSTRUCTIONS = _Constructions([], [], bytearray())


def _group_by_scope(
    construction: ConstructionSite, file: FileContext, context: FixContext
) -> dict[Scope | None, _Constructions]:
    """All constructions of the same resource in a file, by scope."""
    symbol_table = context.symbol_table(file.path)
    nodes: dict[Scope | None, _Constructions] = {}
    found = _find_constructions(construction, file, context)
    for node in sorted(found, key=lambda each: (each.lineno, each.col_offset)):
        scope = _statement_scope(node, symbol_table)
        constructions = nodes.setdefault(scope, _Constructions([], [], bytearray()))
        constructions.positions.append((node.lineno, node.col_offset))
        constructions.rows.append(node.lineno)
        constructions.is_in_loop.append(is_in_loop(node, symbol_table))
    return nodes


def _find_constructions(construction: ConstructionSite, file: FileContext, context: FixContext) -> Iterator[ast.expr]:
    """All calls of the file that construct the same resource."""
    document = context.document(file.path)
    for call in file.facts.calls:
        if any(resource == construction.resource for _, resource in find_constructors(call.origins, file)):
            node = document.find_node(ast.Call, call.span)
            if node is not None and not _is_in_lambda(node, document.symbol_table):
                yield node


def _statement_scope(node: ast.expr, symbol_table: SymbolTable) -> Scope | None:
    """The scope of the statement around a call; None for a default or a decorator, which count separately."""
    statement = symbol_table.statement_of(node)
    is_definition = isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    return None if is_definition else symbol_table.scope_of(statement)


def _is_in_lambda(node: ast.expr, symbol_table: SymbolTable) -> bool:
    return symbol_table.scope_of(node).kind == "lambda"


def _check_loop(construction: ConstructionSite, symbol_table: SymbolTable, *, is_separate: bool) -> Iterator[Doubt]:
    """Instances that a loop constructs may have to be separate, if they are kept or replace one that failed."""
    child: ast.AST = construction.expression
    for node in symbol_table.ancestors(child):
        if isinstance(node, _FUNCTIONS):
            return
        is_separate = is_separate or (isinstance(node, ast.Try) and bool(node.handlers))
        if is_separate and isinstance(node, _LOOPS) and child is not getattr(node, "iter", None):
            yield Doubt("a loop constructs one in each iteration, perhaps to be separate", Applicability.MANUAL)
            return
        child = node


def _is_error_expected(ancestors: Iterator[ast.AST]) -> bool:
    return any(isinstance(node, (ast.With, ast.AsyncWith)) and is_expecting_error(node) for node in ancestors)


def is_expecting_error(node: ast.With | ast.AsyncWith) -> bool:
    """Whether a `with` statement expects an exception or a warning, as `pytest.raises` does."""
    return not _EXPECTATIONS.isdisjoint(_called_name(item.context_expr) for item in node.items)


def _called_name(node: ast.expr) -> str:
    return last_name(node.func if isinstance(node, ast.Call) else node)
