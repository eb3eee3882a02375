"""Modules that had nothing but a factory, once that is deleted."""

from __future__ import annotations

import ast
import os
from itertools import dropwhile

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.factories.file_mentions import is_counted_on
from flake8_redis_ssot.fixes.imports.importers import is_imported
from flake8_redis_ssot.semantic.module_exports import is_dunder_all_assignment
from flake8_redis_ssot.syntax.source import split_lines

# Python, or pytest, loads these without an import.
_LOADED_BY_NAME = frozenset({"__init__", "__main__", "conftest", "setup"})


def is_removable(path: str, context: FixContext) -> bool:
    """Whether a file (absolute path) contains only a docstring, imports and `__all__`, and nobody counts on it.

    Comments below its first lines are kept, and so is the file.
    """
    if os.path.splitext(os.path.basename(path))[0] in _LOADED_BY_NAME or not path.endswith(".py"):
        return False
    document = context.document(path)
    if document.unanalysed_ranges or not all(map(_is_empty, document.tree.body)):
        return False
    below_head = dropwhile(lambda line: line.startswith("#"), split_lines(document.text))
    is_commented = any(line.lstrip().startswith("#") for line in below_head)
    return not is_commented and not is_imported(path, context) and not is_counted_on(path, context)


def _is_empty(statement: ast.stmt) -> bool:
    is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return is_text or isinstance(statement, (ast.Import, ast.ImportFrom)) or is_dunder_all_assignment(statement)
