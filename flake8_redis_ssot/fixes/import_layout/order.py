"""The order of import statements: sections, and the order within one."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise, product

from flake8_redis_ssot.fixes.edits.statement_layout import module_text
from flake8_redis_ssot.fixes.import_layout.style import ImportStyle

ImportNode = ast.Import | ast.ImportFrom
OrderKey = Callable[[ImportNode], tuple[object, ...]]

FUTURE, STANDARD_LIBRARY, THIRD_PARTY, FIRST_PARTY, LOCAL = range(5)


def find_section(statement: ImportNode, path: str, style: ImportStyle) -> int:
    """The section of a statement in the file at `path` (absolute)."""
    module = module_text(statement) or statement.names[0].name
    top = module.partition(".")[0]
    if not top:
        return LOCAL
    if top == "__future__":
        return FUTURE
    for names, section in ((style.first_party, FIRST_PARTY), (style.third_party, THIRD_PARTY)):
        if any(module == name or module.startswith(f"{name}.") for name in names):
            return section
    if top in sys.stdlib_module_names:
        return STANDARD_LIBRARY
    is_own = top == _top_package(path) or any(_contains_module(root, top) for root in style.source_roots)
    return FIRST_PARTY if is_own else THIRD_PARTY


def _contains_module(root: str, top: str) -> bool:
    return os.path.isdir(os.path.join(root, top)) or os.path.isfile(os.path.join(root, f"{top}.py"))


def _top_package(path: str) -> str:
    """The outermost package that contains a file; empty if none does."""
    name, folder = "", os.path.dirname(path)
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, name = os.path.split(folder)
    return name


def top_name(statement: ImportNode) -> str:
    """The top-level package that a statement imports from; empty for a relative import."""
    return (module_text(statement) or statement.names[0].name).partition(".")[0]


def find_order(groups: Sequence[Sequence[ImportNode]], style: ImportStyle) -> OrderKey | None:
    """The first order in which each of the groups is sorted: that of the style, else a usual one; None if none is."""
    for is_flipped in product((False, True), repeat=3):
        key = _order_key(
            style.sorts_plain_and_from_together != is_flipped[0],
            style.is_case_sensitive != is_flipped[1],
            is_flipped[2],
            style.orders_by_type,
        )
        if all(key(before) <= key(after) for group in groups for before, after in pairwise(group)):
            return key
    return None


def _order_key(is_mixed: bool, is_case_sensitive: bool, is_nearest_first: bool, orders_by_type: bool) -> OrderKey:
    def key(statement: ImportNode) -> tuple[object, ...]:
        is_from = isinstance(statement, ast.ImportFrom)
        level = statement.level if isinstance(statement, ast.ImportFrom) else 0
        module = (statement.module or "") if isinstance(statement, ast.ImportFrom) else statement.names[0].name
        first = statement.names[0]
        name_key = (_name_rank(first.name, orders_by_type), _natural(first.name.lower())) if is_from else ()
        module_key = (
            level if is_nearest_first else -level,
            () if is_case_sensitive else _natural(module.lower()),
            _natural(module),
        )
        kind = (is_from,)
        return (*(module_key + kind if is_mixed else kind + module_key), name_key, first.asname or "")

    return key


def _name_rank(name: str, orders_by_type: bool) -> int:
    if name == "*":
        return -1
    if not orders_by_type:
        return 0
    return 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2


@lru_cache(maxsize=4096)  # each fix of a file sorts the same names
def _natural(text: str) -> tuple[tuple[str, int], ...]:
    """A key that sorts numbers by value."""
    return tuple((words, int(digits or 0)) for words, digits in re.findall(r"(\D*)(\d*)", text)[:-1])
