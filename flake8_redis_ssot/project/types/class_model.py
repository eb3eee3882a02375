"""The model of a class: its MRO, its members and the signature of its constructor."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from flake8_redis_ssot.semantic.ast_queries import dotted_name, iter_statements
from flake8_redis_ssot.semantic.signatures import Parameter, Signature, find_incompatibility


@dataclass(slots=True)
class MroEntry:
    """One class of an MRO, without what it inherits.

    `node` is None outside the project; `qualname` is then the name of a builtin, empty for other classes. `is_opaque`:
    its decorators or metaclass may change it. `is_incomplete`: it may have more members than `members`.
    """

    qualname: str
    node: ast.ClassDef | None
    decorators: tuple[str, ...] = ()
    is_opaque: bool = False
    is_incomplete: bool = False
    members: dict[str, Member] = field(default_factory=dict)

    def add_member(self, name: str, kind: MemberKind, row: int, signature: Signature | None = None) -> None:
        """Add a member, replacing an earlier one of that name."""
        name = self.mangle(name)
        self.members[name] = Member(name, kind, row, signature)

    def mangle(self, name: str) -> str:
        """A name as Python mangles it in this class."""
        class_name = self.node.name.lstrip("_") if self.node else ""
        return f"_{class_name}{name}" if class_name and name.startswith("__") and not name.endswith("__") else name


class MemberKind(Enum):
    """What a call of a function returns, or what else an attribute is."""

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
    """One member. `row` is where it is defined (1-based, in the file of the class that defines it; 0: builtin).

    `signature` is that of a call through an instance; None if it is no function, or has an unknown decorator (`kind`
    then ignores the decorator).
    """

    name: str
    kind: MemberKind
    row: int
    signature: Signature | None


@dataclass(frozen=True, slots=True)
class ClassMembers:
    """A class with its own and inherited members.

    `name` is its dotted name. `is_incomplete`: it may have more members. `is_async`: a public method is a coroutine.
    `constructor` is the signature of a call of the class, None if unknown.
    """

    name: str
    members: Mapping[str, Member]
    is_incomplete: bool
    is_async: bool
    constructor: Signature | None

    def find_member(self, name: str) -> Member | None:
        """A member by its name, including those of `object`."""
        return self.members.get(name) or _OBJECT_MEMBERS.get(name)


def builtin_members(owner: object, *more: str) -> dict[str, Member]:
    """The members of a builtin class in the running Python, and those called `more`."""
    callables = {name for name in dir(owner) if callable(getattr(owner, name, None))} - {"__class__"}
    return {
        name: Member(name, MemberKind.METHOD if name in callables else MemberKind.ATTRIBUTE, 0, None)
        for name in (*dir(owner), *more)
    }


_OBJECT_MEMBERS = builtin_members(object, "__annotations__", "__dict__", "__module__", "__weakref__")
DATACLASS = "dataclasses.dataclass"
# Their constructors are not inferred.
FIELD_DECORATORS = frozenset(
    {f"{module}.{name}" for module in ("attr", "attrs") for name in ("define", "frozen", "mutable")}
    | {"attr.attrs", "attr.dataclass", "attr.s", "pydantic.dataclasses.dataclass"}
)
# Builtin classes whose `__new__` accepts any arguments.
_PERMISSIVE_BUILTINS = (BaseException, dict, list, set)
_NON_FIELD_ANNOTATION = re.compile(r"\b(ClassVar|KW_ONLY)\b")
_KW_ONLY_MARKER = re.compile(r"\bKW_ONLY\b")


def infer_constructor(entries: Sequence[MroEntry]) -> Signature | None:
    """The signature that both `__init__` and `__new__` accept, each the first in the MRO; None if unknown."""
    signatures: dict[str, Signature | None] = {}
    for index, entry in enumerate(entries):
        if entry.is_opaque:
            return None
        if entry.node is None:
            signatures.setdefault("__init__", None)
            if entry.qualname and not issubclass(getattr(builtins, entry.qualname), _PERMISSIVE_BUILTINS):
                signatures.setdefault("__new__", None)
            continue
        for name in entry.members.keys() & {"__init__", "__new__"}:
            signatures.setdefault(name, entry.members[name].signature)
        if DATACLASS in entry.decorators and not _is_constant(_dataclass_options(entry).get("init"), False):
            signatures.setdefault("__init__", _dataclass_signature(entries[index:]))
        elif not FIELD_DECORATORS.isdisjoint(entry.decorators):
            signatures.setdefault("__init__", None)
    return _narrowest_signature(list(signatures.values()))


def _narrowest_signature(signatures: Sequence[Signature | None]) -> Signature | None:
    """The signature whose calls all others accept; None if there is none."""
    known = [signature for signature in signatures if signature is not None]
    if len(known) < len(signatures):
        return None
    without_self = [replace(signature, self_name="") for signature in known]
    narrowest = (
        one
        for one, plain in zip(known, without_self)
        if all(find_incompatibility(plain, other) is None for other in without_self)
    )
    return next(narrowest, None) if known else Signature()


def _dataclass_signature(entries: Sequence[MroEntry]) -> Signature | None:
    """The signature of the `__init__` that `@dataclass` generates for the first entry; None if a base is unknown."""
    if any(entry.node is None and not entry.qualname for entry in entries):
        return None
    fields: dict[str, Parameter] = {}
    for entry in reversed(entries):
        if DATACLASS in entry.decorators and entry.node is not None:
            _add_fields(entry, entry.node, fields)
    positional = [parameter for parameter in fields.values() if parameter.is_positional]
    keyword_only = [parameter for parameter in fields.values() if not parameter.is_positional]
    return Signature((*positional, *keyword_only), self_name="self")


def _add_fields(entry: MroEntry, node: ast.ClassDef, fields: dict[str, Parameter]) -> None:
    """Add the fields of one dataclass; a field that is redefined keeps its position."""
    is_kw_only_section = _is_constant(_dataclass_options(entry).get("kw_only"), True)
    for statement in iter_statements(node.body):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        annotation, value, name = ast.unparse(statement.annotation), statement.value, statement.target.id
        is_kw_only_section = is_kw_only_section or bool(_KW_ONLY_MARKER.search(annotation))
        if _NON_FIELD_ANNOTATION.search(annotation):
            continue
        is_call = isinstance(value, ast.Call) and dotted_name(value.func).rpartition(".")[2] == "field"
        options = _keyword_values(value) if is_call else {"default": value} if value else {}
        is_keyword_only = _is_constant(options["kw_only"], True) if "kw_only" in options else is_kw_only_section
        fields[name] = Parameter(name, options.keys().isdisjoint(("default", "default_factory")), not is_keyword_only)
        if _is_constant(options.get("init"), False):
            del fields[name]


def _dataclass_options(entry: MroEntry) -> Mapping[str, ast.expr]:
    """The keyword arguments of the `dataclass` decorator."""
    decorators = entry.node.decorator_list if entry.node else []
    return next((_keyword_values(node) for node, name in zip(decorators, entry.decorators) if name == DATACLASS), {})


def _keyword_values(node: ast.expr | None) -> dict[str, ast.expr]:
    keywords = node.keywords if isinstance(node, ast.Call) else []
    return {keyword.arg: keyword.value for keyword in keywords if keyword.arg is not None}


def _is_constant(node: ast.expr | None, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value
