"""Whether a variable of the environment is the same whenever an instance is made."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.sharing.owners import enclosing_function
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, dotted_name, last_name, string_value

_WORDS = (b"environ", b"env")
_PATTERN = rb"environ|\b(?:put|unset|set|del)env\b|load_dotenv|\bdotenv\b|\bread_env\b|\benviron\b"
_SETTERS = frozenset({"delenv", "putenv", "setenv", "unsetenv"})
_LOADERS = frozenset({"load_dotenv", "read_env", "set_key"})
_SETTINGS_CLASSES = frozenset(
    f"{module}.BaseSettings" for module in ("pydantic", "pydantic.v1", "pydantic_settings", "pydantic_settings.main")
)
_READING_METHODS = frozenset({"copy", "get", "items", "keys", "values"})


class EnvironmentWrite(NamedTuple):
    """Something sets the variable `name` (None: perhaps any), at the path and row (1-based).

    If `is_early`, it runs before tests and programs do, but possibly after modules are loaded.
    """

    name: str | None
    path: str
    row: int
    is_early: bool


def reads_environment(definition: Definition, context: FixContext) -> bool:
    """Whether a class derives from one of a library that reads the environment for each instance."""
    pending, seen = [definition], set()
    while pending:
        current = pending.pop()
        if current.name in _SETTINGS_CLASSES:
            return True
        node = context.names(current.path).find_definition(current.qualname) if current.path is not None else None
        if isinstance(node, ast.ClassDef) and current.path is not None and node not in seen:
            seen.add(node)
            bases = (context.names(current.path).resolve(base) for base in node.bases)
            pending += [base for base in bases if base is not None]
    return False


def find_environment_writes(context: FixContext) -> tuple[EnvironmentWrite, ...]:
    """Everything in any file that may set a variable of the environment."""
    paths = context.analysis.contents.find_matching(_PATTERN, _WORDS)
    other_paths = context.words.find_other_code(_PATTERN)
    return tuple(write for path in (*paths, *other_paths) for write in _writes_in(path, context))


def _writes_in(path: str, context: FixContext) -> Iterator[EnvironmentWrite]:
    with suppress(OSError):
        names = context.names(path)
        for node in names.symbol_table.nodes:
            for name in _written_names(node, names):
                yield EnvironmentWrite(name, path, getattr(node, "lineno", 0), _is_early(node, names))


def _written_names(node: ast.AST, names: FileNames) -> Iterator[str | None]:
    """The variables that a node sets; None for any."""
    if isinstance(node, ast.Call):
        function = last_name(node.func)
        if function in _SETTERS:
            yield string_value(node.args[0]) if node.args else None
        elif function in _LOADERS:
            yield None
    elif isinstance(node, (ast.Attribute, ast.Name)) and last_name(node) in ("environ", "environb"):
        yield from _environ_writes(node, names)
    elif isinstance(node, ast.alias) and node.name in ("environ", "environb"):
        if node.asname not in (None, node.name):
            yield None  # its uses have another name
    elif isinstance(node, ast.Constant) and node.value in ("environ", "os.environ"):
        parent = names.symbol_table.parent(node)
        is_dict_patch = isinstance(parent, ast.Call) and last_name(parent.func) == "dict"
        if isinstance(parent, ast.Call):
            yield from _patched_names(parent, node) if is_dict_patch else [None]


def _environ_writes(node: ast.expr, names: FileNames) -> Iterator[str | None]:
    """What is done with `os.environ`, other than reading it."""
    parent = names.symbol_table.parent(node)
    grandparent = names.symbol_table.parent(parent) if parent is not None else None
    if isinstance(node.ctx if isinstance(node, (ast.Name, ast.Attribute)) else None, ast.Store):
        yield None
    elif isinstance(parent, ast.Subscript) and parent.value is node:
        if not isinstance(parent.ctx, ast.Load):
            yield string_value(parent.slice)
    elif isinstance(parent, ast.Attribute):
        if not isinstance(parent.ctx, ast.Load):
            yield None
        elif parent.attr not in _READING_METHODS:
            is_call = isinstance(grandparent, ast.Call) and parent.attr in ("pop", "setdefault")
            yield string_value(grandparent.args[0]) if is_call and grandparent.args else None  # type: ignore[union-attr]
    elif isinstance(parent, ast.Call) and last_name(parent.func) == "dict" and isinstance(parent.func, ast.Attribute):
        yield from _patched_names(parent, node)
    elif not isinstance(parent, (ast.Compare, ast.Dict, ast.For, ast.comprehension)) and not _is_copied(parent):
        yield None


def _is_copied(parent: ast.AST | None) -> bool:
    return isinstance(parent, ast.Call) and dotted_name(parent.func) in ("dict", "len", "list", "sorted", "str")


def _patched_names(call: ast.Call, node: ast.expr) -> Iterator[str | None]:
    """The variables that `patch.dict(os.environ, …)` sets."""
    others = [each for each in call.args if each is not node]
    for keyword in call.keywords:
        if keyword.arg != "clear":
            yield keyword.arg
        elif not (isinstance(keyword.value, ast.Constant) and not keyword.value.value):
            yield None
    for argument in others:
        keys = argument.keys if isinstance(argument, ast.Dict) else [None]
        yield from (string_value(key) for key in keys)


def _is_early(node: ast.AST, names: FileNames) -> bool:
    """Whether a node is in a session fixture, or runs only where its file is the program."""
    function = enclosing_function(node, names)
    if function is None:
        is_test_setup = names.path.rpartition("/")[2] == "conftest.py"
        return is_test_setup or _is_main_guarded(node, names)
    if any("scope='session'" in ast.unparse(each) for each in function.decorator_list):
        return True
    symbol_table = names.symbol_table
    if function.decorator_list or symbol_table.scope_of(function).kind != "module":
        return False
    reads = symbol_table.symbol_of(function).reads
    return bool(reads) and all(
        symbol_table.call_of(read) is not None and _is_main_guarded(read, names) for read in reads
    )


def _is_main_guarded(node: ast.AST, names: FileNames) -> bool:
    """Whether a node runs only if its file is the program."""
    ancestors = list(names.symbol_table.ancestors(node))
    if any(isinstance(each, (FunctionNode, ast.Lambda, ast.ClassDef)) for each in ancestors):
        return False
    return any(isinstance(each, ast.If) and _is_main_test(each.test) for each in ancestors)


def _is_main_test(node: ast.expr) -> bool:
    return ast.unparse(node) in ("__name__ == '__main__'", "'__main__' == __name__")
