"""One class on the way from a class to its last base."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from flake8_redis_ssot.semantic.ast_queries import dotted_of, statements
from flake8_redis_ssot.semantic.signatures import Parameter, Signature, narrower


@dataclass(slots=True)
class Part:
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


def members_of_builtin(owner: object, *more: str) -> dict[str, Member]:
    """The members of a builtin class, as the running Python has it."""
    called = {name for name in dir(owner) if callable(getattr(owner, name, None))} - {"__class__"}
    return {
        name: Member(name, Kind.METHOD if name in called else Kind.ATTRIBUTE, 0, None) for name in (*dir(owner), *more)
    }


_OF_OBJECT = members_of_builtin(object, "__annotations__", "__dict__", "__module__", "__weakref__")
DATACLASS = "dataclasses.dataclass"
# They write constructors by rules of their own.
FIELD_DECORATORS = frozenset(
    {f"{module}.{name}" for module in ("attr", "attrs") for name in ("define", "frozen", "mutable")}
    | {"attr.attrs", "attr.dataclass", "attr.s", "pydantic.dataclasses.dataclass"}
)
# Builtin classes whose `__new__` leaves the arguments to `__init__`.
_TAKES_ANYTHING = (BaseException, dict, list, set)
_NO_FIELD = re.compile(r"\b(ClassVar|KW_ONLY)\b")
_MARK = re.compile(r"\bKW_ONLY\b")


def constructor_of(parts: Sequence[Part]) -> Signature | None:
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
        if DATACLASS in part.decorators and not _is(_options(part).get("init"), False):
            found.setdefault("__init__", _generated(parts[place:]))
        elif not FIELD_DECORATORS.isdisjoint(part.decorators):
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


def _generated(parts: Sequence[Part]) -> Signature | None:
    """The `__init__` that `@dataclass` writes for the first of some classes; None if one of them can't be seen."""
    if any(part.node is None and not part.local for part in parts):
        return None
    fields: dict[str, Parameter] = {}
    for part in reversed(parts):
        if DATACLASS in part.decorators and part.node is not None:
            _add_fields(part, part.node, fields)
    placed = [parameter for parameter in fields.values() if parameter.by_position]
    named = [parameter for parameter in fields.values() if not parameter.by_position]
    return Signature((*placed, *named), taken="self")


def _add_fields(part: Part, node: ast.ClassDef, fields: dict[str, Parameter]) -> None:
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


def _options(part: Part) -> Mapping[str, ast.expr]:
    """The keywords that the `dataclass` decorator is called with."""
    written = part.node.decorator_list if part.node else []
    return next((_keywords(node) for node, name in zip(written, part.decorators) if name == DATACLASS), {})


def _keywords(node: ast.expr | None) -> dict[str, ast.expr]:
    keywords = node.keywords if isinstance(node, ast.Call) else []
    return {keyword.arg: keyword.value for keyword in keywords if keyword.arg is not None}


def _is(node: ast.expr | None, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value
