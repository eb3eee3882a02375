"""Checks that an accessor or instance in a class exists, and can be used as the configuration says."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import NamedTuple

from flake8_redis_ssot.config.validators import find_nearest
from flake8_redis_ssot.project.resolver import Definition, Resolver
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, dotted_name, plain_qualname

TreeLoader = Callable[[str], ast.Module]
_CLASS_LEVEL_DECORATORS = frozenset({"classmethod", "staticmethod"})


class NameKind(Enum):
    """What a name in the configuration stands for."""

    ANY = "any"
    VALUE = "a variable"
    FUNCTION = "a function"
    CONSTRUCTOR = "a class or function"


class _Member(NamedTuple):
    """A name in a class: the function that it is, or None for any other value."""

    name: str
    function: FunctionNode | None

    @property
    def decorators(self) -> list[str]:
        """The last parts of the names of the decorators."""
        nodes = self.function.decorator_list if self.function else ()
        callees = (node.func if isinstance(node, ast.Call) else node for node in nodes)
        return [(dotted_name(callee) or "?").rpartition(".")[2] for callee in callees]


class _ClassMembers(NamedTuple):
    """The members of a class of the project by name, inherited ones too; `is_complete`: all its bases are known."""

    members: dict[str, _Member]
    is_complete: bool


class MemberChecker:
    """Checks dotted names that end in a member of a class or of an instance; `load_tree` parses a file (a path)."""

    def __init__(self, resolver: Resolver, load_tree: TreeLoader) -> None:
        self._resolver = resolver
        self._load_tree = load_tree

    def may_be(self, kind: NameKind, path: str, name: str) -> bool:
        """Whether a name of the module at `path` may be of a kind; of what is imported nothing is known."""
        if "." in name or kind is NameKind.ANY:
            return kind is NameKind.ANY
        nodes = [each for each in self._load_tree(path).body if _binds(each, name)]
        if not nodes or kind is NameKind.VALUE:
            return not any(isinstance(each, (FunctionNode, ast.ClassDef)) for each in nodes)
        kinds = FunctionNode if kind is NameKind.FUNCTION else (FunctionNode, ast.ClassDef)
        return any(isinstance(each, kinds) for each in nodes)

    def find_problem(self, dotted: str, *, is_called: bool) -> str | None:
        """Why the last part of a name can't be used, or None; an accessor `is_called`, an instance is not."""
        module, _, qualname = self._resolver.to_origin(dotted).partition(":")
        owner, _, name = qualname.rpartition(".")
        path = self._resolver.modules.path_of(module)
        if path is None or not owner:
            return None
        for definition in self._resolver.resolve(f"{module}:{owner}", path):
            owner_class, is_instance = self._class_of(definition)
            if owner_class is not None:
                members = self._collect_members(owner_class, frozenset())
                return _find_problem(name, owner, members, is_called=is_called, is_instance=is_instance)
        return None

    def _class_of(self, definition: Definition) -> tuple[Definition | None, bool]:
        """The class that a definition is, or of which it is an instance (then with True)."""
        if definition.path is None:
            return None, False
        if definition.qualname in self._resolver.load_exports(definition.path).bases:
            return definition, False
        constructor = _assigned_constructor(self._load_tree(definition.path), definition.qualname)
        if constructor is None:
            return None, False
        module = self._resolver.modules.name_of(definition.path)
        for made in self._resolver.resolve(f"{module}:{constructor}", definition.path):
            if made.path is not None and made.qualname in self._resolver.load_exports(made.path).bases:
                return made, True
        return None, False

    def _collect_members(self, definition: Definition, seen: frozenset[Definition]) -> _ClassMembers:
        path, qualname = definition.path, definition.qualname
        node = _find_class(self._load_tree(path), plain_qualname(qualname)) if path is not None else None
        if path is None or node is None or definition in seen:
            return _ClassMembers({}, definition.name in ("object", "builtins.object"))
        members: dict[str, _Member] = {}
        is_complete = not node.keywords and not node.decorator_list
        for base in reversed(self._resolver.load_exports(path).bases.get(qualname, ())):
            for parent in self._resolver.resolve(base, path):
                inherited = self._collect_members(parent, seen | {definition})
                members |= inherited.members
                is_complete = is_complete and inherited.is_complete
        is_complete = is_complete and len(node.bases) <= len(self._resolver.load_exports(path).bases.get(qualname, ()))
        members |= {name: _Member(name, None) for name in _names_set_by_methods(node)}
        return _ClassMembers(members | {each.name: each for each in _own_members(node.body)}, is_complete)


