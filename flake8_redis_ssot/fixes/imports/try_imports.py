"""Imports in `try`: once `try: import new` and `except ImportError: import old` are the same, keep one."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.draft import FixDraft, ReplaceText
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError, absolute_module
from flake8_redis_ssot.fixes.imports.import_node import ImportedName
from flake8_redis_ssot.fixes.imports.relocation import Relocation
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.ast_queries import last_name
from flake8_redis_ssot.semantic.scopes import Symbol
from flake8_redis_ssot.syntax.edits import TextEdit

# `except*` was added in Python 3.11.
_TRY_TYPES: tuple[type[ast.Try], ...] = (ast.Try, *filter(None, [getattr(ast, "TryStar", None)]))
_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException", ""})


def is_in_try(statement: ast.stmt, document: SourceDocument) -> bool:
    """Whether a failure of the statement is handled, so that it must not be removed."""
    child: ast.AST = statement
    for ancestor in document.symbol_table.ancestors(statement):
        if (
            isinstance(ancestor, _TRY_TYPES)
            and child in ancestor.body
            and any(map(_catches_import_error, ancestor.handlers))
        ):
            return True
        if isinstance(ancestor, (ast.With, ast.AsyncWith)) and any(map(_suppresses_import_error, ancestor.items)):
            return True
        if isinstance(ancestor, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return False
        child = ancestor
    return False


def _catches_import_error(handler: ast.ExceptHandler) -> bool:
    return _has_import_error(handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type])


def _suppresses_import_error(item: ast.withitem) -> bool:
    """Whether it is `suppress(ImportError)`."""
    call = item.context_expr
    return isinstance(call, ast.Call) and last_name(call.func) == "suppress" and _has_import_error(call.args)


def _has_import_error(exception_types: Iterable[ast.expr | None]) -> bool:
    return not _IMPORT_ERRORS.isdisjoint(last_name(each) for each in exception_types if each is not None)


def collapse_try_imports(
    imported_name: ImportedName, symbol: Symbol, relocation: Relocation, file: FileContext, context: FixContext
) -> FixDraft | None:
    """One import for two equal branches; None if there is no such pair. Raises NotFixableError."""
    document = context.document(file.path)
    statement, other_import = _find_pair(imported_name.statement, document)
    if statement is None or other_import is None or not _is_same_import(other_import, relocation, symbol.name, file):
        return None
    if len(imported_name.statement.names) > 1 or len(other_import.names) > 1:
        raise NotFixableError("both arms of the `try` would import the same, and one of them imports more")
    edit = _build_edit(statement, other_import, document)
    reason = "the `try` tests whether the import fails, and would no longer do so"
    title = f"Import `{relocation.new_name}` once: both branches of the `try` would be the same"
    return FixDraft(title, (ReplaceText(file.path, edit),)).with_reasons([reason])


def find_same_import_reasons(
    imported_name: ImportedName, symbol: Symbol, relocation: Relocation, file: FileContext, context: FixContext
) -> Iterator[str]:
    """A reason if another branch of the `try` would import the same as the redirected import."""
    document = context.document(file.path)
    for ancestor in document.symbol_table.ancestors(imported_name.statement):
        if isinstance(ancestor, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return
        for other_import in (
            _find_other_imports(ancestor, imported_name.statement) if isinstance(ancestor, _TRY_TYPES) else ()
        ):
            if _is_same_import(other_import, relocation, symbol.name, file):
                yield f"the other arm of the `try` would import the same (line {other_import.lineno})"
                return


def _find_other_imports(statement: ast.Try, own_statement: ast.stmt) -> Iterator[ast.ImportFrom]:
    """The imports in the branches of a `try` that do not contain `own_statement`."""
    for branch in (statement.body, *(handler.body for handler in statement.handlers)):
        nodes = [node for part in branch for node in ast.walk(part)]
        if own_statement not in nodes:
            yield from (node for node in nodes if isinstance(node, ast.ImportFrom))


def _find_pair(statement: ast.stmt, document: SourceDocument) -> tuple[ast.Try | None, ast.ImportFrom | None]:
    """The `try` statement that consists of two imports, and the other one of them."""
    parent = document.symbol_table.parent(statement)
    if isinstance(parent, ast.ExceptHandler):
        parent = document.symbol_table.parent(parent)
    if not isinstance(parent, _TRY_TYPES) or len(parent.handlers) != 1 or parent.orelse or parent.finalbody:
        return None, None
    branches = [parent.body, parent.handlers[0].body]
    others = [branch[0] for branch in branches if len(branch) == 1 and branch[0] is not statement]
    if any(len(branch) != 1 for branch in branches) or not isinstance(others[0], ast.ImportFrom):
        return None, None
    return parent, others[0]


def _is_same_import(other_import: ast.ImportFrom, relocation: Relocation, local_name: str, file: FileContext) -> bool:
    module = absolute_module(other_import, file.package)
    return any(
        (alias.asname or alias.name) == local_name
        and file.resolve([f"{module}:{alias.name}"]) == file.resolve([f"{relocation.new_module}:{relocation.new_name}"])
        and file.resolver.path_of(module, file.path) == file.resolver.path_of(relocation.new_module, file.path)
        for alias in other_import.names
    )


def _build_edit(statement: ast.Try, other_import: ast.ImportFrom, document: SourceDocument) -> TextEdit:
    """Replace the whole `try` by its import; comments of the removed code go below it."""
    text = document.text
    start, end = document.offsets_of(statement)
    first, last = document.offsets_of(other_import)
    line_end, import_end = _end_of_line(text, end), _end_of_line(text, last)
    indent = text[document.lines.offset(statement.lineno, 0) : start]
    removed_parts = (text[start:first], text[import_end:line_end])
    newline = "\r" if "\r" in text and "\n" not in text else "\r\n" if "\r\n" in text else "\n"
    comments = [line[line.index("#") :].rstrip() for part in removed_parts for line in part.splitlines() if "#" in line]
    kept_text = text[first:import_end].rstrip()
    return TextEdit(start, line_end, newline.join([kept_text, *(indent + comment for comment in comments)]))


def _end_of_line(text: str, offset: int) -> int:
    ends = [end for end in (text.find("\n", offset), text.find("\r", offset)) if end >= 0]
    return min(ends, default=len(text))
