"""The body of a class, read statement by statement, and its bases in turn."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable

from flake8_redis_ssot.accessors.naming import KNOWN_DECORATORS, PROPERTIES, Load, decorators_of, dotted_of, resolved
from flake8_redis_ssot.accessors.site import NUMBER
from flake8_redis_ssot.interface.attributes import first_of, nodes_within, note, receivers_of
from flake8_redis_ssot.interface.constructor import DATACLASS, FIELD_DECORATORS
from flake8_redis_ssot.interface.members import Kind, members_of_builtin
from flake8_redis_ssot.interface.part import Part
from flake8_redis_ssot.names.scopes import stored_names
from flake8_redis_ssot.project import Project
from flake8_redis_ssot.signatures import Function, definition_of, nodes_of, signature_of, statements

_CONTEXTS = {"contextlib.asynccontextmanager": Kind.ASYNC_CONTEXT, "contextlib.contextmanager": Kind.CONTEXT}
_CLASS_DECORATORS = FIELD_DECORATORS | {
    *(DATACLASS, "functools.total_ordering"),
    *(f"typing.{name}" for name in ("dataclass_transform", "final", "runtime_checkable")),
}
_PLAIN_BASES = frozenset({"abc.ABC", "builtins.object", "typing.Generic", "typing.Protocol"})
_PLAIN_METACLASSES = frozenset({"abc.ABCMeta", "builtins.type"})
_BODY_TRICKS = frozenset({"exec", "locals", "vars"})


def lineage(path: str, local: str, load: Load, project: Project, below: tuple[ast.ClassDef, ...]) -> list[Part]:
    """A class, then its bases from left to right, each with its own. Nothing where no class is found."""
    node = definition_of(load(path), local)
    if not isinstance(node, ast.ClassDef) or node in below:
        return []
    parts = [_part(path, local, node, load(path), project)]
    for base in node.bases:
        dotted = dotted_of(base.value if isinstance(base, ast.Subscript) else base)
        home = resolved(dotted, path, project, scope=local.rpartition(".")[0]) if dotted else None
        found = lineage(home.path, home.local, load, project, (*below, node)) if home and home.path else []
        parts += found or _outside(home.name if home else "")
    return parts


def _outside(name: str) -> list[Part]:
    """The part of a base class that is not of the project."""
    if name in _PLAIN_BASES:
        return []
    module, _, plain = name.partition(".")
    owner = getattr(builtins, plain, None) if module == "builtins" else None
    if isinstance(owner, type):
        return [Part("", plain, None, members=members_of_builtin(owner))]
    return [Part("", "", None, open=True)]


def _part(path: str, local: str, node: ast.ClassDef, tree: ast.Module, project: Project) -> Part:
    decorators = decorators_of(node, path, project, scope=local.rpartition(".")[0])
    part = Part(path, local, node, tuple(decorators))
    part.opaque = not _CLASS_DECORATORS.issuperset(decorators) or _has_metaclass(node, path, project)
    for statement in statements(node.body):
        _read(statement, part, project)
    for statement in statements(node.body):
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            note(nodes_within(statement, first_of(statement)), receivers_of(statement, part), part)
    note(nodes_of(tree), {NUMBER.sub("", local)}, part)
    tricks = (call.func for call in nodes_of(node) if isinstance(call, ast.Call))
    caught = not part.members.keys().isdisjoint(("__getattr__", "__getattribute__"))
    part.open = part.open or caught or any(dotted_of(name) in _BODY_TRICKS for name in tricks)
    return part


def _has_metaclass(node: ast.ClassDef, path: str, project: Project) -> bool:
    """Whether a metaclass is named that can make anything of the class."""
    named = [keyword.value for keyword in node.keywords if keyword.arg in ("metaclass", None)]
    homes = [resolved(dotted_of(each), path, project) if dotted_of(each) else None for each in named]
    return any(home is None or home.name not in _PLAIN_METACLASSES for home in homes)


def _read(statement: ast.stmt, part: Part, project: Project) -> None:
    """Note what a statement in the body of a class defines."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        decorators = decorators_of(statement, part.path, project, scope=part.local)
        kind = _kind(statement, decorators)
        known = KNOWN_DECORATORS.issuperset(decorators) and kind is not Kind.PROPERTY
        part.add(statement.name, kind, statement.lineno, signature_of(statement, bound=True) if known else None)
    elif isinstance(statement, ast.Delete):
        for target in statement.targets:
            part.members.pop(part.full(dotted_of(target)), None)
    else:
        value = statement.value if isinstance(statement, ast.Assign) else None
        alias = part.members.get(part.full(dotted_of(value))) if value else None
        kind = Kind.CLASS if isinstance(statement, ast.ClassDef) else alias.kind if alias else Kind.ATTRIBUTE
        for name in stored_names([statement]):
            part.add(name, kind, statement.lineno, alias.signature if alias else None)
            if name == "__slots__" and value is not None:
                _read_slots(value, part)


def _read_slots(value: ast.expr, part: Part) -> None:
    """A slot is a place for an attribute, as an annotation is."""
    for node in ast.walk(value):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            part.add(node.value, Kind.ATTRIBUTE, node.lineno)


def _kind(node: Function, decorators: Iterable[str]) -> Kind:
    if not PROPERTIES.isdisjoint(decorators):
        return Kind.PROPERTY
    for name in decorators:
        if name in _CONTEXTS:
            return _CONTEXTS[name]
    yields = any(isinstance(each, (ast.Yield, ast.YieldFrom)) for each in nodes_of(node))
    if isinstance(node, ast.AsyncFunctionDef):
        return Kind.ASYNC_GENERATOR if yields else Kind.COROUTINE
    return Kind.GENERATOR if yields else Kind.METHOD
