"""Replace a constructor call by a call of the accessor, awaited if necessary, or by the instance."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from flake8_redis_ssot.fixes.conditions import import_cycle, name_meaning
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.draft import FixDraft, Operation, RemoveStatement, ReplaceText, SymbolRead
from flake8_redis_ssot.fixes.edits.ensure_import import (
    EnsuredImport,
    ImportRequest,
    NameConflictError,
    NotFixableError,
    ensure_import,
)
from flake8_redis_ssot.fixes.instances.accessor import SharedAccess
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite, find_dependency_call, find_forwarded_call
from flake8_redis_ssot.fixes.instances.orphans import Orphan, find_orphans
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.facts import CallbackArgument
from flake8_redis_ssot.semantic.name_patterns import dotted_pattern
from flake8_redis_ssot.syntax.edits import TextEdit

# Functions of which the arguments behind the callback are not, or not only, those that it is called with.
_MIXING_RECEIVERS = frozenset({"map", "Process", "Thread"})
# Functions that await the callback they are passed.
_AWAITING_CALLERS = ("fastapi.**.Depends", "fastapi.**.Security", "dependency_injector.providers.*Coroutine")


def draft_accessor_call(
    construction: ConstructionSite, shared_access: SharedAccess, file: FileContext, context: FixContext
) -> tuple[FixDraft, EnsuredImport]:
    """The fix of one construction. Raises NotFixableError."""
    document = context.document(file.path)
    if construction.call is None:
        _check_callback(construction, shared_access, file)
    ensured_import = _ensure_accessor(construction, shared_access, file, context, document)
    text = ensured_import.text
    root_name = text.partition(".")[0]  # `module.accessor` still reads `module`
    released = tuple(find_released_reads(construction, shared_access, root_name, document))
    dependency = find_dependency_call(construction, document)
    removals: list[TextEdit] = []
    if dependency is not None:  # the annotation stays
        released, text_edit = (), _insert_argument(dependency, text, document)
    elif construction.call is None:
        text_edit, *removals = replace_callback(construction, shared_access, text, document)
    else:
        text_edit = _call_edit(construction, shared_access, text, context, document)
    replacements = [ReplaceText(file.path, text_edit, released), *(ReplaceText(file.path, each) for each in removals)]
    orphans = find_orphans(released, document)
    removed = [RemoveStatement(file.path, *each) for each in orphans]
    operations: tuple[Operation, ...] = (*replacements, *removed, *filter(None, [ensured_import.operation]))
    call_title = f"Call `{text}()`" if construction.call else f"Pass `{text}`"
    title = f"Take `{text}`" if shared_access.is_instance else call_title
    draft = FixDraft(f"{title} instead of creating a new instance", operations)
    return draft.with_reasons(_describe_orphan(each, document) for each in orphans), ensured_import


def _describe_orphan(orphan: Orphan, document: SourceDocument) -> str:
    code = ast.unparse(orphan.statement)
    return f"line {orphan.statement.lineno}: nothing reads what `{code}` assigns any more, so it is removed"


def _insert_argument(call: ast.Call, text: str, document: SourceDocument) -> TextEdit:
    """The edit that adds the first argument of a call."""
    parenthesis = document.text.index("(", document.offsets_of(call.func)[1]) + 1
    return TextEdit(parenthesis, parenthesis, f"{text}, " if call.keywords else text)


def iter_names(construction: ConstructionSite, document: SourceDocument) -> Iterator[ast.Name]:
    """The names that a construction reads: the first of the constructor, and those in its arguments."""
    yield construction.root
    call = construction.call or find_forwarded_call(construction, document)
    for argument in (*call.args, *call.keywords) if call is not None else ():
        yield from (each for each in ast.walk(argument) if isinstance(each, ast.Name))


def find_released_reads(
    construction: ConstructionSite, shared_access: SharedAccess, root_name: str, document: SourceDocument
) -> Iterator[SymbolRead]:
    """The names and strings of a construction that are gone afterwards; `root_name` is read by its replacement.

    Raises NotFixableError if an argument binds a name.
    """
    call = construction.call or find_forwarded_call(construction, document)
    passed = {node for each in shared_access.passed for node in ast.walk(each.value)}
    yield from (each for each in [construction.root] if each.id != root_name)
    for argument in (*call.args, *call.keywords) if call is not None else ():
        for each in ast.walk(argument):
            if isinstance(each, ast.NamedExpr) and each not in passed:
                raise NotFixableError(f"its argument `{document.text_of(each)}` sets a variable")
            if (
                isinstance(each, (ast.Name, ast.Constant))
                and each not in passed
                and getattr(each, "id", "") != root_name
            ):
                yield each


def _check_callback(construction: ConstructionSite, shared_access: SharedAccess, file: FileContext) -> None:
    if shared_access.is_instance:
        raise NotFixableError(
            f"a function is needed here, and `{shared_access.name}` is an instance: configure an accessor"
        )
    if (
        shared_access.result is not None
        and shared_access.result.is_coroutine
        and isinstance(construction.fact, CallbackArgument)
    ):
        names = [definition.name for definition in file.resolve(construction.fact.callee_origins)]
        if not any(dotted_pattern(pattern).match(name) for pattern in _AWAITING_CALLERS for name in names):
            receiver = f"`{construction.fact.callee_name}()`"
            raise NotFixableError(
                f"`{shared_access.name}()` is a coroutine, which {receiver} would pass on without awaiting it"
            )


def _ensure_accessor(
    construction: ConstructionSite,
    shared_access: SharedAccess,
    file: FileContext,
    context: FixContext,
    document: SourceDocument,
) -> EnsuredImport:
    """The import of the accessor, or an attribute of the module that the file already uses."""
    module, _, attributes = construction.written_origin.partition(":")
    is_accessor_module = "." not in attributes and context.resolver.path_of(module, file.path) == shared_access.path
    if is_accessor_module and isinstance(construction.constructor, ast.Attribute):
        module_scope = document.symbol_table.module_scope
        conflict = name_meaning.explain_conflict(shared_access.name, module_scope, construction.constructor, document)
        if conflict:
            raise NotFixableError(conflict)
        return EnsuredImport(f"{document.text_of(construction.constructor.value)}.{shared_access.name}", None, None)
    return import_accessor(shared_access, construction, file, context, by_module=True)


def import_accessor(
    shared_access: SharedAccess,
    construction: ConstructionSite,
    file: FileContext,
    context: FixContext,
    *,
    by_module: bool = False,
) -> EnsuredImport:
    """The import of an accessor, or of the class that it is a method of; `by_module`: of its module if need be.

    Raises NotFixableError.
    """
    node, anchor = construction.constructor, construction.import_statement
    try:
        ensured_import = ensure_import(
            ImportRequest(shared_access.module, shared_access.import_name, node, anchor), file, context
        )
    except NameConflictError as error:
        if not by_module:
            raise
        return _import_module(shared_access, construction, str(error), file, context)
    if shared_access.name == shared_access.import_name:
        return ensured_import
    # A patch of the class stands in for more than its method.
    return replace(ensured_import, text=shared_access.text_for(ensured_import.text), scope=None)


def _import_module(
    shared_access: SharedAccess, construction: ConstructionSite, why: str, file: FileContext, context: FixContext
) -> EnsuredImport:
    """The import of the module of the accessor, whose own name can't be imported. Raises NotFixableError."""
    package, _, name = shared_access.module.rpartition(".")
    scope = context.symbol_table(file.path).scope_of(construction.constructor)
    is_mangled = scope.mangle(shared_access.import_name) != shared_access.import_name  # as an attribute as well
    if not package or is_mangled:
        raise NotFixableError(why)
    import_cycle.check(shared_access.module, file.path, context)
    request = ImportRequest(package, name, construction.constructor, construction.import_statement)
    ensured_import = ensure_import(request, file, context)
    reasons = (*ensured_import.reasons, f"{why}, so the module `{name}` is imported")
    return replace(ensured_import, text=f"{ensured_import.text}.{shared_access.name}", scope=None, reasons=reasons)


