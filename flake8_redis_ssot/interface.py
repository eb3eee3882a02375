"""What a class of the project offers: its members, own and inherited, and what its constructor takes."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from flake8_redis_ssot.accessors import (
    KNOWN_DECORATORS,
    PROPERTIES,
    Load,
    decorators_of,
    dotted_of,
    resolved,
)
from flake8_redis_ssot.names.scopes import parameters, stored_names
from flake8_redis_ssot.project import Project
from flake8_redis_ssot.signatures import (
    Function,
    Parameter,
    Signature,
    definition_of,
    is_static,
    narrower,
    nodes_of,
    signature_of,
    statements,
)


class Kind(Enum):
    """What a member is: of a function what a call of it gives, else what the bare attribute is."""

    METHOD = "method"
    COROUTINE = "coroutine"
    GENERATOR = "generator"
    ASYNC_GENERATOR = "async generator"
    CONTEXT = "context manager"
    ASYNC_CONTEXT = "async context manager"
    PROPERTY = "property"
    ATTRIBUTE = "attribute"
    CLASS = "class"


@dataclass(frozen=True, slots=True)
class Member:
    """One member. `row` is where it is defined (1-based, in the file of the class that defines it; 0: nowhere).

    `signature` is what a call through an instance takes. It is None for what is no function, and for a function
    under a decorator that is not known; `kind` is then what its `def` says.
    """

    name: str
    kind: Kind
    row: int
    signature: Signature | None


@dataclass(frozen=True, slots=True)
class Interface:
    """A class, with all that it inherits.

    `name` is its true dotted name. `open`: it can have more members than were seen. `is_async`: a public method is
    a coroutine. `constructor` is what a call of the class takes, None where that is not known.
    """

    name: str
    members: Mapping[str, Member]
    open: bool
    is_async: bool
    constructor: Signature | None

    def member(self, name: str) -> Member | None:
        """A member by its name; every class has those of `object`."""
        return self.members.get(name) or _OF_OBJECT.get(name)


def _members_of(owner: object, *more: str) -> dict[str, Member]:
    """The members of a builtin class, as the running Python has it."""
    called = {name for name in dir(owner) if callable(getattr(owner, name, None))} - {"__class__"}
    return {
        name: Member(name, Kind.METHOD if name in called else Kind.ATTRIBUTE, 0, None) for name in (*dir(owner), *more)
    }


_OF_OBJECT = _members_of(object, "__annotations__", "__dict__", "__module__", "__weakref__")

_CONTEXTS = {"contextlib.asynccontextmanager": Kind.ASYNC_CONTEXT, "contextlib.contextmanager": Kind.CONTEXT}
_DATACLASS = "dataclasses.dataclass"
# They write constructors by rules of their own.
_FIELD_DECORATORS = frozenset(
    {f"{module}.{name}" for module in ("attr", "attrs") for name in ("define", "frozen", "mutable")}
    | {"attr.attrs", "attr.dataclass", "attr.s", "pydantic.dataclasses.dataclass"}
)
_CLASS_DECORATORS = _FIELD_DECORATORS | {
    *(_DATACLASS, "functools.total_ordering"),
    *(f"typing.{name}" for name in ("dataclass_transform", "final", "runtime_checkable")),
}
_PLAIN_BASES = frozenset({"abc.ABC", "builtins.object", "typing.Generic", "typing.Protocol"})
_PLAIN_METACLASSES = frozenset({"abc.ABCMeta", "builtins.type"})
_DICT_CHANGES = frozenset({"__ior__", "__setitem__", "setdefault", "update"})
_BODY_TRICKS = frozenset({"exec", "locals", "vars"})
# Builtin classes whose `__new__` leaves the arguments to `__init__`.
_TAKES_ANYTHING = (BaseException, dict, list, set)
_NUMBER = re.compile(r"#\d+")
_NO_FIELD = re.compile(r"\b(ClassVar|KW_ONLY)\b")
_MARK = re.compile(r"\bKW_ONLY\b")


@dataclass(slots=True)
class _Part:
    """One class on the way from a class to its last base, without what it inherits.

    `node` is None for one that is not of the project; `local` is then the name of a builtin, empty for a stranger.
    `opaque`: its decorators or its metaclass can make anything of it. `open`: it can have more than `members`.
    """

    path: str
    local: str
    node: ast.ClassDef | None
    decorators: tuple[str, ...] = ()
    opaque: bool = False
    open: bool = False
    members: dict[str, Member] = field(default_factory=dict)

    def add(self, name: str, kind: Kind, row: int, signature: Signature | None = None) -> None:
        """Note a member, in place of an earlier one of that name."""
        name = self.full(name)
        self.members[name] = Member(name, kind, row, signature)

    def full(self, name: str) -> str:
        """A private name has that of its class in it."""
        owner = self.node.name.lstrip("_") if self.node else ""
        return f"_{owner}{name}" if owner and name.startswith("__") and not name.endswith("__") else name


def interface_of(path: str, local: str, load: Load, project: Project) -> Interface | None:
    """What the class with this local name in a file offers; None where there is no such class."""
    lineage = _lineage(path, local, load, project, ())
    # A base that is reached on two ways comes after all that derive from it.
    later = [{id(part.node) for part in lineage[place + 1 :] if part.node} for place in range(len(lineage))]
    parts = [part for part, further in zip(lineage, later) if id(part.node) not in further]
    if not parts:
        return None
    members: dict[str, Member] = {}
    for part in reversed(parts):
        members |= part.members
    return Interface(
        f"{project.modules.name_of(path)}.{_NUMBER.sub('', local)}",
        members,
        any(part.open or part.opaque for part in parts),
        any(member.kind is Kind.COROUTINE and not name.startswith("_") for name, member in members.items()),
        _constructor(parts),
    )


def _lineage(path: str, local: str, load: Load, project: Project, below: tuple[ast.ClassDef, ...]) -> list[_Part]:
    """A class, then its bases from left to right, each with its own. Nothing where no class is found."""
    node = definition_of(load(path), local)
    if not isinstance(node, ast.ClassDef) or node in below:
        return []
    parts = [_part(path, local, node, load(path), project)]
    for base in node.bases:
        dotted = dotted_of(base.value if isinstance(base, ast.Subscript) else base)
        home = resolved(dotted, path, project, scope=local.rpartition(".")[0]) if dotted else None
        found = _lineage(home.path, home.local, load, project, (*below, node)) if home and home.path else []
        parts += found or _outside(home.name if home else "")
    return parts


def _outside(name: str) -> list[_Part]:
    """The part of a base class that is not of the project."""
    if name in _PLAIN_BASES:
        return []
    module, _, plain = name.partition(".")
    owner = getattr(builtins, plain, None) if module == "builtins" else None
    if isinstance(owner, type):
        return [_Part("", plain, None, members=_members_of(owner))]
    return [_Part("", "", None, open=True)]


def _part(path: str, local: str, node: ast.ClassDef, tree: ast.Module, project: Project) -> _Part:
    decorators = decorators_of(node, path, project, scope=local.rpartition(".")[0])
    part = _Part(path, local, node, tuple(decorators))
    part.opaque = not _CLASS_DECORATORS.issuperset(decorators) or _has_metaclass(node, path, project)
    for statement in statements(node.body):
        _read(statement, part, project)
    for statement in statements(node.body):
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            _note(_within(statement, _first(statement)), _receivers(statement, part), part)
    _note(nodes_of(tree), {_NUMBER.sub("", local)}, part)
    tricks = (call.func for call in nodes_of(node) if isinstance(call, ast.Call))
    caught = not part.members.keys().isdisjoint(("__getattr__", "__getattribute__"))
    part.open = part.open or caught or any(dotted_of(name) in _BODY_TRICKS for name in tricks)
    return part


def _has_metaclass(node: ast.ClassDef, path: str, project: Project) -> bool:
    """Whether a metaclass is named that can make anything of the class."""
    named = [keyword.value for keyword in node.keywords if keyword.arg in ("metaclass", None)]
    homes = [resolved(dotted_of(each), path, project) if dotted_of(each) else None for each in named]
    return any(home is None or home.name not in _PLAIN_METACLASSES for home in homes)


def _read(statement: ast.stmt, part: _Part, project: Project) -> None:
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


def _read_slots(value: ast.expr, part: _Part) -> None:
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


def _first(method: Function) -> str:
    """The name of `self` or `cls`; empty where there is none."""
    places = [*method.args.posonlyargs, *method.args.args]
    return places[0].arg if places and not is_static(method) else ""


def _receivers(method: Function, part: _Part) -> set[str]:
    """What stands for the class or an instance of it in a method, as text."""
    first, own = _first(method), _NUMBER.sub("", part.local)
    found = {own, first, f"{first}.__class__", f"type({first})"} - {""}
    makers = {first, own, "super().__new__", "object.__new__", f"super({own}, {first}).__new__"}
    if method.name == "__new__" or any(dotted_of(name) == "classmethod" for name in method.decorator_list):
        for node in nodes_of(method):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                made = ast.unparse(node.value.func) in makers
                found.update(ast.unparse(target) for target in node.targets if made)
    return found


def _within(method: Function, first: str) -> Iterator[ast.AST]:
    """The nodes of a method, those of functions in it too if they see its `self`."""
    for node in nodes_of(method):
        yield node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and first not in parameters(node.args):
            yield from _within(node, first)


def _note(nodes: Iterable[ast.AST], receivers: set[str], part: _Part) -> None:
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


def _note_name(name: str, row: int, part: _Part) -> None:
    part.open = part.open or name == "__dict__"
    if part.full(name) not in part.members:
        part.add(name, Kind.ATTRIBUTE, row)


def _note_setter(node: ast.Call, receivers: set[str], part: _Part) -> None:
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


def _constructor(parts: Sequence[_Part]) -> Signature | None:
    """What `__init__` and `__new__` both take, the first of each that is found."""
    found: dict[str, Signature | None] = {}
    for place, part in enumerate(parts):
        if part.opaque:
            return None
        if part.node is None:
            found.setdefault("__init__", None)
            if part.local and not issubclass(getattr(builtins, part.local), _TAKES_ANYTHING):
                found.setdefault("__new__", None)
            continue
        for name in part.members.keys() & {"__init__", "__new__"}:
            found.setdefault(name, part.members[name].signature)
        if _DATACLASS in part.decorators and not _is(_options(part).get("init"), False):
            found.setdefault("__init__", _generated(parts[place:]))
        elif not _FIELD_DECORATORS.isdisjoint(part.decorators):
            found.setdefault("__init__", None)
    return _common(list(found.values()))


def _common(signatures: Sequence[Signature | None]) -> Signature | None:
    """The signature that is narrower than all others; None where there is none."""
    known = [signature for signature in signatures if signature is not None]
    if len(known) < len(signatures):
        return None
    bare = [replace(signature, taken="") for signature in known]
    narrowest = (one for one, plain in zip(known, bare) if all(narrower(plain, other) is None for other in bare))
    return next(narrowest, None) if known else Signature()


def _generated(parts: Sequence[_Part]) -> Signature | None:
    """The `__init__` that `@dataclass` writes for the first of some classes; None if one of them can't be seen."""
    if any(part.node is None and not part.local for part in parts):
        return None
    fields: dict[str, Parameter] = {}
    for part in reversed(parts):
        if _DATACLASS in part.decorators and part.node is not None:
            _add_fields(part, part.node, fields)
    placed = [parameter for parameter in fields.values() if parameter.by_position]
    named = [parameter for parameter in fields.values() if not parameter.by_position]
    return Signature((*placed, *named), taken="self")


