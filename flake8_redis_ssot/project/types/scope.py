"""The place of an expression: a file and a function, and what names mean there."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.project.resolver import Home, Project
from flake8_redis_ssot.project.types.decorators import Load, plain, resolved
from flake8_redis_ssot.semantic.ast_queries import Function, definition_of, dotted_of, is_static, nodes_of
from flake8_redis_ssot.semantic.facts import attribute_of
from flake8_redis_ssot.semantic.flow.evaluator import relative_module
from flake8_redis_ssot.semantic.flow.frames import parameters, stored_names

# How many functions and variables are followed, one into the other.
_DEPTH = 5
NUMBER = re.compile(r"#\d+")


@dataclass(frozen=True, slots=True)
class Site:
    """Where an expression stands: in a file, in a function, which may be a method of the class `owner`."""

    path: str
    load: Load
    project: Project
    depth: int = _DEPTH
    owner: str = ""
    function: Function | None = None
    seen: frozenset[tuple[str, str, str]] = frozenset()  # variables that are being looked at

    @property
    def own_class(self) -> Home:
        """The class around it."""
        name = f"{self.project.modules.name_of(self.path)}.{NUMBER.sub('', self.owner)}"
        return Home(name, self.path, self.owner)

    @property
    def first(self) -> str:
        """The name of `self` or `cls`; empty outside a method."""
        if self.function is None or not self.owner or is_static(self.function):
            return ""
        return next(iter(parameters(self.function.args)), "")

    @property
    def has_class(self) -> bool:
        """Whether the first parameter is the class, not an instance."""
        decorators = [dotted_of(name) for name in self.function.decorator_list] if self.function else []
        return "classmethod" in decorators or (self.function is not None and self.function.name == "__new__")

    def is_class(self, node: ast.expr) -> bool:
        """Whether an expression is the class around it."""
        text = ast.unparse(node)
        plain = {self.first} if self.has_class else {f"{self.first}.__class__", f"type({self.first})"}
        return bool(self.first) and text in plain

    def home_of(self, node: ast.expr) -> Home | None:
        """Where a dotted name is at home, as the function sees it."""
        dotted = dotted_of(node)
        root, _, rest = dotted.partition(".")
        if self.function is not None:
            origin = imported(self.function, root, package_name(self.path, self.project.modules.roots))
            if origin:
                homes = self.project.resolve(attribute_of(origin, rest) if rest else origin, self.path)
                return plain(homes[0]) if len(homes) == 1 and not homes[0].guessed else None
            if root in locals_of(self.function):
                return None
        return resolved(dotted, self.path, self.project) if dotted else None

    def definition(self, home: Home) -> Function | ast.ClassDef | None:
        """What is defined at a home in the project."""
        return definition_of(self.load(home.path), home.local) if home.path is not None else None

    def member(self, owner: Home, name: str) -> Home | None:
        """Where a member of a class of the project is at home."""
        if owner.path is None:
            return None
        origin = f"{self.project.modules.name_of(owner.path)}:@{owner.local}.{name}"
        homes = self.project.resolve(origin, owner.path)
        return homes[0] if len(homes) == 1 else None


def imported(function: Function, name: str, package: str) -> str:
    """The origin of a name that an import statement in a function brings in; empty where none does."""
    for node in nodes_of(function):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                if (alias.asname or alias.name.partition(".")[0]) == name:
                    return _origin(node, alias, package)
    return ""


def _origin(node: ast.Import | ast.ImportFrom, alias: ast.alias, package: str) -> str:
    if isinstance(node, ast.Import):
        return f"{alias.name if alias.asname else alias.name.partition('.')[0]}:"
    module = relative_module(package, node.level, node.module or "") if node.level else node.module
    return f"{module}:{alias.name}"


def locals_of(function: Function) -> set[str]:
    """The names that a function binds for itself."""
    shared = {name for node in nodes_of(function) if isinstance(node, ast.Global) for name in node.names}
    return {*parameters(function.args), *stored_names(function.body)} - shared
