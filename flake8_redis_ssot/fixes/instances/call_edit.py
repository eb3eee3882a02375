"""The edits of a constructor call, and of a constructor that is passed on, with the `await` around it."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.instances.accessor import SharedAccess
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite, find_forwarded_call
from flake8_redis_ssot.fixes.instances.passed_arguments import rename_arguments
from flake8_redis_ssot.semantic.facts import CallbackArgument
from flake8_redis_ssot.syntax.edits import TextEdit

# Functions of which the arguments behind the callback are not, or not only, those that it is called with.
_MIXING_RECEIVERS = frozenset({"map", "Process", "Thread"})


def edit_call(
    construction: ConstructionSite,
    shared_access: SharedAccess,
    text: str,
    context: FixContext,
    document: SourceDocument,
) -> TextEdit:
    """The edit of the call, which keeps or removes an `await` around it. Raises NotFixableError."""
    await_node = _find_await(construction, context, document)
    needs_await = shared_access.result is not None and shared_access.result.is_coroutine
    if await_node is not None and not needs_await:
        return remove_await(await_node, build_call_edit(construction, shared_access, text, document), document)
    if await_node is None and not (construction.call is not None and _is_coroutine_constructor(construction, context)):
        return build_call_edit(construction, shared_access, text, document)
    if not needs_await:
        raise NotFixableError(f"it is not awaited here directly, and `{shared_access.name}` is not awaitable")
    # Replace one coroutine by another.
    if construction.call is not None and not (construction.call.args or construction.call.keywords):
        return document.replace_node(construction.constructor, text)
    return document.replace_node(construction.expression, _format_call(construction, shared_access, text, document))


def replace_callback(
    construction: ConstructionSite, shared_access: SharedAccess, text: str, document: SourceDocument
) -> list[TextEdit]:
    """The edits of a constructor that is passed on: its name, and the arguments for it that the accessor does not take.

    Raises NotFixableError if other arguments are among them.
    """
    call, fact = find_forwarded_call(construction, document), construction.fact
    arguments: list[ast.expr | ast.keyword] = [*call.args, *call.keywords] if call is not None else []
    if call is None or not arguments:
        return [document.replace_node(construction.constructor, text)]
    if call.func is not construction.constructor:
        removals = [_remove_keyword(each, document) for each in call.keywords]
        return [document.replace_node(construction.constructor, text), *removals]
    if isinstance(fact, CallbackArgument) and fact.callee_name in _MIXING_RECEIVERS:
        raise NotFixableError(
            f"`{fact.callee_name}()` would pass `{shared_access.name}()` arguments that it takes none of"
        )
    start = document.offsets_of(construction.constructor)[0]
    end = max(document.offsets_of(each)[1] for each in arguments)
    passed = (f", {each.format(document)}" for each in shared_access.passed)
    return [TextEdit(start, end, text + "".join(passed))]


def _remove_keyword(keyword: ast.keyword, document: SourceDocument) -> TextEdit:
    """The edit that removes a keyword argument that is not the first, with the comma before it."""
    end = document.offsets_of(keyword)[1]
    start = document.text.rindex(",", 0, document.offsets_of(keyword)[0])
    return TextEdit(start, end, "")


def _format_call(
    construction: ConstructionSite, shared_access: SharedAccess, text: str, document: SourceDocument
) -> str:
    """A call of the accessor `text` with the arguments that it takes, laid out as they are now if it takes all."""
    if construction.call is not None:
        kept = rename_arguments(construction.call, shared_access.passed, document)
        if kept is not None:
            return text + kept
    return f"{text}({', '.join(each.format(document) for each in shared_access.passed)})"


def build_call_edit(
    construction: ConstructionSite, shared_access: SharedAccess, text: str, document: SourceDocument
) -> TextEdit:
    """The edit of the call: only the name if its empty parentheses can stay."""
    assert construction.call is not None  # a constructor that is passed on has no parentheses
    needs_await = shared_access.result is not None and shared_access.result.is_coroutine
    has_no_arguments = not (construction.call.args or construction.call.keywords)
    if has_no_arguments and not shared_access.is_instance and not needs_await:
        return document.replace_node(construction.constructor, text)
    replacement = text if shared_access.is_instance else _format_call(construction, shared_access, text, document)
    if needs_await:
        if not _can_await(construction, document):
            raise NotFixableError(f"`{shared_access.name}()` is a coroutine, which can't be awaited here")
        replacement = f"await {replacement}"
    return _replace_whole_call(
        construction.call,
        replacement,
        document,
        has_no_arguments=has_no_arguments,
        needs_parentheses=needs_await and _needs_parentheses(construction.call, document),
    )


def _replace_whole_call(
    call: ast.Call, replacement: str, document: SourceDocument, *, has_no_arguments: bool, needs_parentheses: bool
) -> TextEdit:
    """Replace the whole call; empty parentheses that contain a comment stay."""
    start, end = document.offsets_of(call)
    callee_end = document.offsets_of(call.func)[1]
    parenthesis = document.text.find("(", callee_end, end)
    if has_no_arguments and "#" in document.text[parenthesis:end]:
        return TextEdit(start, parenthesis + 1, f"({replacement}")
    return TextEdit(start, end, f"({replacement})" if needs_parentheses else replacement)


def _needs_parentheses(call: ast.Call, document: SourceDocument) -> bool:
    """Whether `await call()` needs parentheses in its parent."""
    parent = document.symbol_table.parent(call)
    if isinstance(parent, ast.Call):
        return parent.func is call
    return isinstance(parent, (ast.Attribute, ast.BinOp, ast.Await)) or (
        isinstance(parent, ast.Subscript) and parent.value is call
    )


def _can_await(construction: ConstructionSite, document: SourceDocument) -> bool:
    """Whether the construction is directly in the body of an `async` function."""
    scope = document.symbol_table.scope_of(construction.expression)
    return isinstance(scope.node, ast.AsyncFunctionDef)


def _find_await(construction: ConstructionSite, context: FixContext, document: SourceDocument) -> ast.Await | None:
    """The `await` of a constructor that is a coroutine; None if there is none, or if it awaits the instance."""
    parent = document.symbol_table.parent(construction.expression)
    if construction.call is None or not isinstance(parent, ast.Await):
        return None
    # Calling a class returns the instance, so the `await` awaits the instance itself.
    return None if context.class_members(construction.definition) is not None else parent


def _is_coroutine_constructor(construction: ConstructionSite, context: FixContext) -> bool:
    """Whether the constructor is a coroutine function of the project."""
    result = context.function_result(construction.definition)
    return result is not None and result.is_coroutine


def remove_await(await_node: ast.Await, text_edit: TextEdit, document: SourceDocument) -> TextEdit:
    """The edit of an awaited expression, extended to remove the `await`. Raises NotFixableError."""
    start, end = document.offsets_of(await_node)
    operand_range = document.offsets_of(await_node.value)
    if document.text[start : operand_range[0]].strip() != "await" or operand_range[1] != end:
        raise NotFixableError("the syntax of the `await` is not supported by this fix")
    return _remove_parentheses(await_node, TextEdit(start, text_edit.end, text_edit.text), end, document)


def _remove_parentheses(await_node: ast.Await, text_edit: TextEdit, end: int, document: SourceDocument) -> TextEdit:
    """Also remove parentheses that only the `await` needed, as in `(await make()).get()`."""
    parent, text = document.symbol_table.parent(await_node), document.text
    binds_tighter = isinstance(parent, (ast.Attribute, ast.Subscript)) and parent.value is await_node
    if not binds_tighter or text[text_edit.start - 1] != "(" or text[end] != ")":
        return text_edit
    return TextEdit(text_edit.start - 1, end + 1, text_edit.text + text[text_edit.end : end])