def _add_fields(part: _Part, node: ast.ClassDef, fields: dict[str, Parameter]) -> None:
    """Add the fields of one dataclass; a field of a known name keeps its place."""
    by_keyword = _is(_options(part).get("kw_only"), True)
    for statement in statements(node.body):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        annotation, value, name = ast.unparse(statement.annotation), statement.value, statement.target.id
        by_keyword = by_keyword or bool(_MARK.search(annotation))
        if _NO_FIELD.search(annotation):
            continue
        is_call = isinstance(value, ast.Call) and dotted_of(value.func).rpartition(".")[2] == "field"
        options = _keywords(value) if is_call else {"default": value} if value else {}
        only = _is(options["kw_only"], True) if "kw_only" in options else by_keyword
        fields[name] = Parameter(name, options.keys().isdisjoint(("default", "default_factory")), not only)
        if _is(options.get("init"), False):
            del fields[name]


def _options(part: _Part) -> Mapping[str, ast.expr]:
    """The keywords that the `dataclass` decorator is called with."""
    written = part.node.decorator_list if part.node else []
    return next((_keywords(node) for node, name in zip(written, part.decorators) if name == _DATACLASS), {})


def _keywords(node: ast.expr | None) -> dict[str, ast.expr]:
    keywords = node.keywords if isinstance(node, ast.Call) else []
    return {keyword.arg: keyword.value for keyword in keywords if keyword.arg is not None}


def _is(node: ast.expr | None, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value
