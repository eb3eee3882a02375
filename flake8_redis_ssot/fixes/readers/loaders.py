"""Loaders of modules with computed names, which may load a module that no text names."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.loading.name_tests import find_fragments, find_target_names
from flake8_redis_ssot.fixes.readers.module_uses import ModuleUses
from flake8_redis_ssot.fixes.readers.target import PossibleRead, ReadTarget
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.project.search.word_index import LOADER_WORD
from flake8_redis_ssot.semantic.ast_queries import dotted_name, last_name
from flake8_redis_ssot.semantic.text_patterns import UNKNOWN, find_text_pattern, is_composed

# They return the names of a module instead of the module.
_RUNNING_FUNCTIONS = frozenset({"run_module", "run_path"})
_LOADING_FUNCTIONS = frozenset({"import_module", "__import__", "load_module", "module_from_spec"}) | _RUNNING_FUNCTIONS
# A call of such a function with anything but a whole literal.
_COMPUTED_LOAD = re.compile(
    rb"\b(?:" + b"|".join(sorted(each.encode() for each in _LOADING_FUNCTIONS)) + rb")\s*\("
    rb"(?!\s*(?:name\s*=\s*)?[rub]?[\"'][^\"'\n]*[\"']\s*[,)])"
)
_WALK = re.compile(rb"\bmodules\.(?:items|values)\(")
_LISTINGS = re.compile(rb"\b(?:iter_modules|walk_packages|find_modules|listdir|scandir|os\.walk|r?glob|iterdir)\b")


# Instead of the pattern of a name: that of the module of any class or function.
_OBJECT_MODULE = "__module__"


class LoaderFile(NamedTuple):
    """What the bytes of a file say about the modules it may load.

    It may compute their names, or list files: `listed_code` is the code of a file that lists folders or packages.
    """

    has_computed_loads: bool
    listed_code: bytes

    def may_list(self, path: str, target: ReadTarget) -> bool:
        """Whether the file at `path` lists the folder or package that the module is in.

        A name that comes from elsewhere is written there, where the search for the module's name finds it.
        """
        if target.package.rpartition(".")[2].encode() not in self.listed_code:
            return False
        spelling = re.escape(target.package).replace(r"\.", "[./]").encode()
        before = rb"(?<![\w./])" if "." in target.package else rb"(?:[\"'/]|\bimport\s+)"
        is_named = bool(target.package) and re.search(before + spelling + rb"(?!\w)", self.listed_code)
        return bool(is_named) or target.path.startswith(os.path.dirname(path) + os.sep)


def find_in_loaders(target: ReadTarget, context: FixContext) -> Iterator[PossibleRead]:
    """The reads of modules with computed names among which the module may be."""
    for path in context.words.find_project_files(LOADER_WORD):
        if path == target.path:
            continue
        for module_node, fragments in context.remember(
            ("find_walked_modules", path), partial(_find_walked_modules, path, context)
        ):
            if all(fragment.lower() in target.module.lower() for fragment in fragments):
                for read in ModuleUses(path, target, context).follow_name(module_node):
                    yield read._replace(cause=f"walks over all loaded modules, and {read.cause}")
        loader = context.remember(("read_loader", path), partial(_read_loader, path, context))
        may_list = loader.may_list(path, target)
        if may_list or loader.has_computed_loads:
            uses = ModuleUses(path, target, context)
            for call, pattern in context.remember(
                ("find_computed_loads", path), partial(_find_computed_loads, path, context)
            ):
                is_named = re.fullmatch(pattern, target.module) if is_composed(pattern) else may_list
                is_named = is_named or (pattern == _OBJECT_MODULE and may_have_objects(path, target, context))
                follow = uses.follow_names if last_name(call.func) in _RUNNING_FUNCTIONS else uses.follow
                for read in follow(call) if is_named else ():
                    yield read._replace(cause=f"loads modules with computed names, and {read.cause}")


def _read_loader(path: str, context: FixContext) -> LoaderFile:
    code = context.references.code_bytes(path)
    return LoaderFile(_COMPUTED_LOAD.search(code) is not None, code if _LISTINGS.search(code) else b"")


def _find_computed_loads(path: str, context: FixContext) -> tuple[tuple[ast.Call, str], ...]:
    """The calls that load modules with computed names, with a regular expression for each name."""
    package, loads = package_name(path, context.resolver.modules.roots), []
    symbol_table = context.symbol_table(path)
    for call in context.document(path).calls:
        name = _find_name_argument(call) if last_name(call.func) in _LOADING_FUNCTIONS else None
        if name is None or isinstance(name, ast.Constant) or _is_from_import_statement(name, path, context):
            continue
        pattern = _OBJECT_MODULE if _is_module_of_object(name, path, context) else find_text_pattern(name, symbol_table)
        level = re.match(r"(?:\\\.)+", pattern)  # a relative name: dots at its start
        loads.append((call, f"{re.escape(package)}.{UNKNOWN}{pattern[level.end() :]}" if level else pattern))
    return tuple(loads)


def _find_walked_modules(path: str, context: FixContext) -> tuple[tuple[ast.Name, tuple[str, ...]], ...]:
    """The variables of loops over the values of `sys.modules`, with what the names of modules must contain there."""
    if not _WALK.search(context.references.code_bytes(path)):
        return ()
    walked = []
    for node in context.document(path).symbol_table.nodes:
        if isinstance(node, (ast.For, ast.comprehension)) and _walks_modules(node.iter):
            first = node.body[0] if isinstance(node, ast.For) else None
            tests = (
                node.ifs if isinstance(node, ast.comprehension) else [first.test] if isinstance(first, ast.If) else []
            )
            is_filtered = isinstance(node, ast.comprehension) or len(node.body) == 1
            variables = find_target_names(node.target)
            fragments = find_fragments(tests, variables) if is_filtered else ()
            target = node.target.elts[-1] if isinstance(node.target, ast.Tuple) else node.target
            walked += [(target, fragments)] if isinstance(target, ast.Name) else []
    return tuple(walked)


def _walks_modules(node: ast.expr) -> bool:
    while isinstance(node, ast.Call) and last_name(node.func) in ("list", "tuple", "sorted", "reversed") and node.args:
        node = node.args[0]
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("items", "values")
        and dotted_name(node.func.value) in ("sys.modules", "_sys.modules")
    )


def _is_from_import_statement(name: ast.expr, path: str, context: FixContext) -> bool:
    """Whether a name is that of a module which an import statement names (`node.module` of a tree).

    Who imports a name from the module is known from these statements.
    """
    symbol_table = context.symbol_table(path)
    if isinstance(name, ast.Name) and symbol_table.lookup(name.id, name) is not None:
        bindings = symbol_table.symbol_of(name).bindings
        values = [getattr(binding.statement, "value", None) for binding in bindings]
    else:
        values = [name]
    return all(isinstance(value, ast.Attribute) and value.attr == "module" for value in values)


def _is_module_of_object(name: ast.expr, path: str, context: FixContext) -> bool:
    """Whether a name is that of the module of a class or function: `cls.__module__`."""
    symbol_table = context.symbol_table(path)
    if isinstance(name, ast.Name) and symbol_table.lookup(name.id, name) is not None:
        bindings = symbol_table.symbol_of(name).bindings
        return any(_names_own_module(getattr(binding.statement, "value", None)) for binding in bindings)
    return _names_own_module(name)


def _names_own_module(node: ast.expr | None) -> bool:
    return node is not None and any(
        (isinstance(each, ast.Attribute) and each.attr == "__module__")
        or (isinstance(each, ast.Constant) and each.value == "__module__")
        for each in ast.walk(node)
    )


def may_have_objects(path: str, target: ReadTarget, context: FixContext) -> bool:
    """Whether a file may get objects of a module: a test only gets those of what it loads."""
    is_test = is_test_path(context.relative_path(path))
    return not is_test or context.import_graph.find_path(path, target.path) is not None


def _find_name_argument(call: ast.Call) -> ast.expr | None:
    named = (keyword.value for keyword in call.keywords if keyword.arg == "name")
    return next(iter(call.args), None) or next(named, None)
