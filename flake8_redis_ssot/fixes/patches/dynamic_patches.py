"""Patches whose target is worked out while the program runs, from the names of objects, from files or settings."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.fixes.bindings.outside_writes import may_be_module
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.project.contents import word_start
from flake8_redis_ssot.semantic.ast_queries import last_name

# How the name of a target can get into a program without standing in it as a string.
_NAME_SOURCES = re.compile(
    rb"__(?:qual)?name__|__all__|__dict__|\b(?:dir|vars|getmembers|environ|getenv|json|toml\w*|yaml|configparser|csv|"
    rb"read_text|splitlines|readlines|getoption|getini|join|title|capitalize)\b"
)
# Calls of which the target is no plain string; what they are is seen in the tree.
_BY_PATH = rb"\s*\(\s*(?:\w+\s*=\s*)?(?:[^\W\d]|f?[\"'][^\"'\n]*(?:[%}]|[\"']\s*[.+%]))"
_BY_OWNER = rb"\s*\([^\"'()]+(?:\([^()]*\))?,\s*(?:\w+\s*=\s*)?(?:[^\W\d]|f[\"'])"
_PATCHES = (
    *(word_start(function) + _BY_PATH for function in (b"patch", b"setattr", b"delattr")),
    *(word_start(function) + _BY_OWNER for function in (b"object", b"setattr", b"delattr", b"spy")),
    word_start(b"patch") + rb"\s*\.\s*multiple\s*\([^)]*\*\*",
)


# Classes whose instances may patch something, and names that say nothing about the class.
_PATCHING_CLASS = re.compile(r"(?i)mock|patch|^(?:typing|builtins|collections|unittest|pytest|types)\b")


class DynamicPatch(NamedTuple):
    """A patch at `row` (1-based) of the file at `path` whose target could not be determined."""

    path: str
    row: int


def find_dynamic_patches(context: FixContext) -> tuple[DynamicPatch, ...]:
    """The patches of the project whose target may be any name, at most one for each file."""
    return context.remember("dynamic patches", lambda: tuple(_find_all(context)))


def _find_all(context: FixContext) -> Iterator[DynamicPatch]:
    for path in context.analysis.contents.find_matching_any(_PATCHES):
        code = context.references.code_bytes(path)
        rows = _find_keyword_rows(path, context) if b"multiple" in code else []
        rows += _find_rows(path, context) if _NAME_SOURCES.search(code) else []
        if rows:
            yield DynamicPatch(path, min(rows))


def _find_keyword_rows(path: str, context: FixContext) -> list[int]:
    """The rows of `patch.multiple(module, **names)`, unless the names are written out."""
    calls = [node for node in ast.walk(context.tree(path)) if isinstance(node, ast.Call)]
    keywords = [(call, each) for call in calls if last_name(call.func) == "multiple" for each in call.keywords]
    return [call.lineno for call, each in keywords if each.arg is None and not isinstance(each.value, ast.Dict)]


def _find_rows(path: str, context: FixContext) -> list[int]:
    document, facts = context.document(path), context.analysis.all_facts().get(path)
    known = {each.span for each in facts.string_references} if facts is not None else set()
    calls = [node for node in ast.walk(document.tree) if isinstance(node, ast.Call)]
    targets = [target for call in calls if (target := _find_target(call, path, context)) is not None]
    return [
        each.lineno
        for each in targets
        if not isinstance(each, ast.Constant)
        and document.source.span(each) not in known
        and _is_computed(each, document)
    ]


def _find_target(call: ast.Call, path: str, context: FixContext) -> ast.expr | None:
    """The argument of a patch that names what it replaces; None for other calls."""
    name, arguments = last_name(call.func), call.args
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    is_setter = name in ("setattr", "delattr")
    if is_setter and isinstance(call.func, ast.Name):
        return arguments[1] if len(arguments) > 1 and _may_be_module(arguments[0], path, context) else None
    is_object = isinstance(call.func, ast.Attribute) and (
        name == "spy" or (name == "object" and last_name(call.func.value) == "patch")
    )
    if is_object or (is_setter and len(arguments) > (2 if name == "setattr" else 1)):
        return arguments[1] if len(arguments) > 1 else keywords.get("attribute")
    if is_setter or (name == "patch" and _may_be_of_mock(call.func, path, context)):
        return arguments[0] if arguments else keywords.get("target")
    return None


def _may_be_of_mock(function: ast.expr, path: str, context: FixContext) -> bool:
    """Whether a function called `patch` may be that of `unittest.mock` or of a `mocker`, and no method of a client.

    In a file that names neither, only a parameter can be one, or an attribute that is set to a parameter.
    """
    if isinstance(function, ast.Attribute) and _is_other_parameter(function.value, path, context):
        return False
    if not isinstance(function, ast.Attribute) or b"mock" in context.references.code_bytes(path):
        return True
    owner, document = function.value, context.document(path)
    if not isinstance(owner, ast.Attribute) or not isinstance(owner.value, ast.Name) or owner.value.id != "self":
        return True
    stores = (each for each in document.find_attributes(owner.attr) if isinstance(each.ctx, ast.Store))
    values = [getattr(document.symbol_table.statement_of(each), "value", None) for each in stores]
    return not values or not all(isinstance(value, (ast.Attribute, ast.Call)) for value in values)


def _is_other_parameter(owner: ast.expr, path: str, context: FixContext) -> bool:
    """Whether an expression is a parameter that is annotated with a library's class that patches nothing."""
    symbol = context.document(path).symbol_table.lookup(owner.id, owner) if isinstance(owner, ast.Name) else None
    parameters = [each for each in symbol.binding_nodes if isinstance(each, ast.arg)] if symbol is not None else []
    if symbol is None or not parameters or len(parameters) != len(symbol.binding_nodes):
        return False
    annotations = [each.annotation for each in parameters]
    classes = [context.names(path).resolve(each) if each is not None else None for each in annotations]
    return all(each is not None and each.path is None and not _PATCHING_CLASS.search(each.name) for each in classes)


