"""What an expression is an attribute of, as far as that is certain: a module, a class, or an instance of a class."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.project.types.receivers import find_receiver
from flake8_redis_ssot.semantic.ast_queries import FunctionNode
from flake8_redis_ssot.semantic.scopes import Symbol


class Owner(NamedTuple):
    """What an expression evaluates to.

    `external` is the dotted name of something outside the project; else `path` is the file of a module, or of the
    class or function `node`. If `is_instance`, it is an instance of the class `node` or of a subclass. Nothing is
    known if all are empty. If `is_fresh`, it was made in the same function. If there is a `parameter` (in the file
    at `parameter_path`), its annotation says so: `find_possible_owners` tells what it is.
    """

    path: str = ""
    node: ast.AST | None = None
    is_instance: bool = False
    external: str = ""
    is_fresh: bool = False
    parameter: ast.arg | None = None
    parameter_path: str = ""

    @property
    def is_unknown(self) -> bool:
        """Whether it may be anything."""
        return not self.path and not self.external


_UNKNOWN = Owner()
_MAX_DEPTH = 20


def find_owner(node: ast.expr | None, names: FileNames) -> Owner:
    """What an expression, or a string that holds a dotted path and a further name, evaluates to."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _owner_of_path(node.value.rpartition(".")[0], names)
    receiver = find_receiver(node, names.symbol_table) if node is not None else None
    if receiver is not None:
        return Owner(names.path, receiver.class_node, is_instance=not receiver.is_class)
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return _UNKNOWN
    symbol = names.symbol_table.lookup(node.id, node) if isinstance(node, ast.Name) else None
    if symbol is not None and symbol.scope.kind not in ("module", "class"):
        local = _owner_of_local(symbol, names)
        if not local.is_unknown or not all(isinstance(each.node, ast.alias) for each in symbol.bindings):
            return local
    return _owner_of_definition(node, names)


def _owner_of_definition(node: ast.expr, names: FileNames) -> Owner:
    """A module, class or function by its name; nothing for a variable."""
    definition = names.resolve(node)
    if definition is None:
        return _UNKNOWN
    if definition.path is None:
        return Owner(external=definition.name)
    if definition.is_module:
        return Owner(definition.path)
    found = names.in_file(definition.path).find_definition(definition.qualname)
    return Owner(definition.path, found) if found is not None else _UNKNOWN


def _owner_of_path(dotted: str, names: FileNames) -> Owner:
    """What a dotted path in a string names."""
    if not dotted:
        return _UNKNOWN
    definitions = names.resolver.resolve(names.resolver.to_origin(dotted), names.path)
    if len(definitions) != 1:
        return _UNKNOWN
    definition = definitions[0]
    if definition.path is None:
        return Owner(external=definition.name)
    if definition.is_module:
        return Owner(definition.path)
    found = names.in_file(definition.path).find_definition(definition.qualname) if definition.is_found else None
    return Owner(definition.path, found) if found is not None else _UNKNOWN


def _owner_of_local(symbol: Symbol, names: FileNames) -> Owner:
    """The class of a local variable that is made in the same function, or of a parameter with an annotation."""
    if len(symbol.bindings) != 1 or symbol.has_inner_declaration:
        return _UNKNOWN
    binding = symbol.bindings[0]
    if isinstance(binding.node, ast.arg):
        annotation = binding.node.annotation
        owner = instance_of(annotation, names) if annotation is not None else _UNKNOWN
        return owner if owner.is_unknown else owner._replace(parameter=binding.node, parameter_path=names.path)
    statement = binding.statement
    value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
    is_target = isinstance(statement, ast.Assign) and statement.targets == [binding.node]
    if isinstance(value, ast.Call) and (is_target or getattr(statement, "target", None) is binding.node):
        return instance_of(value.func, names)._replace(is_fresh=True)
    return _UNKNOWN


def instance_of(node: ast.expr, names: FileNames) -> Owner:
    """An instance of the class of the project that an expression names, if the class makes its instances itself."""
    owner = _owner_of_definition(node, names) if isinstance(node, (ast.Name, ast.Attribute)) else _UNKNOWN
    is_class = isinstance(owner.node, ast.ClassDef) and not _makes_others(owner.node, names.in_file(owner.path))
    return owner._replace(is_instance=True) if is_class else _UNKNOWN


def _makes_others(node: ast.ClassDef, names: FileNames, depth: int = 0) -> bool:
    """Whether a call of a class may return something else: `__new__`, a metaclass, or a base that has them."""
    if any(isinstance(each, FunctionNode) and each.name == "__new__" for each in node.body):
        return True
    if any(keyword.arg == "metaclass" for keyword in node.keywords) or depth > _MAX_DEPTH:
        return True
    bases = (_owner_of_definition(each, names) for each in node.bases if isinstance(each, (ast.Name, ast.Attribute)))
    return any(
        isinstance(base.node, ast.ClassDef) and _makes_others(base.node, names.in_file(base.path), depth + 1)
        for base in bases
    )


def iter_bases(node: ast.ClassDef, names: FileNames, depth: int = 0) -> Iterator[tuple[FileNames, ast.ClassDef]]:
    """A class and its bases in the project, each with the names of its file."""
    yield names, node
    for base in node.bases if depth < _MAX_DEPTH else ():
        definition = names.resolve(base.value if isinstance(base, ast.Subscript) else base)
        if definition is not None and definition.path is not None:
            found = names.find_node(definition)
            if isinstance(found, ast.ClassDef):
                yield from iter_bases(found, names.in_file(definition.path), depth + 1)


def enclosing_function(node: ast.AST, names: FileNames) -> FunctionNode | None:
    """The innermost function around a node, with the classes and lambdas in between left out."""
    ancestors = names.symbol_table.ancestors(node)
    return next((each for each in ancestors if isinstance(each, FunctionNode)), None)
