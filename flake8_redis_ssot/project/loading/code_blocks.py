"""Blocks of code that run while a module is loaded: its statements, and functions that these may call."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flake8_redis_ssot.project.loading.dynamic_imports import DynamicImport, find_named_modules, read_dynamic_import
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import (
    FunctionNode,
    is_type_checking,
    iter_statements,
    last_name,
    methods_in,
)

ImportStatement = ast.Import | ast.ImportFrom
# They keep what they are given, and call it later if at all.
_DEFERRING_CALLS = frozenset(
    {"Depends", "Security", "TypeVar", "cast", "getLogger", "isinstance", "issubclass", "property"}
)


class CodeBlock(NamedTuple):
    """What a block does: its imports, and the functions that it may run.

    `functions` are those of the project that it names (path and local name), `method_names` the attributes that it
    reads of unknown objects.
    """

    imports: tuple[ImportStatement, ...]
    dynamic_imports: tuple[DynamicImport, ...]
    functions: tuple[tuple[str, str], ...]
    method_names: frozenset[str]


class UsedDefinitions:
    """What using a definition may run, found out once: this may read the file that contains it."""

    def __init__(self) -> None:
        self._functions: dict[Definition, tuple[tuple[str, str], ...]] = {}
        self._is_of_object: dict[Definition, bool] = {}

    def clear(self) -> None:
        """Forget everything, after files have changed."""
        self._functions.clear()
        self._is_of_object.clear()

    def find_functions(self, definition: Definition, names: FileNames) -> tuple[tuple[str, str], ...]:
        """A function, or the special methods of a class and its bases: instances may run any of them."""
        if definition not in self._functions:
            self._functions[definition] = tuple(_functions_of(definition, names))
        return self._functions[definition]

    def is_of_object(self, definition: Definition, names: FileNames) -> bool:
        """Whether a definition stands for an attribute of a variable of the project, whose class is not known."""
        if definition.path is None or "." not in definition.qualname:
            return False
        if definition not in self._is_of_object:
            self._is_of_object[definition] = names.find_node(definition) is None
        return self._is_of_object[definition]


def read_module_block(names: FileNames, used_definitions: UsedDefinitions) -> CodeBlock:
    """The block of a module's own statements."""
    return _read_block(iter_module_nodes(names.symbol_table.tree.body), names, used_definitions)


def read_function_block(function: FunctionNode, names: FileNames, used_definitions: UsedDefinitions) -> CodeBlock:
    """The block of a function, including the functions nested in it."""
    nodes = (node for statement in function.body for node in ast.walk(statement))
    return _read_block(nodes, names, used_definitions)


def functions_in(tree: ast.Module) -> Iterator[FunctionNode]:
    """The functions and methods of a module, without those nested in functions."""
    for statement in iter_statements(tree.body):
        if isinstance(statement, FunctionNode):
            yield statement
        elif isinstance(statement, ast.ClassDef):
            yield from functions_in(ast.Module(statement.body, []))


def is_main_check(test: ast.expr) -> bool:
    """Whether a condition is `__name__ == "__main__"`."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return False
    sides = (test.left, test.comparators[0])
    is_name = any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)
    return is_name and any(isinstance(side, ast.Constant) and side.value == "__main__" for side in sides)


def iter_module_nodes(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes that are evaluated when a module is loaded, not those in functions or for type checkers."""
    stack = [*body][::-1]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.If) and (is_type_checking(node.test) or is_main_check(node.test)):
            stack += node.orelse[::-1]
            continue
        yield node
        if isinstance(node, FunctionNode):
            children: list[ast.AST] = [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
        elif isinstance(node, ast.AnnAssign):
            children = [each for each in (node.target, node.value) if each is not None]
        else:
            children = list(ast.iter_child_nodes(node))
        stack += children[::-1]


def _read_block(nodes: Iterable[ast.AST], names: FileNames, used_definitions: UsedDefinitions) -> CodeBlock:
    imports: list[ImportStatement] = []
    dynamic_imports: list[DynamicImport] = []
    functions: dict[tuple[str, str], None] = {}
    method_names: set[str] = set()
    skipped: set[int] = set()
    for node in nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            imports.append(node)
        if isinstance(node, ast.Call):
            own = read_dynamic_import(node, names)
            dynamic_imports += [own] if own is not None else find_named_modules(node, names)
            if last_name(node.func) in _DEFERRING_CALLS:
                skipped |= {id(each) for each in (*node.args, *(keyword.value for keyword in node.keywords))}
        if id(node) in skipped or not isinstance(node, (ast.Name, ast.Attribute)):
            continue
        if isinstance(node.ctx, ast.Load):
            definition = names.resolve(node)
            if definition is not None:
                functions |= dict.fromkeys(used_definitions.find_functions(definition, names))
            if isinstance(node, ast.Attribute) and (
                definition is None or used_definitions.is_of_object(definition, names)
            ):
                method_names.add(node.attr)
                functions |= dict.fromkeys(_module_getattr(node, names))
    for statement in imports:
        functions |= dict.fromkeys(_imported_getattr(statement, names))
    return CodeBlock(tuple(imports), tuple(dynamic_imports), tuple(functions), frozenset(method_names))


def _functions_of(definition: Definition, names: FileNames, depth: int = 0) -> Iterator[tuple[str, str]]:
    node = names.find_node(definition) if definition.path is not None and definition.is_found else None
    if isinstance(node, FunctionNode):
        yield definition.path or "", definition.qualname
    elif isinstance(node, ast.ClassDef) and depth < 10:
        for name in methods_in(node):
            if name.startswith("__") and name.endswith("__"):
                yield definition.path or "", f"{definition.qualname}.{name}"
        own_names = names.in_file(definition.path or "")
        for base in (*node.bases, *(keyword.value for keyword in node.keywords)):
            found = own_names.resolve(base.value if isinstance(base, ast.Subscript) else base)
            if found is not None:
                yield from _functions_of(found, own_names, depth + 1)


def _module_getattr(node: ast.Attribute, names: FileNames) -> Iterator[tuple[str, str]]:
    """The `__getattr__` of the module whose attribute is read."""
    definition = names.resolve(node.value)
    path = definition.path if definition is not None and definition.is_module else None
    if path is not None and names.resolver.load_exports(path).has_getattr:
        yield path, "__getattr__"


def _imported_getattr(statement: ImportStatement, names: FileNames) -> Iterator[tuple[str, str]]:
    """The `__getattr__` of the package that a name is imported from, if nothing else provides the name."""
    if not isinstance(statement, ast.ImportFrom):
        return
    module = names.absolute_module(statement)
    path = names.resolver.path_of(module, names.path) if module else None
    if path is None or not names.resolver.load_exports(path).has_getattr:
        return
    for alias in statement.names:
        definitions = names.resolver.resolve(f"{module}:{alias.name}", names.path)
        if not definitions or not all(definition.is_found for definition in definitions):
            yield path, "__getattr__"
