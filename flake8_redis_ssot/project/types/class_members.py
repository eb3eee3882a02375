"""What a class of the project offers: its members, own and inherited, and what its constructor takes."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator

from flake8_redis_ssot.project.resolver import Project
from flake8_redis_ssot.project.types.class_model import (
    DATACLASS,
    FIELD_DECORATORS,
    Interface,
    Kind,
    Member,
    Part,
    constructor_of,
    members_of_builtin,
)
from flake8_redis_ssot.project.types.decorators import KNOWN_DECORATORS, PROPERTIES, Load, decorators_of, resolved
from flake8_redis_ssot.project.types.scope import NUMBER
from flake8_redis_ssot.semantic.ast_queries import Function, definition_of, dotted_of, is_static, nodes_of, statements
from flake8_redis_ssot.semantic.flow.frames import parameters, stored_names
from flake8_redis_ssot.semantic.signatures import signature_of

__all__ = ["Interface", "Kind", "Member", "interface_of"]


def interface_of(path: str, local: str, load: Load, project: Project) -> Interface | None:
    """What the class with this local name in a file offers; None where there is no such class."""
    line = lineage(path, local, load, project, ())
    # A base that is reached on two ways comes after all that derive from it.
    later = [{id(part.node) for part in line[place + 1 :] if part.node} for place in range(len(line))]
    parts = [part for part, further in zip(line, later) if id(part.node) not in further]
    if not parts:
        return None
    members: dict[str, Member] = {}
    for part in reversed(parts):
        members |= part.members
    return Interface(
        f"{project.modules.name_of(path)}.{NUMBER.sub('', local)}",
        members,
        any(part.open or part.opaque for part in parts),
        any(member.kind is Kind.COROUTINE and not name.startswith("_") for name, member in members.items()),
        constructor_of(parts),
    )


_DICT_CHANGES = frozenset({"__ior__", "__setitem__", "setdefault", "update"})


def first_of(method: Function) -> str:
    """The name of `self` or `cls`; empty where there is none."""
    places = [*method.args.posonlyargs, *method.args.args]
    return places[0].arg if places and not is_static(method) else ""


def receivers_of(method: Function, part: Part) -> set[str]:
    """What stands for the class or an instance of it in a method, as text."""
    first, own = first_of(method), NUMBER.sub("", part.local)
    found = {own, first, f"{first}.__class__", f"type({first})"} - {""}
    makers = {first, own, "super().__new__", "object.__new__", f"super({own}, {first}).__new__"}
    if method.name == "__new__" or any(dotted_of(name) == "classmethod" for name in method.decorator_list):
        for node in nodes_of(method):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                made = ast.unparse(node.value.func) in makers
                found.update(ast.unparse(target) for target in node.targets if made)
    return found


def nodes_within(method: Function, first: str) -> Iterator[ast.AST]:
    """The nodes of a method, those of functions in it too if they see its `self`."""
    for node in nodes_of(method):
        yield node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and first not in parameters(node.args):
            yield from nodes_within(node, first)


def note(nodes: Iterable[ast.AST], receivers: set[str], part: Part) -> None:
    """Note the attributes that are set from outside the body, and whether any others can be."""
    spaces = {f"{name}.__dict__" for name in receivers} | {f"vars({name})" for name in receivers}
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if ast.unparse(node.value) in receivers:
                _note_name(node.attr, node.lineno, part)
        elif isinstance(node, ast.Call):
            _note_setter(node, receivers, part)
        space = _space(node)
        part.open = part.open or (space is not None and ast.unparse(space) in spaces)


def _space(node: ast.AST) -> ast.expr | None:
    """The expression whose items a node changes, or may change under another name, if it is an attribute or a call."""
    space = None
    if isinstance(node, (ast.Assign, ast.Subscript)):
        space = node.value if isinstance(node, ast.Assign) or isinstance(node.ctx, ast.Store) else None
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _DICT_CHANGES:
        space = node.func.value
    return space if isinstance(space, (ast.Attribute, ast.Call)) else None


def _note_name(name: str, row: int, part: Part) -> None:
    part.open = part.open or name == "__dict__"
    if part.full(name) not in part.members:
        part.add(name, Kind.ATTRIBUTE, row)


def _note_setter(node: ast.Call, receivers: set[str], part: Part) -> None:
    """`setattr(self, name, value)` and its like: a member if the name is a constant."""
    setter = ast.unparse(node.func) if isinstance(node.func, (ast.Name, ast.Attribute)) else ""
    handed = list(node.args)
    if setter in ("setattr", "object.__setattr__"):
        if not handed or ast.unparse(handed.pop(0)) not in receivers:
            return
    elif setter not in {f"{name}.__setattr__" for name in (*receivers, "super()")}:
        return
    name = handed[0].value if handed and isinstance(handed[0], ast.Constant) else None
    if isinstance(name, str):
        # The name is text, so Python leaves it as it is even where it is private.
        part.members.setdefault(name, Member(name, Kind.ATTRIBUTE, node.lineno, None))
    else:
        part.open = True


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
