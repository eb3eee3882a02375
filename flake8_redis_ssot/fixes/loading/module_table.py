"""Code that asks which modules are loaded: reads of `sys.modules` that do not name a module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import last_name
from flake8_redis_ssot.semantic.text_patterns import UNKNOWN

TABLE_PATTERN = rb"\.[ \t]*modules\b|\bfrom[ \t]+sys[ \t]+import\b[^\n]*\bmodules\b"


class TableRead(NamedTuple):
    """Code at `row` (1-based) that sees every loaded module whose name contains all `fragments`, in any case.

    With a `pattern`, a regular expression for the whole name, it sees only modules that match. If it is None, the name
    comes from elsewhere.
    """

    row: int
    fragments: tuple[str, ...] = ()
    pattern: str | None = UNKNOWN

    def may_see(self, module: str) -> bool:
        """Whether a module (dotted) may be seen, unless the name comes from elsewhere."""
        is_listed = all(each.lower() in module.lower() for each in self.fragments)
        return is_listed and bool(re.fullmatch(self.pattern or "", module))


def is_module_table(node: ast.AST, names: FileNames) -> bool:
    """Whether an expression is `sys.modules`."""
    if not isinstance(node, (ast.Attribute, ast.Name)) or last_name(node) != "modules":
        return False
    definition = names.resolve(node)
    return definition is not None and definition.name == "sys.modules"


def find_tables(names: FileNames) -> Iterator[ast.expr]:
    """The expressions of a file that read `sys.modules`."""
    for node in names.symbol_table.nodes:
        is_read = isinstance(node, (ast.Attribute, ast.Name)) and isinstance(node.ctx, ast.Load)
        if isinstance(node, ast.expr) and is_read and is_module_table(node, names):
            yield node
