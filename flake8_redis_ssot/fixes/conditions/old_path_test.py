"""Condition: no test that is about the old path is moved off it: it would test nothing any more."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.model import Applicability
from flake8_redis_ssot.semantic.ast_queries import is_constant_statement, last_name

CONDITION = Condition(
    "old-path-test",
    "Tests of the old import path keep the old path.",
    (
        "the code is in no test, by the path of its file",
        "neither the test, its class, its file nor their docstrings and comments speak of a deprecation, of something "
        "legacy, a shim, compatibility or an alias",
        "the test expects no deprecation warning and no `ImportError`, does not compare what it imports from two "
        "places, does not ask by `hasattr()` what a module offers, and does more than import",
    ),
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_OLD_WORDS = re.compile(
    r"(?i)legacy|deprecat|(?<![a-z])(?:shims?|compat|backwards?)(?![a-z])|old[ _-](?:path|name|place|import|module)"
)
_OLD_PATH_WORDS = re.compile(r"(?i)deprecat|\bshims?\b|(?:old|legacy)[ _-](?:path|name|place|import|module|alias)")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WEAK_WORDS = re.compile(r"(?i)(?:(?<![a-z])|_)(?:old|alias(?:es)?|moved|renamed|re-?exports?)(?![a-z])")
_WARNING_CALLS = frozenset({"warns", "deprecated_call", "assertWarns", "assertWarnsRegex", "catch_warnings", "recwarn"})
_RAISING_CALLS = frozenset({"raises", "assertRaises", "assertRaisesRegex"})
_DEPRECATIONS = frozenset({"DeprecationWarning", "FutureWarning", "PendingDeprecationWarning", "Warning"})
_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError"})
_COMPARING_CALLS = frozenset({"assertIs", "assertIsNot", "assertEqual", "assertNotEqual", "issubclass"})


def check(nodes: Sequence[ast.AST], path: str, context: FixContext) -> None:
    """Raise NotFixableError if `nodes` of the file at `path` (an import and its reads) test the old path."""
    if not is_test_path(context.relative_path(path)):
        return
    document = context.document(path)
    for owner in _find_owners(nodes, document):
        reason = _describe_file(document, context)
        if reason is None and owner is not None:
            reason = _describe_test(owner, nodes, document)
        if reason is not None:
            raise NotFixableError(f"{reason}, and on the new path the test would test nothing")


def find_doubts(nodes: Sequence[ast.AST], path: str, context: FixContext) -> Iterator[Doubt]:
    """Signs that `nodes` are in a test of the old path, if `check` has found no certain one."""
    if is_test_path(context.relative_path(path)):
        for owner in _find_owners(nodes, context.document(path)):
            if owner is not None and _WEAK_WORDS.search(owner.name):
                yield Doubt(f"`{owner.name}` may be about the old path (line {owner.lineno})", Applicability.MANUAL)


def _find_owners(
    nodes: Iterable[ast.AST], document: SourceDocument
) -> list[ast.FunctionDef | ast.AsyncFunctionDef | None]:
    """The outermost functions around nodes; None for those at module or class level."""
    owners: dict[ast.FunctionDef | ast.AsyncFunctionDef | None, None] = {}
    for node in nodes:
        around = [each for each in document.symbol_table.ancestors(node) if isinstance(each, _FUNCTIONS)]
        owners[around[-1] if around else None] = None
    return list(owners)


def _describe_file(document: SourceDocument, context: FixContext) -> str | None:
    name = context.module_name(document.path).rpartition(".")[2]
    docstring = ast.get_docstring(document.tree) or ""
    if _OLD_WORDS.search(name) or _OLD_PATH_WORDS.search(_without_paths(docstring)):
        return f"`{name}` tests something deprecated"
    return None


def _describe_test(
    function: ast.FunctionDef | ast.AsyncFunctionDef, nodes: Sequence[ast.AST], document: SourceDocument
) -> str | None:
    classes = [each for each in document.symbol_table.ancestors(function) if isinstance(each, ast.ClassDef)]
    for definition in (function, *classes):
        if _OLD_WORDS.search(_CAPITAL.sub("_", definition.name)) or _OLD_WORDS.search(
            _without_paths(ast.get_docstring(definition) or "")
        ):
            return f"`{definition.name}` is about something deprecated (line {definition.lineno})"
    comment_row = _find_comment_row(function, document)
    if comment_row:
        return f"a comment is about something deprecated (line {comment_row})"
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and _expects_deprecation(node):
            return f"line {node.lineno} expects that it warns or fails"
    if any(argument.arg == "recwarn" for argument in function.args.args):
        return f"`{function.name}` looks at warnings (line {function.lineno})"
    row = _find_comparison_row(nodes, document)
    if row:
        return f"line {row} compares it or asks what it offers"
    if all(
        isinstance(statement, (ast.Import, ast.ImportFrom, ast.Pass)) or is_constant_statement(statement)
        for statement in function.body
    ):
        return f"`{function.name}` does nothing but import (line {function.lineno})"
    return None


def _without_paths(text: str) -> str:
    """A text without dotted names and quoted code, which name modules."""
    return re.sub(r"`[^`]*`|\b\w+(?:\.\w+)+|RSS\d+", " ", text)


def _find_comment_row(function: ast.AST, document: SourceDocument) -> int:
    """The row (1-based) of a comment in a function that speaks of the old path; 0 if there is none."""
    first, last = getattr(function, "lineno", 1), getattr(function, "end_lineno", 1)
    for row, line in enumerate(document.text.splitlines()[first - 1 : last], first):
        match = re.search(r"(?<![\"'\w])#(.*)", line)
        if match and _OLD_WORDS.search(_without_paths(match[1])):
            return row
    return 0


def _expects_deprecation(call: ast.Call) -> bool:
    function, first = last_name(call.func), call.args[0] if call.args else None
    types = first.elts if isinstance(first, ast.Tuple) else [first]
    expected = {last_name(each) for each in types if each is not None}
    if function in _WARNING_CALLS:
        return not expected or not _DEPRECATIONS.isdisjoint(expected)
    return function in _RAISING_CALLS and not _IMPORT_ERRORS.isdisjoint(expected)


def _find_comparison_row(nodes: Sequence[ast.AST], document: SourceDocument) -> int:
    """The row (1-based) where one of `nodes` is compared with something else that is imported; 0 if there is none."""
    symbol_table = document.symbol_table
    for node in nodes:
        operand: ast.AST = node
        while isinstance(parent := symbol_table.parent(operand), ast.Attribute):
            operand = parent
        if isinstance(parent, ast.Compare):
            others: list[ast.expr] = [each for each in (parent.left, *parent.comparators) if each is not operand]
        elif isinstance(parent, ast.Call) and last_name(parent.func) in _COMPARING_CALLS and operand in parent.args:
            others = [each for each in parent.args if each is not operand]
        elif isinstance(parent, ast.Call) and last_name(parent.func) == "hasattr" and parent.args[:1] == [operand]:
            return parent.lineno
        else:
            continue
        if any(_is_imported(other, document) for other in others):
            return parent.lineno
    return 0


def _is_imported(node: ast.expr, document: SourceDocument) -> bool:
    """Whether an expression is an imported name, or an attribute of one."""
    while isinstance(node, ast.Attribute):
        node = node.value
    if not isinstance(node, ast.Name) or document.symbol_table.lookup(node.id, node) is None:
        return False
    return any(isinstance(binding.node, ast.alias) for binding in document.symbol_table.symbol_of(node).bindings)
