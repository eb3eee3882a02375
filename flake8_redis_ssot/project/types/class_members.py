"""Collects the members of a class of the project, own and inherited, and the signature of its constructor."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable

from flake8_redis_ssot.project.resolver import Resolver
from flake8_redis_ssot.project.types.assignments import assignment_to
from flake8_redis_ssot.project.types.attributes import collect_set_attributes
from flake8_redis_ssot.project.types.class_model import (
    DATACLASS,
    FIELD_DECORATORS,
    ClassMembers,
    Member,
    MemberKind,
    MroEntry,
    builtin_members,
    infer_constructor,
)
from flake8_redis_ssot.project.types.decorators import (
    CONTEXT_MANAGER_KINDS,
    KNOWN_DECORATORS,
    PROPERTY_DECORATORS,
    decorator_names,
)
from flake8_redis_ssot.project.types.names import FileNames, SymbolTableLoader
from flake8_redis_ssot.semantic.ast_queries import (
    FunctionNode,
    dotted_name,
    iter_scope_nodes,
    plain_qualname,
)
from flake8_redis_ssot.semantic.scopes import sort_by_position
from flake8_redis_ssot.semantic.signatures import signature_of


def class_members(path: str, qualname: str, load: SymbolTableLoader, resolver: Resolver) -> ClassMembers | None:
    """The members of a class, by its file and local name; None if there is no such class."""
    mro = collect_mro(qualname, FileNames(path, load, resolver), ())
    # As in Python's MRO, a base that is inherited twice comes after all classes that derive from it.
    later_nodes = [{id(entry.node) for entry in mro[index + 1 :] if entry.node} for index in range(len(mro))]
    entries = [entry for entry, later_ids in zip(mro, later_nodes) if id(entry.node) not in later_ids]
    if not entries:
        return None
    members: dict[str, Member] = {}
    for entry in reversed(entries):
        members |= entry.members
    return ClassMembers(
        f"{resolver.modules.name_of(path)}.{plain_qualname(qualname)}",
        members,
        any(entry.is_incomplete or entry.is_opaque for entry in entries),
        any(member.kind is MemberKind.COROUTINE and not name.startswith("_") for name, member in members.items()),
        infer_constructor(entries),
    )


_KNOWN_CLASS_DECORATORS = FIELD_DECORATORS | {
    *(DATACLASS, "functools.total_ordering"),
    *(f"typing.{name}" for name in ("dataclass_transform", "final", "runtime_checkable")),
}
_MEMBERLESS_BASES = frozenset({"abc.ABC", "builtins.object", "typing.Generic", "typing.Protocol"})
_STANDARD_METACLASSES = frozenset({"abc.ABCMeta", "builtins.type"})
_DYNAMIC_BUILTINS = frozenset({"exec", "locals", "vars"})


def collect_mro(qualname: str, names: FileNames, subclasses: tuple[ast.ClassDef, ...]) -> list[MroEntry]:
    """A class, then its bases from left to right, each with its own bases; empty if there is no such class."""
    node = names.find_definition(qualname)
    if not isinstance(node, ast.ClassDef) or node in subclasses:
        return []
    entries = [_build_entry(qualname, node, names)]
    for base in node.bases:
        definition = names.resolve(base.value if isinstance(base, ast.Subscript) else base)
        base_entries: list[MroEntry] = []
        if definition and definition.path:
            base_entries = collect_mro(definition.qualname, names.in_file(definition.path), (*subclasses, node))
        entries += base_entries or _external_entries(definition.name if definition else "")
    return entries


def _external_entries(name: str) -> list[MroEntry]:
    """The entry of a base class outside the project."""
    if name in _MEMBERLESS_BASES:
        return []
    module, _, plain = name.partition(".")
    owner = getattr(builtins, plain, None) if module == "builtins" else None
    if isinstance(owner, type):
        return [MroEntry(plain, None, members=builtin_members(owner))]
    return [MroEntry("", None, is_incomplete=True)]


def _build_entry(qualname: str, node: ast.ClassDef, names: FileNames) -> MroEntry:
    decorators = decorator_names(node, names)
    entry = MroEntry(qualname, node, tuple(decorators))
    entry.is_opaque = not _KNOWN_CLASS_DECORATORS.issuperset(decorators) or _has_custom_metaclass(node, names)
    _collect_own_members(node, entry, names)
    collect_set_attributes(node, entry, names)
    callees = (call.func for call in iter_scope_nodes(node) if isinstance(call, ast.Call))
    has_getattr_hook = not entry.members.keys().isdisjoint(("__getattr__", "__getattribute__"))
    entry.is_incomplete = (
        entry.is_incomplete or has_getattr_hook or any(dotted_name(name) in _DYNAMIC_BUILTINS for name in callees)
    )
    return entry


def _has_custom_metaclass(node: ast.ClassDef, names: FileNames) -> bool:
    """Whether a class has a metaclass that may change it."""
    definitions = [names.resolve(keyword.value) for keyword in node.keywords if keyword.arg in ("metaclass", None)]
    return any(definition is None or definition.name not in _STANDARD_METACLASSES for definition in definitions)


def _collect_own_members(node: ast.ClassDef, entry: MroEntry, names: FileNames) -> None:
    """Add the members that the body of a class binds."""
    symbols = names.symbol_table.symbols_in(names.symbol_table.scope_opened_by(node))
    names_by_node = {binding.node: symbol.name for symbol in symbols for binding in symbol.bindings}
    for binding_node in sort_by_position(names_by_node):
        _collect_member(names_by_node[binding_node], binding_node, entry, names)


def _collect_member(name: str, node: ast.AST, entry: MroEntry, names: FileNames) -> None:
    """Add the member that one binding defines, or remove it for `del`."""
    row = names.symbol_table.statement_of(node).lineno
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        decorators = decorator_names(node, names)
        kind = _function_kind(node, decorators)
        has_known_decorators = KNOWN_DECORATORS.issuperset(decorators) and kind is not MemberKind.PROPERTY
        entry.add_member(name, kind, row, signature_of(node, bound=True) if has_known_decorators else None)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del):
        entry.members.pop(name, None)
    else:
        value = assignment_to(node, names.symbol_table).value
        alias = entry.members.get(entry.mangle(dotted_name(value))) if value else None
        kind = MemberKind.CLASS if isinstance(node, ast.ClassDef) else alias.kind if alias else MemberKind.ATTRIBUTE
        entry.add_member(name, kind, row, alias.signature if alias else None)
        if name == "__slots__" and value is not None:
            _collect_slots(value, entry)


def _collect_slots(value: ast.expr, entry: MroEntry) -> None:
    """Add an attribute for each slot."""
    for node in ast.walk(value):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            entry.add_member(node.value, MemberKind.ATTRIBUTE, node.lineno)


def _function_kind(node: FunctionNode, decorators: Iterable[str]) -> MemberKind:
    if not PROPERTY_DECORATORS.isdisjoint(decorators):
        return MemberKind.PROPERTY
    for name in decorators:
        if name in CONTEXT_MANAGER_KINDS:
            return CONTEXT_MANAGER_KINDS[name]
    yields = any(isinstance(each, (ast.Yield, ast.YieldFrom)) for each in iter_scope_nodes(node))
    if isinstance(node, ast.AsyncFunctionDef):
        return MemberKind.ASYNC_GENERATOR if yields else MemberKind.COROUTINE
    return MemberKind.GENERATOR if yields else MemberKind.METHOD
