"""Where an instance goes out of its file: module variables, attributes and functions that other files read."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.instances.usage import Uses
from flake8_redis_ssot.fixes.instances.usage_check import Doubt
from flake8_redis_ssot.fixes.patches.patch import shown
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.view import View


def out_of_sight(uses: Uses, tear_downs: frozenset[str], view: View, bench: Bench) -> Iterator[Doubt]:
    """What other files may do with the instance. Raises Unanswered."""
    for name in uses.shared:
        yield from _read_elsewhere(name, f"`{name}`", view, bench)
    for name in uses.stored:
        yield from _attribute_elsewhere(name, tear_downs, view, bench)
    for function in uses.returned:
        yield from _given_back(function, tear_downs, view, bench)


def _read_elsewhere(name: str, what: str, view: View, bench: Bench) -> Iterator[Doubt]:
    readers = bench.readers(view.path, name)
    if readers:
        place = shown(readers[0].path, readers[0].row, view)
        yield Doubt(f"{what} is read in {place} as well{_more(len(readers))}", seen=False)


def _attribute_elsewhere(name: str, tear_downs: frozenset[str], view: View, bench: Bench) -> Iterator[Doubt]:
    """Attributes have no owner that a search could see, so every one of the name counts, unless it is only used."""
    for path, uses in sorted(bench.attribute_uses(name).items()):
        if path == view.path:
            continue
        ended = next((use for use in uses if use.member and (use.sets or use.member in tear_downs)), None)
        if ended is not None:
            place, what = shown(path, ended.row, view), "sets" if ended.sets else "calls"
            worst = Applicability.MANUAL if bench.imports(path, view.path) else Applicability.UNSAFE
            yield Doubt(f"{place} {what} `.{name}.{ended.member}`, perhaps on this one", worst, seen=False)
            return
        handed = next((use for use in uses if not use.member and not use.sets), None)
        if handed is not None:
            place = shown(path, handed.row, view)
            yield Doubt(f"`.{name}` is read in {place}, and what it does there cannot be seen", seen=False)
            return


# They leave what a function gives back as it is, or keep it; who calls it can be seen all the same.
_PLAIN_DECORATORS = frozenset(
    {
        *("property", "cached_property", "lru_cache", "cache", "staticmethod", "classmethod", "contextmanager"),
        *("asynccontextmanager", "abstractmethod", "override", "overload", "final", "wraps", "deprecated"),
    }
)


def _given_back(function: ast.AST, tear_downs: frozenset[str], view: View, bench: Bench) -> Iterator[Doubt]:
    name, kind = getattr(function, "name", ""), bench.sheet(view.path).references.scope_of(function).kind
    named = [ast.unparse(decorator).partition("(")[0] for decorator in getattr(function, "decorator_list", ())]
    strange = [decorator for decorator in named if decorator.rpartition(".")[2] not in _PLAIN_DECORATORS]
    if any(decorator.endswith("fixture") for decorator in strange):
        yield Doubt(f"what the tests do with the fixture `{name}` cannot be seen", seen=False)
    elif strange:
        yield Doubt(f"what `@{strange[0]}` makes of `{name}`, and who calls it, cannot be seen", seen=False)
    elif _yields(function):
        yield Doubt(f"what is done with what `{name}` yields cannot be seen", seen=False)
    elif name.startswith("__") and name.endswith("__"):
        yield Doubt(f"who gets what `{name}` gives back cannot be seen", seen=False)
    elif name and kind == "class":
        yield from _attribute_elsewhere(name, tear_downs, view, bench)
    elif name and kind == "module":
        yield from _read_elsewhere(name, f"`{name}()`", view, bench)


def _yields(function: ast.AST) -> bool:
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in ast.walk(function))


def _more(count: int) -> str:
    return f" (and in {count - 1} more places)" if count > 1 else ""
