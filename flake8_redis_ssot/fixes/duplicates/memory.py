"""Whether a class keeps its values in memory or on a server."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from flake8_redis_ssot.config.catalogue.databases import DATABASES
from flake8_redis_ssot.config.catalogue.key_value_stores import KEY_VALUE_STORES
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, iter_statements, last_name, methods_in

# What holds values in the memory of a process.
_CONTAINERS = frozenset(
    {
        *("ChainMap", "Counter", "OrderedDict", "UserDict", "WeakValueDictionary", "defaultdict", "deque"),
        *("LFUCache", "LRUCache", "TTLCache", "bytearray", "dict", "list", "set"),
    }
)
_MUTATORS = frozenset(
    {
        *("add", "append", "appendleft", "clear", "discard", "extend", "extendleft", "insert", "pop", "popitem"),
        *("popleft", "remove", "setdefault", "subtract", "update"),
    }
)


def is_container(value: ast.expr) -> bool:
    """Whether a value is a new dictionary, list or set."""
    if isinstance(value, ast.Call):
        return last_name(value.func) in _CONTAINERS
    return isinstance(value, (ast.Dict, ast.DictComp, ast.List, ast.ListComp, ast.Set, ast.SetComp))


def single_assignment(statement: ast.stmt) -> tuple[str, ast.expr | None]:
    """The only target of an assignment, as text, and its value; an empty text for any other statement."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        return ast.unparse(statement.targets[0]), statement.value
    return (ast.unparse(statement.target), statement.value) if isinstance(statement, ast.AnnAssign) else ("", None)


def find_memory_store(tree: ast.Module, node: ast.ClassDef, called: Iterable[str]) -> ast.stmt | None:
    """The assignment of a container that calls of some methods (by name) change; None if there is none.

    It is an attribute of the instance or of the class, or a variable of the module `tree`.
    """
    methods = methods_in(node)
    changed = {name for method in _called_methods(methods, called) for name in _changed_names(method, node.name)}
    for statement, name in _containers(tree, node, methods):
        if name in changed:
            return statement
    return None


def _called_methods(methods: Mapping[str, FunctionNode], called: Iterable[str]) -> list[FunctionNode]:
    """The methods, and those that they call on `self`."""
    found: dict[str, FunctionNode] = {}
    pending = list(called)
    while pending:
        name = pending.pop()
        if name in methods and name not in found:
            found[name] = methods[name]
            pending += [each.attr for each in ast.walk(methods[name]) if isinstance(each, ast.Attribute)]
    return list(found.values())


def _containers(
    tree: ast.Module, node: ast.ClassDef, methods: Mapping[str, FunctionNode]
) -> Iterator[tuple[ast.stmt, str]]:
    """Assignments of containers, each with the name that methods change: attributes have a dot before them."""
    for statement in tree.body:
        yield from _container(statement, r"(\w+)", "")
    for statement in node.body:
        yield from _container(statement, r"(\w+)", ".")
    for method in methods.values():
        owner = method.args.args[0].arg if method.args.args else ""
        for statement in iter_statements(method.body):
            yield from _container(statement, rf"{owner}\.(\w+)", ".")


def _container(statement: ast.stmt, target: str, prefix: str) -> Iterator[tuple[ast.stmt, str]]:
    name, value = single_assignment(statement)
    match = re.fullmatch(target, name)
    if match and value is not None and is_container(value):
        yield statement, f"{prefix}{match[1]}"


def _changed_names(method: FunctionNode, class_name: str) -> Iterator[str]:
    """What a method changes in place: variables, and attributes of `self` or of the class with a dot before them."""
    parameters = [*method.args.posonlyargs, *method.args.args]
    owners = {class_name, *(each.arg for each in parameters[:1])}
    for each in ast.walk(method):
        if isinstance(each, ast.Subscript) and not isinstance(each.ctx, ast.Load):
            changed: ast.expr | None = each.value
        elif isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr in _MUTATORS:
            changed = each.func.value
        else:
            changed = each.target if isinstance(each, ast.AugAssign) else None
        while isinstance(changed, ast.Subscript):
            changed = changed.value
        if isinstance(changed, ast.Name):
            yield changed.id
        elif isinstance(changed, ast.Attribute) and ast.unparse(changed.value) in {*owners, "type(self)", "cls"}:
            yield f".{changed.attr}"


def imports_server_client(tree: ast.Module) -> bool:
    """Whether a module imports a known client of a database or a key-value store."""
    for statement in ast.walk(tree):
        if isinstance(statement, ast.Import):
            modules = [each.name for each in statement.names]
        elif isinstance(statement, ast.ImportFrom) and not statement.level:
            modules = [statement.module or ""]
        else:
            continue
        if any(module.partition(".")[0] in _server_packages() for module in modules):
            return True
    return False


def is_server_client(name: str) -> bool:
    """Whether a dotted name belongs to a known client of a database or a key-value store."""
    return name.partition(".")[0] in _server_packages()


@cache
def _server_packages() -> frozenset[str]:
    presets = (*KEY_VALUE_STORES, *DATABASES)
    names = (name for preset in presets for constructor in preset.constructors for name in constructor.names)
    return frozenset(name.partition(".")[0] for name in names)
