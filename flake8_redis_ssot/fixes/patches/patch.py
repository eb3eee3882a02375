"""A single patch: its location, its arguments, and the edit of its target string."""

from __future__ import annotations

import ast

from flake8_redis_ssot.files.paths import to_relative_path
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.draft import ReplaceText
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError, absolute_module
from flake8_redis_ssot.model import Span
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.project.search.reference_table import PatchTarget
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.ast_queries import last_name
from flake8_redis_ssot.syntax.edits import TextEdit
from flake8_redis_ssot.syntax.string_literals import edit_string

# Arguments that give the mock the spec of the original.
_SPEC_KEYWORDS = frozenset({"autospec", "spec", "spec_set"})
# Arguments that do not provide a replacement.
_NEUTRAL_KEYWORDS = frozenset(
    {"target", "attribute", "name", "return_value", "side_effect", "create", "autospec", "spec"}
)


def format_patch_location(target: PatchTarget, context: FixContext) -> str:
    """The location of a patch for messages: path and 1-based row."""
    return f"{context.relative_path(target.path)}:{target.reference.span.row}"


def format_path_and_row(path: str, row: int, file: FileContext) -> str:
    """A location for messages."""
    return f"{to_relative_path(str(file.config.root), path)}:{row}"


def retarget_patch(target: PatchTarget, new_target: str, context: FixContext) -> tuple[ReplaceText, ...]:
    """The edits that change the target string of a patch. Raises NotFixableError if it cannot be edited in place."""
    reference, location = target.reference, format_patch_location(target, context)
    names_module = reference.text.replace(":", ".") == new_target.rpartition(".")[0]
    if reference.role in ("multiple", "dict") and names_module:
        raise NotFixableError(f"the patch at {location} names what it replaces as a keyword")
    if reference.role == "multiple":
        raise NotFixableError(f"the patch at {location} replaces several names at once")
    edits = context.remember(
        ("edits of a string", target.path, reference.span, reference.text, new_target),
        lambda: _edit_string(target, new_target, context),
    )
    if not edits:
        raise NotFixableError(f"the string at {location} is composed in a way that this fix does not support")
    return edits


def _edit_string(target: PatchTarget, new_target: str, context: FixContext) -> tuple[ReplaceText, ...]:
    document, span = context.document(target.path), target.reference.span
    start, end = document.lines.offset(span.row, span.column), document.lines.offset(span.end_row, span.end_column)
    edits = edit_string(document.text, start, end, target.reference.text, new_target)
    return tuple(ReplaceText(target.path, edit) for edit in edits or ())


def extend_patched_object(target: PatchTarget, attribute: str, context: FixContext) -> ReplaceText:
    """The edit that makes `patch.object(module, …)` one of an attribute of the module. Raises NotFixableError."""
    call = find_patch_call(target, context)
    document, arguments = context.document(target.path), call.args if call is not None else []
    is_second = len(arguments) > 1 and document.source.span(arguments[1]) == target.reference.span
    if not is_second or not isinstance(arguments[0], (ast.Name, ast.Attribute)):
        raise NotFixableError(f"the patch at {format_patch_location(target, context)} can't be given another object")
    span = document.source.span(arguments[0])
    end = document.lines.offset(span.end_row, span.end_column)
    return ReplaceText(target.path, TextEdit(end, end, f".{attribute}"))


def find_patch_call(target: PatchTarget, context: FixContext) -> ast.Call | None:
    """The call that a patch is an argument of; None if its target is passed as a variable."""
    calls = context.remember(("calls by argument", target.path), lambda: _index_calls(context.document(target.path)))
    return calls.get(target.reference.span)


def _index_calls(document: SourceDocument) -> dict[Span, ast.Call]:
    """The first call with an argument of each span."""
    calls: dict[Span, ast.Call] = {}
    for node in document.symbol_table.nodes:
        if isinstance(node, ast.Call):
            for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                calls.setdefault(document.source.span(argument), node)
    return calls


def has_spec(target: PatchTarget, context: FixContext) -> bool:
    """Whether the mock gets the spec of what it replaces."""
    call = find_patch_call(target, context)
    return call is None or any(keyword.arg in _SPEC_KEYWORDS for keyword in call.keywords)


def has_explicit_replacement(target: PatchTarget, context: FixContext) -> bool:
    """Whether the patch is given the replacement, so that the mock does not follow the kind of the original."""
    call = find_patch_call(target, context)
    if call is None:
        return True
    function_name = last_name(call.func)
    positional_count = 2 if function_name == "object" else 1
    return (
        function_name == "setattr"
        or len(call.args) > positional_count
        or any(keyword.arg not in _NEUTRAL_KEYWORDS for keyword in call.keywords)
    )


def find_late_load(target: PatchTarget, path: str, context: FixContext) -> int:
    """The row (1-based) where the file of a patch may load the module at `path` while it is in force; 0: none."""
    return context.remember_with_references(
        ("late load", target.path, path), lambda: _find_late_load(target.path, path, context)
    )


def _find_late_load(patch_path: str, path: str, context: FixContext) -> int:
    document, module = context.document(patch_path), context.module_name(path)
    for statement in document.imports:
        if document.symbol_table.scope_of(statement).kind != "module" and module in _find_loaded_modules(
            statement, patch_path, context
        ):
            return statement.lineno
    is_imported = context.references.has_import(patch_path, path)
    calls = (node for node in document.symbol_table.nodes if isinstance(node, ast.Call))
    dynamic_loads = (call for call in calls if _is_dynamic_load(call, module, is_imported))
    return next((call.lineno for call in dynamic_loads if document.symbol_table.scope_of(call).kind != "module"), 0)


def check_late_load(target: PatchTarget, path: str, effect: str, context: FixContext) -> None:
    """Raise NotFixableError if the module at `path` may be loaded while a patch of what it imports is in force.

    `effect` says what the patch does to it, for the message.
    """
    row = find_late_load(target, path, context)
    if row:
        location = format_patch_location(target, context)
        raise NotFixableError(f"the patch at {location} {effect}, as line {row} there may load this module meanwhile")


def _find_loaded_modules(statement: ast.Import | ast.ImportFrom, path: str, context: FixContext) -> set[str]:
    """The canonical names of the modules that a statement may load."""
    if isinstance(statement, ast.Import):
        names = {alias.name for alias in statement.names}
    else:
        base = absolute_module(statement, package_name(path, context.resolver.modules.roots))
        names = {base, *(f"{base}.{alias.name}" for alias in statement.names)}
    return {context.resolver.module_name(name, path) for name in names}


def _is_dynamic_load(call: ast.Call, module: str, is_imported: bool) -> bool:
    """`import_module("this.module")`, or `reload` in a file that imports it."""
    function_name = last_name(call.func)
    names_module = any(isinstance(argument, ast.Constant) and argument.value == module for argument in call.args)
    return (
        names_module
        if function_name in ("import_module", "__import__", "run_module")
        else function_name == "reload" and is_imported
    )
