"""What around a place speaks against one shared instance there: tests, loops, event loops, processes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_redis_ssot.files.test_paths import is_test
from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.instances.call_site import Spot
from flake8_redis_ssot.fixes.instances.usage import Uses
from flake8_redis_ssot.fixes.instances.usage_check import Doubt
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.constructions import constructors
from flake8_redis_ssot.project.types.class_model import Interface
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.facts import Call
from flake8_redis_ssot.semantic.flow.frames import last_name
from flake8_redis_ssot.semantic.scopes import Scope
from flake8_redis_ssot.semantic.symbol_table import References
from flake8_redis_ssot.syntax.notebooks import ENDING

_FORKS = re.compile(r"\b(?:multiprocessing|ProcessPoolExecutor|os\.fork|billiard|gevent)\b")
_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def circumstances(spot: Spot, uses: Uses, shared: Interface | None, view: View, bench: Bench) -> Iterator[Doubt]:
    """Every reason that the place gives."""
    sheet = bench.sheet(view.path)
    if is_test(view.relative):
        yield Doubt("a test may need an instance of its own")
    if view.path.endswith(ENDING):
        yield Doubt("the cells of a notebook are run by hand, in any order and more than once")
    if shared is not None and shared.is_async:
        yield Doubt("a shared asynchronous instance belongs to one event loop")
    if _FORKS.search(sheet.text):
        yield Doubt("connections can't be shared with the processes that this file starts")
    yield from _several(spot, view, bench)
    yield from _in_turns(spot, sheet.references.ancestors(spot.whole))
    if uses.discarded:
        yield Doubt("the instance is thrown away: it may be made for its effects alone", Applicability.MANUAL)
    if spot.call is not None and _expects_failure(sheet.references.ancestors(spot.whole)):
        yield Doubt("making one is what is tested here", Applicability.MANUAL)


def _several(spot: Spot, view: View, bench: Bench) -> Iterator[Doubt]:
    """Who makes two instances side by side, in one body, may want them apart."""
    references = bench.sheet(view.path).references
    body = references.scope_of(references.statement_of(spot.whole))
    rows = sorted(node.lineno for node in _made_here(spot, view, bench) if _body_of(node, references) is body)
    if len(rows) > 1 and isinstance(spot.fact, Call) and not _is_lambda(spot.whole, references):
        places = list(dict.fromkeys(rows))
        several = ", ".join(map(str, places)) if len(places) > 1 else f"{rows[0]}, more than once"
        yield Doubt(
            f"several are made here (line{'s' * (len(places) > 1)} {several}), perhaps to be apart",
            Applicability.MANUAL,
        )


def _made_here(spot: Spot, view: View, bench: Bench) -> Iterator[ast.expr]:
    """All calls of the file that make one of the same resource."""
    sheet = bench.sheet(view.path)
    for call in view.facts.calls:
        if any(resource == spot.resource for _, resource in constructors(call.origins, view)):
            node = sheet.node(ast.Call, call.span)
            if node is not None and not _is_lambda(node, sheet.references):
                yield node


def _body_of(node: ast.expr, references: References) -> Scope | None:
    """The scope of the statement that a call is in; none for a default or a decorator, which stand by themselves."""
    statement = references.statement_of(node)
    alone = isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    return None if alone else references.scope_of(statement)


def _is_lambda(node: ast.expr, references: References) -> bool:
    return references.scope_of(node).kind == "lambda"


def _in_turns(spot: Spot, ancestors: Iterator[ast.AST]) -> Iterator[Doubt]:
    inner: ast.AST = spot.whole
    for node in ancestors:
        if isinstance(node, _FUNCTIONS):
            return
        if isinstance(node, _LOOPS) and inner is not getattr(node, "iter", None):
            yield Doubt("a loop makes one in each turn, perhaps to be apart", Applicability.MANUAL)
            return
        inner = node


def _expects_failure(ancestors: Iterator[ast.AST]) -> bool:
    return any(isinstance(node, (ast.With, ast.AsyncWith)) and expects(node) for node in ancestors)


def expects(node: ast.With | ast.AsyncWith) -> bool:
    """Whether a `with` statement waits for an exception or a warning, as `pytest.raises` and `assertWarns` do."""
    names = {_called(item.context_expr) for item in node.items}
    return not names.isdisjoint(
        {
            "raises",
            "warns",
            "deprecated_call",
            "assertRaises",
            "assertRaisesRegex",
            "assertWarns",
            "assertWarnsRegex",
            "catch_warnings",
            "assertLogs",
            "assertNoLogs",
        }
    )


def _called(node: ast.expr) -> str:
    return last_name(node.func if isinstance(node, ast.Call) else node)
