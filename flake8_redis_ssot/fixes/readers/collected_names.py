"""Names that tests collect from a module that imports them: tests, test classes, fixtures, hooks."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.edits.ensure_import import absolute_module
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.semantic.ast_queries import find_definition, last_name
from flake8_redis_ssot.semantic.scopes import Symbol

_COLLECTED_PREFIXES = ("pytest_", "test", "Test")
_TEST_HOOKS = frozenset({"load_tests", "setUpModule", "tearDownModule", "pytestmark", "collect_ignore"})
_TEST_HOOKS |= {
    f"{when}_{what}" for when in ("setup", "teardown") for what in ("module", "function", "class", "method")
}


def find_collection(symbol: Symbol, path: str, context: FixContext) -> Iterator[str]:
    """Why tests may collect an imported name: whatever is not recognised as a plain class, function or value."""
    yield from find_collection_of(symbol.name, _find_definitions(symbol, path, context), path, context)


def find_collection_of(name: str, definitions: Iterable[Definition], path: str, context: FixContext) -> Iterator[str]:
    """The same for a name that an import brings to the file at `path`, and what it is."""
    is_test = is_test_path(context.relative_path(path))
    if is_test and (name.startswith(_COLLECTED_PREFIXES) or name in _TEST_HOOKS):
        yield f"`{name}` is found by its name when tests run"
    if is_test and name in context.document(path).parameter_names:
        yield f"`{name}` is asked for as a fixture"
    for definition in definitions:
        kind = _describe_collected(definition, context)
        if kind is not None and (is_test or kind != _UNKNOWN):
            yield f"`{name}` {kind}"


_UNKNOWN = "could be a fixture or a test class"


def _find_definitions(symbol: Symbol, path: str, context: FixContext) -> tuple[Definition, ...]:
    file, binding = context.analysis.file_context(path), symbol.bindings[0]
    if file is None or not isinstance(binding.node, ast.alias) or not isinstance(binding.statement, ast.ImportFrom):
        return ()
    return file.resolve([f"{absolute_module(binding.statement, file.package)}:{binding.node.name}"])


def _describe_collected(definition: Definition, context: FixContext) -> str | None:
    """What tests collect a definition as; None if it is recognised as nothing that they collect."""
    if definition.is_module or not definition.is_found or definition.path is None:
        return None
    node = find_definition(context.tree(definition.path), definition.qualname)
    if isinstance(node, ast.ClassDef):
        return _describe_class(node, definition, context)
    if node is not None:
        is_fixture = any("fixture" in ast.unparse(each).partition("(")[0] for each in node.decorator_list)
        return "is a fixture" if is_fixture else None if not node.decorator_list else _UNKNOWN
    return _describe_value(definition, context)


def _describe_class(node: ast.ClassDef, definition: Definition, context: FixContext) -> str | None:
    members = context.class_members(definition)
    bases = [last_name(base) for base in node.bases]
    if any(base.endswith(("TestCase", "Tests", "Test")) for base in bases):
        return "is a test class"
    return None if members is not None and not bases else _describe_bases(node, definition, context)


def _describe_bases(node: ast.ClassDef, definition: Definition, context: FixContext) -> str | None:
    """A class is collected if one of its bases is, and unknown bases may be."""
    names = context.names(definition.path or "")
    for base in node.bases:
        base_definition = names.resolve(base)
        if base_definition is None or (base_definition.path is None and not _is_library_class(base_definition)):
            return _UNKNOWN
        kind = _describe_collected(base_definition, context) if base_definition.path is not None else None
        if kind is not None:
            return kind
    return None


def _is_library_class(definition: Definition) -> bool:
    """Whether a class outside the project is known to be no test class: a builtin, or one of a client library."""
    return definition.name.partition(".")[0] in {
        *("builtins", "abc", "typing", "enum", "collections", "contextlib", "threading", "dataclasses", "logging"),
        *("redis", "pydantic", "sqlalchemy", "fakeredis", "aioredis", "celery"),
    }


def _describe_value(definition: Definition, context: FixContext) -> str | None:
    """A variable: its value must be a literal, a name, or something made by a class or function of the project."""
    symbol_table = context.symbol_table(definition.path or "")
    symbol = symbol_table.find_symbol(symbol_table.module_scope, definition.qualname)
    for binding in symbol.bindings if symbol is not None else ():
        value = getattr(binding.statement, "value", None)
        if isinstance(value, ast.Call):
            if "fixture" in ast.unparse(value.func):
                return "is a fixture"
            made = context.names(definition.path or "").resolve(value.func)
            if made is None or (made.path is None and not _is_library_class(made)):
                return _UNKNOWN
    return None
