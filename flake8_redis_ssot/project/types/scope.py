"""The place of an expression: a file and a function, and what names mean there."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.project.resolver import Definition, Resolver
from flake8_redis_ssot.project.types.decorators import ModuleLoader, normalize_definition, resolve_name
from flake8_redis_ssot.semantic.ast_queries import (
    FunctionNode,
    dotted_name,
    find_definition,
    is_static,
    iter_scope_nodes,
    plain_qualname,
)
from flake8_redis_ssot.semantic.facts import attribute_origin
from flake8_redis_ssot.semantic.flow.evaluator import resolve_relative_module
from flake8_redis_ssot.semantic.flow.frames import parameter_names, stored_names

# How many functions and variables are followed, one into the other.
_MAX_DEPTH = 5


@dataclass(frozen=True, slots=True)
class InferenceScope:
    """Where an expression stands: in a file, in a function, which may be a method of the class `class_qualname`."""

    path: str
    load: ModuleLoader
    resolver: Resolver
    remaining_depth: int = _MAX_DEPTH
    class_qualname: str = ""
    function: FunctionNode | None = None
    visiting: frozenset[tuple[str, str, str]] = frozenset()  # variables that are being looked at

    @property
    def enclosing_class(self) -> Definition:
        """The class around it."""
        name = f"{self.resolver.modules.name_of(self.path)}.{plain_qualname(self.class_qualname)}"
        return Definition(name, self.path, self.class_qualname)

    @property
    def self_name(self) -> str:
        """The name of `self` or `cls`; empty outside a method."""
        if self.function is None or not self.class_qualname or is_static(self.function):
            return ""
        return next(iter(parameter_names(self.function.args)), "")

    @property
    def is_classmethod(self) -> bool:
        """Whether the first parameter is the class, not an instance."""
        decorators = [dotted_name(name) for name in self.function.decorator_list] if self.function else []
        return "classmethod" in decorators or (self.function is not None and self.function.name == "__new__")

    def is_enclosing_class(self, node: ast.expr) -> bool:
        """Whether an expression is the class around it."""
        text = ast.unparse(node)
        class_texts = (
            {self.self_name} if self.is_classmethod else {f"{self.self_name}.__class__", f"type({self.self_name})"}
        )
        return bool(self.self_name) and text in class_texts

    def resolve(self, node: ast.expr) -> Definition | None:
        """Where a dotted name is at home, as the function sees it."""
        dotted = dotted_name(node)
        root, _, rest = dotted.partition(".")
        if self.function is not None:
            origin = find_local_import(self.function, root, package_name(self.path, self.resolver.modules.roots))
            if origin:
                definitions = self.resolver.resolve(attribute_origin(origin, rest) if rest else origin, self.path)
                return (
                    normalize_definition(definitions[0])
                    if len(definitions) == 1 and not definitions[0].is_guess
                    else None
                )
            if root in local_names(self.function):
                return None
        return resolve_name(dotted, self.path, self.resolver) if dotted else None

    def find_node(self, definition: Definition) -> FunctionNode | ast.ClassDef | None:
        """What is defined at a home in the project."""
        return find_definition(self.load(definition.path), definition.qualname) if definition.path is not None else None

    def find_member(self, owner: Definition, name: str) -> Definition | None:
        """Where a member of a class of the project is at home."""
        if owner.path is None:
            return None
        origin = f"{self.resolver.modules.name_of(owner.path)}:@{owner.qualname}.{name}"
        definitions = self.resolver.resolve(origin, owner.path)
        return definitions[0] if len(definitions) == 1 else None


def find_local_import(function: FunctionNode, name: str, package: str) -> str:
    """The origin of a name that an import statement in a function brings in; empty where none does."""
    for node in iter_scope_nodes(function):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                if (alias.asname or alias.name.partition(".")[0]) == name:
                    return _import_origin(node, alias, package)
    return ""


def _import_origin(node: ast.Import | ast.ImportFrom, alias: ast.alias, package: str) -> str:
    if isinstance(node, ast.Import):
        return f"{alias.name if alias.asname else alias.name.partition('.')[0]}:"
    module = resolve_relative_module(package, node.level, node.module or "") if node.level else node.module
    return f"{module}:{alias.name}"


def local_names(function: FunctionNode) -> set[str]:
    """The names that a function binds for itself."""
    global_names = {name for node in iter_scope_nodes(function) if isinstance(node, ast.Global) for name in node.names}
    return {*parameter_names(function.args), *stored_names(function.body)} - global_names