def _may_be_module(owner: ast.expr, path: str, context: FixContext) -> bool:
    definition = context.names(path).resolve(owner)
    return definition.is_module if definition is not None else may_be_module(owner, path, path, context)


def _is_computed(node: ast.expr, document: SourceDocument) -> bool:
    """Whether the last name of a target is neither written out nor a parameter, whose values are written elsewhere."""
    if isinstance(node, ast.JoinedStr) and node.values:
        node = node.values[-1]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        node = node.right
    if isinstance(node, ast.Constant):
        return "." not in str(node.value)
    values = [node, *_assigned_values(node, document)]
    return any(_has_computation(part) for value in values for part in ast.walk(value))


def _assigned_values(node: ast.expr, document: SourceDocument) -> Iterator[ast.expr]:
    """What is assigned to the variables in an expression, or looped over."""
    for name in (each for each in ast.walk(node) if isinstance(each, ast.Name)):
        symbol = document.symbol_table.lookup(name.id, name)
        for binding in symbol.bindings if symbol is not None else ():
            loops = [
                each for each in document.symbol_table.ancestors(binding.node) if isinstance(each, ast.comprehension)
            ]
            yield from (loop.iter for loop in loops)
            value = getattr(binding.statement, "value", None) or getattr(binding.statement, "iter", None)
            if isinstance(value, ast.expr) and not isinstance(value, ast.Constant):
                yield value


def _has_computation(node: ast.AST) -> bool:
    is_name = isinstance(node, ast.Attribute) and node.attr in ("__name__", "__qualname__")
    return is_name or isinstance(node, (ast.Call, ast.Subscript))


def may_be_told_of(path: str, patch_path: str, context: FixContext) -> bool:
    """Whether a patch may be of the module at `path`: its file names the module, or a file that names its file does."""
    word = context.module_name(path).rpartition(".")[2].encode()
    users = context.remember("users of dynamic patches", lambda: _find_users(context)).get(patch_path, ())
    return any(word in context.references.code_bytes(each) for each in (patch_path, *users) if each != path)


def _find_users(context: FixContext) -> dict[str, list[str]]:
    """The files that contain the name of a file with such a patch; of a `conftest.py`, the tests below."""
    paths = [each.path for each in find_dynamic_patches(context)]
    words = {path: context.module_name(path).rpartition(".")[2].encode() for path in paths}
    users: dict[str, list[str]] = {}
    for path in paths:
        users[path] = [each for each in context.analysis.find_files_with_words({words[path].decode()}) if each != path]
    for path in paths:
        folder, file_name = os.path.split(path)
        if file_name == "conftest.py":
            users[path] = [each for each in context.analysis.files if each.startswith(folder + os.sep)]
    return users
