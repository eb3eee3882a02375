"""Imports by calls: `importlib.import_module`, `__import__`, and code that is run from text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import last_name
from flake8_redis_ssot.semantic.flow.evaluator import resolve_relative_module

_IMPORT_FUNCTIONS = frozenset(
    {
        "importlib.import_module",
        "importlib.__import__",
        "builtins.__import__",
        "django.utils.module_loading.import_string",
    }
)
_IMPORT_FUNCTIONS |= {"importlib.util.find_spec", "werkzeug.utils.import_string", "pkgutil.resolve_name"}
_WALKS = frozenset({"pkgutil.iter_modules", "pkgutil.walk_packages"})
# They run code that is not in the file.
_RUNNERS = frozenset({"builtins.exec", "builtins.eval", "runpy.run_module", "runpy.run_path", "imp.load_source"})
_RUNNERS |= {
    "pickle.load",
    "pickle.loads",
    "marshal.loads",
    "shelve.open",
    "code.interact",
    "pkg_resources.load_entry_point",
}
_RUNNERS |= {"importlib.metadata.entry_points", "importlib.util.module_from_spec", "pkg_resources.iter_entry_points"}


# Calls for which a dotted name is but a name.
_NAMING_CALLS = frozenset({"getLogger", "get_logger", "getChild", "TypeVar", "NewType", "namedtuple", "warn", "print"})
_MODULE_NAME = re.compile(r"\w+(?:\.\w+)+(?::[\w.]*)?")


class DynamicImport(NamedTuple):
    """A call that imports a `module`, or every module whose name starts with it if it `is_prefix`.

    The prefix is empty where any module may be meant. `is_walk`: it lists the modules of a package, which the imports
    beside it load. `row` is 1-based.
    """

    module: str
    row: int
    is_prefix: bool = False
    is_walk: bool = False


def read_dynamic_import(call: ast.Call, names: FileNames) -> DynamicImport | None:
    """The import that a call makes; None if it makes none."""
    definition = names.resolve(call.func)
    name = definition.name if definition is not None and definition.path is None else ""
    if name == "builtins.getattr" and call.args:
        owner = names.resolve(call.args[0])
        is_import = owner is not None and owner.name in ("importlib", "builtins")
        return DynamicImport("", call.lineno, is_prefix=True) if is_import else None
    if name in _RUNNERS:
        is_constant = name == "builtins.eval" and bool(call.args) and isinstance(call.args[0], ast.Constant)
        return None if is_constant else DynamicImport("", call.lineno, is_prefix=True)
    if name in _WALKS:
        return DynamicImport(_walked_package(call, names), call.lineno, is_prefix=True, is_walk=True)
    if name not in _IMPORT_FUNCTIONS:
        return None
    argument = _argument(call, 0, "name")
    if argument is None:
        return DynamicImport("", call.lineno, is_prefix=True)
    text, is_whole = _read_text(argument, names)
    text = text.partition(":")[0]
    if text.startswith("."):
        text = _make_absolute(text, _argument(call, 1, "package"), names)
    if not text:
        return DynamicImport("", call.lineno, is_prefix=True)
    return DynamicImport(text, call.lineno, is_prefix=not is_whole)


def find_named_modules(call: ast.Call, names: FileNames) -> Iterator[DynamicImport]:
    """The dotted names in what a library is passed, also in variables of the module: it may import what they name."""
    definition = names.resolve(call.func)
    if (definition is not None and definition.path is not None) or last_name(call.func) in _NAMING_CALLS:
        return
    for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
        for node in _iter_values(argument, names):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _MODULE_NAME.fullmatch(node.value):
                path = _find_module(node.value.partition(":")[0], names)
                if path:
                    yield DynamicImport(path, call.lineno)


def _iter_values(argument: ast.expr, names: FileNames) -> Iterator[ast.AST]:
    """The nodes of an argument, and of the display that a variable of the module is bound to."""
    symbol = names.symbol_table.lookup(argument.id, argument) if isinstance(argument, ast.Name) else None
    if symbol is not None and symbol.scope.kind == "module":
        for binding in symbol.bindings:
            value = getattr(binding.statement, "value", None)
            yield from ast.walk(value) if isinstance(value, (ast.Dict, ast.List, ast.Tuple, ast.Set)) else ()
    yield from ast.walk(argument)


def _find_module(dotted: str, names: FileNames) -> str:
    """The longest part of a dotted name that is a module of the project below a package; empty if none is."""
    parts = dotted.split(".")
    modules = (".".join(parts[:count]) for count in range(len(parts), 1, -1))
    return next((each for each in modules if names.resolver.path_of(each, names.path) is not None), "")


def _argument(call: ast.Call, index: int, name: str) -> ast.expr | None:
    if any(isinstance(each, ast.Starred) for each in call.args[: index + 1]):
        return None
    named = [keyword.value for keyword in call.keywords if keyword.arg == name]
    return next(iter([*call.args[index : index + 1], *named]), None)


def _read_text(node: ast.expr, names: FileNames) -> tuple[str, bool]:
    """The constant start of a string, and whether it is the whole string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value, True
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        start, is_whole = _read_text(node.left, names)
        if not is_whole:
            return start, False
        end, is_end_whole = _read_text(node.right, names)
        return start + end, is_end_whole
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant):
        return str(node.left.value).partition("%")[0], False
    if isinstance(node, ast.JoinedStr):
        return _read_joined(node, names)
    if isinstance(node, ast.FormattedValue):
        return _read_text(node.value, names)
    return _read_module_name(node, names)


def _read_joined(node: ast.JoinedStr, names: FileNames) -> tuple[str, bool]:
    text = ""
    for part in node.values:
        more, is_whole = _read_text(part, names)
        text += more
        if not is_whole:
            return text, False
    return text, True


def _read_module_name(node: ast.expr, names: FileNames) -> tuple[str, bool]:
    """`__name__`, `__package__`, or the `__name__` of an imported module."""
    package = names.module if names.path.rpartition("/")[2].startswith("__init__.") else names.module.rpartition(".")[0]
    if isinstance(node, ast.Name) and node.id in ("__name__", "__package__"):
        return (names.module if node.id == "__name__" else package), True
    if isinstance(node, ast.Attribute) and node.attr in ("__name__", "__package__"):
        definition = names.resolve(node.value)
        if definition is not None and definition.is_module:
            return definition.name, True
    return "", False


def _make_absolute(text: str, package_argument: ast.expr | None, names: FileNames) -> str:
    """A relative name as an absolute one; empty if its package is unknown."""
    package, is_whole = _read_text(package_argument, names) if package_argument is not None else ("", False)
    if not is_whole:
        return ""
    level = len(text) - len(text.lstrip("."))
    base = resolve_relative_module(package, level, "") or ""
    return f"{base}.{text[level:]}" if base else ""


def _walked_package(call: ast.Call, names: FileNames) -> str:
    """The package whose `__path__` is walked, with a final dot; empty if it is unknown."""
    argument = _argument(call, 0, "path")
    if isinstance(argument, ast.Name) and argument.id == "__path__":
        return f"{names.module}."
    if isinstance(argument, ast.Attribute) and argument.attr == "__path__":
        definition = names.resolve(argument.value)
        if definition is not None and definition.is_module:
            return f"{definition.name}."
    return ""
