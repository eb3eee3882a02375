"""Who imports a module, or names it in a string."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.semantic.flow.evaluator import resolve_relative_module


def is_imported(path: str, context: FixContext, own_imports: Mapping[str, ast.stmt] = {}) -> bool:
    """Whether a file of the project imports the module at `path` or names it in a string.

    `own_imports` are statements that do not count if they import a single name, by the paths of their files.
    """
    return _is_named_in_strings(path, context) or any(
        _has_other_imports(each, own_imports, path, context) for each in context.references.find_files_naming(path)
    )


def _has_other_imports(file: str, own_imports: Mapping[str, ast.stmt], path: str, context: FixContext) -> bool:
    """Whether a file imports a module (at `path`), or more from it than by its `own_imports` statement."""
    module, package = context.module_name(path), package_name(file, context.resolver.modules.roots)
    for statement in context.document(file).imports if file != path else ():
        base = ""
        if isinstance(statement, ast.ImportFrom):
            base = statement.module or ""
            base = resolve_relative_module(package, statement.level, base) or "" if statement.level else base
        if base and context.resolver.module_name(base, file) == module:
            if statement is not own_imports.get(file) or len(statement.names) > 1:
                return True
        elif any(
            context.resolver.module_name(f"{base}.{each.name}".strip("."), file) == module for each in statement.names
        ):
            return True
    return False


def _is_named_in_strings(path: str, context: FixContext) -> bool:
    """Whether any string of the project names the module."""
    module_string = re.compile(rb"[\"']" + re.escape(context.module_name(path).encode()) + rb"[\"'.:]")
    return any(
        module_string.search(context.references.code_bytes(file)) for file in context.references.find_files_naming(path)
    )
