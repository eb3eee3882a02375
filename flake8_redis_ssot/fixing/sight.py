"""Where an instance goes out of its file: module variables, attributes and functions that other files read."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator

from flake8_redis_ssot.fixing.bench import Bench
from flake8_redis_ssot.fixing.proofs import Doubt
from flake8_redis_ssot.fixing.uses import Uses
from flake8_redis_ssot.rule import View
from flake8_redis_ssot.search import AttributeUse


def out_of_sight(uses: Uses, tear_downs: frozenset[str], view: View, bench: Bench) -> Iterator[Doubt]:
    """What other files may do with the instance. Raises Unanswered."""
    for name in uses.shared:
        yield from _read_elsewhere(name, f"`{name}`", view, bench)
    for name in uses.stored:
        yield from _attribute_elsewhere(name, tear_downs, view, bench)
    for function in uses.returned:
        yield from _given_back(function, tear_downs, view, bench)


def _read_elsewhere(name: str, shown: str, view: View, bench: Bench) -> Iterator[Doubt]:
    readers = bench.readers(view.path, name)
    if readers:
        yield Doubt(f"{shown} is read in {_place(readers[0].path, readers[0].row, view)} as well{_more(len(readers))}")


def _attribute_elsewhere(name: str, tear_downs: frozenset[str], view: View, bench: Bench) -> Iterator[Doubt]:
    """Attributes have no owner that a search could see, so every one of the name counts, unless it is only used."""
    for path, uses in sorted(bench.attribute_uses(name).items()):
        risky = [use.row for use in uses if _is_risky(use, tear_downs)]
        if risky and path != view.path:
            yield Doubt(f"`.{name}` is read in {_place(path, risky[0], view)}, and what it does there cannot be seen")
            return


def _is_risky(use: AttributeUse, tear_downs: frozenset[str]) -> bool:
    """Whether a place may end the instance, change it or hand it on; one that binds the attribute anew does not."""
    return use.sets or use.member in tear_downs if use.member else not use.sets


def _given_back(function: ast.AST, tear_downs: frozenset[str], view: View, bench: Bench) -> Iterator[Doubt]:
    name = getattr(function, "name", "")
    decorators = {ast.unparse(decorator).partition("(")[0] for decorator in getattr(function, "decorator_list", ())}
    if any(decorator.endswith("fixture") for decorator in decorators):
        yield Doubt(f"what the tests do with the fixture `{name}` cannot be seen")
    elif _yields(function):
        yield Doubt(f"what is done with what `{name}` yields cannot be seen")
    elif name and bench.sheet(view.path).references.scope_of(function).kind == "class":
        yield from _attribute_elsewhere(name, tear_downs, view, bench)
    elif name and bench.sheet(view.path).references.scope_of(function).kind == "module":
        yield from _read_elsewhere(name, f"`{name}()`", view, bench)


def _yields(function: ast.AST) -> bool:
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in ast.walk(function))


def _place(path: str, row: int, view: View) -> str:
    return f"{os.path.relpath(path, view.root).replace(os.sep, '/')}:{row}"


def _more(count: int) -> str:
    return f" (and in {count - 1} more places)" if count > 1 else ""
