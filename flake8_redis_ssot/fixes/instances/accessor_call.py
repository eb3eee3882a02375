"""Replace a constructor call by a call of the accessor, awaited if necessary, or by the instance."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.draft import FixDraft, Operation, RemoveStatement, ReplaceText, SymbolRead
from flake8_redis_ssot.fixes.edits.ensure_import import EnsuredImport, NotFixableError
from flake8_redis_ssot.fixes.instances.accessor import SharedAccess
from flake8_redis_ssot.fixes.instances.accessor_import import ensure_accessor
from flake8_redis_ssot.fixes.instances.call_edit import edit_call, replace_callback
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite, find_dependency_call, find_forwarded_call
from flake8_redis_ssot.fixes.instances.orphans import Orphan, find_orphans
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.facts import CallbackArgument
from flake8_redis_ssot.semantic.name_patterns import dotted_pattern
from flake8_redis_ssot.syntax.edits import TextEdit

# Functions that await the callback they are passed.
_AWAITING_CALLERS = ("fastapi.**.Depends", "fastapi.**.Security", "dependency_injector.providers.*Coroutine")


def draft_accessor_call(
    construction: ConstructionSite, shared_access: SharedAccess, file: FileContext, context: FixContext
) -> tuple[FixDraft, EnsuredImport]:
    """The fix of one construction. Raises NotFixableError."""
    document = context.document(file.path)
    if construction.call is None:
        _check_callback(construction, shared_access, file)
    ensured_import = ensure_accessor(construction, shared_access, file, context, document)
    text = ensured_import.text
    root_name = text.partition(".")[0]  # `module.accessor` still reads `module`
    released = tuple(_find_released_reads(construction, shared_access, root_name, document))
    dependency = find_dependency_call(construction, document)
    removals: list[TextEdit] = []
    if dependency is not None:  # the annotation stays
        released, text_edit = (), _insert_argument(dependency, text, document)
    elif construction.call is None:
        text_edit, *removals = replace_callback(construction, shared_access, text, document)
    else:
        text_edit = edit_call(construction, shared_access, text, context, document)
    replacements = [ReplaceText(file.path, text_edit, released), *(ReplaceText(file.path, each) for each in removals)]
    orphans = find_orphans(released, document)
    removed = [RemoveStatement(file.path, *each) for each in orphans]
    operations: tuple[Operation, ...] = (*replacements, *removed, *filter(None, [ensured_import.operation]))
    call_title = f"Call `{text}()`" if construction.call else f"Pass `{text}`"
    title = f"Use `{text}`" if shared_access.is_instance else call_title
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


def _find_released_reads(
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
    if shared_access.result is None or not shared_access.result.is_coroutine:
        return
    if construction.called_default is not None:
        raise NotFixableError(f"`{shared_access.name}()` is a coroutine, which the callers would have to await")
    if isinstance(construction.fact, CallbackArgument):
        names = [definition.name for definition in file.resolve(construction.fact.callee_origins)]
        if not any(dotted_pattern(pattern).match(name) for pattern in _AWAITING_CALLERS for name in names):
            receiver = f"`{construction.fact.callee_name}()`"
            raise NotFixableError(
                f"`{shared_access.name}()` is a coroutine, which {receiver} would pass on without awaiting it"
            )