def _find_problem(name: str, owner: str, found: _ClassMembers, *, is_called: bool, is_instance: bool) -> str | None:
    member = found.members.get(name)
    noun = f"the class of `{owner}`" if is_instance else f"class `{owner}`"
    if member is None:
        if not found.is_complete or "__getattr__" in found.members:
            return None
        nearest = find_nearest(name, _usable_names(found, owner, is_called=is_called, is_instance=is_instance))
        return f"{noun} defines no `{name}`" + (f"; did you mean `{nearest}`?" if nearest else "")
    if any(decorator.endswith("property") for decorator in member.decorators):
        if is_instance and not is_called:
            return None
        return f"`{owner}.{name}` is a property, which is not called; {_advice(owner, name, is_instance)}"
    is_method = member.function is not None and not member.decorators
    if is_method and not is_instance and name != "__new__":
        return f"`{owner}.{name}` is a method of instances; {_advice(owner, name, is_instance)}"
    return None


def _usable_names(found: _ClassMembers, owner: str, *, is_called: bool, is_instance: bool) -> list[str]:
    """The members that may be what the configuration names."""
    return [
        name
        for name, member in found.members.items()
        if (member.function is not None) == is_called
        and _find_problem(name, owner, found, is_called=is_called, is_instance=is_instance) is None
    ]


def _binds(statement: ast.stmt, name: str) -> bool:
    """Whether a statement defines or assigns a name."""
    if isinstance(statement, (FunctionNode, ast.ClassDef)):
        return statement.name == name
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return any(isinstance(each, ast.Name) and each.id == name for each in targets)


def _advice(owner: str, name: str, is_instance: bool) -> str:
    """How to write an accessor instead of a property or of a method of instances."""
    if is_instance:
        return f"write a function that returns `{owner}.{name}`, and name that"
    return f"make it a `@classmethod`, or write a function that returns what `{name}` does, and name that"


def _assigned_constructor(tree: ast.Module, name: str) -> str | None:
    """What is called in the only assignment to a name at the top of a module, as a dotted name."""
    values = [getattr(statement, "value", None) for statement in tree.body if name in _assigned_names(statement)]
    value = values[0] if len(values) == 1 else None
    return dotted_name(value.func) if isinstance(value, ast.Call) else None


def _find_class(tree: ast.Module, qualname: str) -> ast.ClassDef | None:
    body: Iterable[ast.stmt] = tree.body
    node = None
    for part in qualname.split("."):
        classes = [each for each in _iter_statements(body) if isinstance(each, ast.ClassDef) and each.name == part]
        if len(classes) != 1:
            return None
        node, body = classes[0], classes[0].body
    return node


def _own_members(body: Iterable[ast.stmt]) -> Iterator[_Member]:
    for statement in _iter_statements(body):
        if isinstance(statement, FunctionNode):
            yield _Member(statement.name, statement)
        elif isinstance(statement, ast.ClassDef):
            yield _Member(statement.name, None)
        else:
            yield from (_Member(name, None) for name in _assigned_names(statement))


def _names_set_by_methods(node: ast.ClassDef) -> set[str]:
    """The attributes that methods may set on an instance or on the class."""
    return {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store)}


def _iter_statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a body, and those in its `if`, `try` and `with` blocks."""
    for statement in body:
        yield statement
        if isinstance(statement, (ast.If, ast.Try, ast.With)):
            handlers = getattr(statement, "handlers", ())
            blocks = [statement.body, *(getattr(statement, field, []) for field in ("orelse", "finalbody"))]
            yield from _iter_statements(inner for block in blocks for inner in block)
            yield from _iter_statements(inner for handler in handlers for inner in handler.body)


def _assigned_names(statement: ast.stmt) -> list[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    return [node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]
