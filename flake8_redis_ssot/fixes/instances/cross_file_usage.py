"""Where an instance goes out of its file: module variables, attributes and functions that other files read."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.instances.usage_check import Doubt
from flake8_redis_ssot.fixes.patches.patch import format_path_and_row
from flake8_redis_ssot.fixes.usage.observations import ModuleVariable, Returned, StoredAttribute, ValueUses
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.project.view import FileContext


def find_cross_file_doubts(
    uses: ValueUses, teardown_methods: frozenset[str], file: FileContext, context: FixContext
) -> Iterator[Doubt]:
    """What other files may do with the instance. Raises Unanswered."""
    for (name,) in uses.of_type(ModuleVariable):
        yield from _find_reader_doubts(name, f"`{name}`", file, context)
    for (name,) in uses.of_type(StoredAttribute):
        yield from _find_attribute_doubts(name, teardown_methods, file, context)
    for function, _ in uses.of_type(Returned):
        yield from _find_return_doubts(function, teardown_methods, file, context)


def _find_reader_doubts(name: str, expression: str, file: FileContext, context: FixContext) -> Iterator[Doubt]:
    readers = context.find_readers(file.path, name)
    if readers:
        location = format_path_and_row(readers[0].path, readers[0].row, file)
        yield Doubt(f"{expression} is read in {location} as well{_format_more(len(readers))}", is_tracked=False)


def _find_attribute_doubts(
    name: str, teardown_methods: frozenset[str], file: FileContext, context: FixContext
) -> Iterator[Doubt]:
    """Attributes have no owner that a search could see, so every one of the name counts, unless it is only used."""
    for path, uses in sorted(context.attribute_uses(name).items()):
        if path == file.path:
            continue
        harmful_use = next(
            (use for use in uses if use.member and (use.is_write or use.member in teardown_methods)), None
        )
        if harmful_use is not None:
            location, action = (
                format_path_and_row(path, harmful_use.row, file),
                "sets" if harmful_use.is_write else "calls",
            )
            applicability = Applicability.MANUAL if context.has_import(path, file.path) else Applicability.UNSAFE
            yield Doubt(
                f"{location} {action} `.{name}.{harmful_use.member}`, perhaps on this one",
                applicability,
                is_tracked=False,
            )
            return
        plain_read = next((use for use in uses if not use.member and not use.is_write), None)
        if plain_read is not None:
            location = format_path_and_row(path, plain_read.row, file)
            yield Doubt(f"`.{name}` is read in {location}, and what it does there cannot be seen", is_tracked=False)
            return


# They leave what a function gives back as it is, or keep it; who calls it can be seen all the same.
_TRANSPARENT_DECORATORS = frozenset(
    {
        *("property", "cached_property", "lru_cache", "cache", "staticmethod", "classmethod", "contextmanager"),
        *("asynccontextmanager", "abstractmethod", "override", "overload", "final", "wraps", "deprecated"),
    }
)


def _find_return_doubts(
    function: ast.AST, teardown_methods: frozenset[str], file: FileContext, context: FixContext
) -> Iterator[Doubt]:
    name, kind = getattr(function, "name", ""), context.document(file.path).symbol_table.scope_of(function).kind
    decorators = [ast.unparse(decorator).partition("(")[0] for decorator in getattr(function, "decorator_list", ())]
    unknown_decorators = [
        decorator for decorator in decorators if decorator.rpartition(".")[2] not in _TRANSPARENT_DECORATORS
    ]
    if any(decorator.endswith("fixture") for decorator in unknown_decorators):
        yield Doubt(f"what the tests do with the fixture `{name}` cannot be seen", is_tracked=False)
    elif unknown_decorators:
        yield Doubt(
            f"what `@{unknown_decorators[0]}` makes of `{name}`, and who calls it, cannot be seen", is_tracked=False
        )
    elif _is_generator(function):
        yield Doubt(f"what is done with what `{name}` yields cannot be seen", is_tracked=False)
    elif name.startswith("__") and name.endswith("__"):
        yield Doubt(f"who gets what `{name}` gives back cannot be seen", is_tracked=False)
    elif name and kind == "class":
        yield from _find_attribute_doubts(name, teardown_methods, file, context)
    elif name and kind == "module":
        yield from _find_reader_doubts(name, f"`{name}()`", file, context)


def _is_generator(function: ast.AST) -> bool:
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in ast.walk(function))


def _format_more(count: int) -> str:
    return f" (and in {count - 1} more places)" if count > 1 else ""
