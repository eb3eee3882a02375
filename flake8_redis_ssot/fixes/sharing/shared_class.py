"""The class of an instance, recognised whole: its chain of bases, its body and its methods."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.sharing.known import MEMBERLESS_BASES, METHOD_DECORATORS, SPECIAL_METHODS
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.decorators import decorator_names
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, does_nothing, is_static


class NotRecognisedError(Exception):
    """Code is none of the shapes that are known to be safe; the text is the reason."""


@dataclass(frozen=True)
class ClassPart:
    """One class of a chain of bases, in the file at `path`."""

    path: str
    node: ast.ClassDef
    names: FileNames

    def is_own(self, node: ast.expr, method: FunctionNode) -> bool:
        """Whether an expression is the instance, in a method of this class or a function inside of it."""
        symbol_table = self.names.symbol_table
        first = next(iter([*method.args.posonlyargs, *method.args.args]), None)
        if first is None or not isinstance(node, ast.Name) or symbol_table.lookup(node.id, node) is None:
            return False
        return symbol_table.symbol_of(node) is symbol_table.symbol_of(first)


@dataclass(frozen=True)
class Method:
    """A method, and the class of the chain that defines it; `decorators` are dotted names (empty: unknown)."""

    part: ClassPart
    node: FunctionNode
    decorators: tuple[str, ...]

    @property
    def is_property(self) -> bool:
        """Whether it is read as an attribute."""
        return "builtins.property" in self.decorators

    @property
    def takes_instance(self) -> bool:
        """Whether its first parameter is the instance."""
        return not is_static(self.node) and "builtins.classmethod" not in self.decorators

    @property
    def has_known_decorators(self) -> bool:
        """Whether its decorators leave its body as it is."""
        known = METHOD_DECORATORS | {"builtins.property", "builtins.classmethod", "builtins.staticmethod"}
        return known.issuperset(self.decorators)


@dataclass(frozen=True)
class SharedClass:
    """A class (`definition`) and its bases in the project, the class itself first."""

    definition: Definition
    parts: tuple[ClassPart, ...]

    @property
    def name(self) -> str:
        """The name of the class."""
        return self.parts[0].node.name

    def find_method(self, name: str, *, after: ClassPart | None = None) -> Method | None:
        """The method of that name that Python finds first; with `after`, as `super()` in a method of that class."""
        start = self.parts.index(after) + 1 if after is not None else 0
        for part in self.parts[start:]:
            functions = [
                each
                for each in part.node.body
                if isinstance(each, FunctionNode) and each.name == name and not _is_setter(each)
            ]
            if functions:
                return Method(part, functions[-1], tuple(decorator_names(functions[-1], part.names)))
        return None

    def returned_attribute(self, name: str) -> str | None:
        """The attribute of the instance that a property of that name returns and does nothing else; None if none."""
        method = self.find_method(name)
        statements = [each for each in method.node.body if not does_nothing(each)] if method is not None else []
        if method is None or method.decorators != ("builtins.property",) or len(statements) != 1:
            return None
        value = statements[0].value if isinstance(statements[0], ast.Return) else None
        is_own = isinstance(value, ast.Attribute) and method.part.is_own(value.value, method.node)
        return value.attr if is_own and isinstance(value, ast.Attribute) else None

    def iter_methods(self) -> Iterator[tuple[ClassPart, FunctionNode]]:
        """Every function in a class body of the chain, whether it is overridden or not."""
        for part in self.parts:
            yield from ((part, each) for each in part.node.body if isinstance(each, FunctionNode))

    @cached_property
    def stores(self) -> dict[str, list[tuple[ClassPart, FunctionNode, ast.Attribute]]]:
        """Every attribute that a method sets or deletes, on any object, by name."""
        stores: dict[str, list[tuple[ClassPart, FunctionNode, ast.Attribute]]] = {}
        for part, method in self.iter_methods():
            for node in ast.walk(method):
                if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
                    stores.setdefault(node.attr, []).append((part, method, node))
        return stores

    def is_part(self, node: ast.AST) -> bool:
        """Whether a class statement is one of the chain."""
        return any(part.node is node for part in self.parts)


def recognise_class(definition: Definition, context: FixContext) -> SharedClass:
    """The class at a definition. Raises NotRecognisedError."""
    parts: list[ClassPart] = []
    current: Definition | None = definition
    while current is not None:
        if current.path is None:
            raise NotRecognisedError(f"`{current.name}` is defined outside of the project")
        names = context.names(current.path)
        node = names.find_definition(current.qualname)
        if not isinstance(node, ast.ClassDef) or any(part.node is node for part in parts):
            raise NotRecognisedError(f"`{current.name}` is not a class statement")
        parts.append(ClassPart(current.path, node, names))
        _check_body(parts[-1], context)
        current = _find_base(parts[-1], context)
    return SharedClass(definition, tuple(parts))


def _find_base(part: ClassPart, context: FixContext) -> Definition | None:
    """The one base of a class that is defined in the project; None if there is none."""
    bases: list[Definition] = []
    for base in part.node.bases:
        definition = part.names.resolve(base.value if isinstance(base, ast.Subscript) else base)
        if definition is None or (definition.path is None and definition.name not in MEMBERLESS_BASES):
            raise NotRecognisedError(
                f"the base `{ast.unparse(base)}` of `{part.node.name}` ({_place(part, part.node, context)}) "
                "is defined outside of the project"
            )
        bases += [definition] if definition.path is not None else []
    if len(bases) > 1:
        raise NotRecognisedError(f"`{part.node.name}` ({_place(part, part.node, context)}) has several bases")
    return bases[0] if bases else None


def _check_body(part: ClassPart, context: FixContext) -> None:
    node = part.node
    if node.decorator_list or node.keywords:
        what = "a decorator" if node.decorator_list else "keyword arguments"
        raise NotRecognisedError(f"`{node.name}` ({_place(part, node, context)}) has {what}")
    bound: set[str] = set()
    for statement in node.body:
        names = _assigned_names(statement)
        if isinstance(statement, FunctionNode):
            names = [statement.name] if not _is_setter(statement) else []
        elif not names and not _is_inert(statement):
            text = ast.unparse(statement).partition("\n")[0]
            raise NotRecognisedError(f"`{node.name}` runs `{text}` in its body ({_place(part, statement, context)})")
        for name in names:
            _check_name(name, bound, part, statement, context)
        bound.update(names)


def _check_name(name: str, bound: set[str], part: ClassPart, statement: ast.stmt, context: FixContext) -> None:
    is_special = name.startswith("__") and name.endswith("__")
    if is_special and name not in SPECIAL_METHODS and name not in ("__slots__", "__module__", "__doc__"):
        raise NotRecognisedError(f"`{part.node.name}` defines `{name}` ({_place(part, statement, context)})")
    if name in bound:
        raise NotRecognisedError(f"`{part.node.name}` binds `{name}` twice ({_place(part, statement, context)})")


def _assigned_names(statement: ast.stmt) -> list[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or not all(
        isinstance(each, ast.Name) for each in targets
    ):
        return []
    return [each.id for each in targets if isinstance(each, ast.Name)]


def _is_inert(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _is_setter(node: FunctionNode) -> bool:
    return any(isinstance(each, ast.Attribute) and each.attr == "setter" for each in node.decorator_list)


def _place(part: ClassPart, node: ast.stmt, context: FixContext) -> str:
    return f"{context.relative_path(part.path)}:{node.lineno}"