def _call_edit(
    construction: ConstructionSite,
    shared_access: SharedAccess,
    text: str,
    context: FixContext,
    document: SourceDocument,
) -> TextEdit:
    """The edit of the call, which keeps or removes an `await` around it."""
    await_node = find_await(construction, context, document)
    needs_await = shared_access.result is not None and shared_access.result.is_coroutine
    if await_node is not None and not needs_await:
        return remove_await(await_node, build_call_edit(construction, shared_access, text, document), document)
    if await_node is None and not (construction.call is not None and is_coroutine_constructor(construction, context)):
        return build_call_edit(construction, shared_access, text, document)
    if not needs_await:
        raise NotFixableError(f"it is not awaited here directly, and `{shared_access.name}` is not awaitable")
    # Replace one coroutine by another.
    if construction.call is not None and not (construction.call.args or construction.call.keywords):
        return document.replace_node(construction.constructor, text)
    return document.replace_node(construction.expression, _format_call(shared_access, text, document))


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
    passed = (f", {each.parameter}={document.text_of(each.value)}" for each in shared_access.passed)
    return [TextEdit(start, end, text + "".join(passed))]


def _remove_keyword(keyword: ast.keyword, document: SourceDocument) -> TextEdit:
    """The edit that removes a keyword argument that is not the first, with the comma before it."""
    end = document.offsets_of(keyword)[1]
    start = document.text.rindex(",", 0, document.offsets_of(keyword)[0])
    return TextEdit(start, end, "")


def _format_call(shared_access: SharedAccess, text: str, document: SourceDocument) -> str:
    """A call of the accessor `text` with the arguments that it takes."""
    arguments = (f"{each.parameter}={document.text_of(each.value)}" for each in shared_access.passed)
    return f"{text}({', '.join(arguments)})"


def build_call_edit(
    construction: ConstructionSite, shared_access: SharedAccess, text: str, document: SourceDocument
) -> TextEdit:
    """The edit of the call: only the name if its empty parentheses can stay."""
    assert construction.call is not None  # a constructor that is passed on has no parentheses
    needs_await = shared_access.result is not None and shared_access.result.is_coroutine
    has_no_arguments = not (construction.call.args or construction.call.keywords)
    if has_no_arguments and not shared_access.is_instance and not needs_await:
        return document.replace_node(construction.constructor, text)
    replacement = text if shared_access.is_instance else _format_call(shared_access, text, document)
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


def find_await(construction: ConstructionSite, context: FixContext, document: SourceDocument) -> ast.Await | None:
    """The `await` of a constructor that is a coroutine; None if there is none, or if it awaits the instance."""
    parent = document.symbol_table.parent(construction.expression)
    if construction.call is None or not isinstance(parent, ast.Await):
        return None
    # Calling a class returns the instance, so the `await` awaits the instance itself.
    return None if context.class_members(construction.definition) is not None else parent


def is_coroutine_constructor(construction: ConstructionSite, context: FixContext) -> bool:
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
