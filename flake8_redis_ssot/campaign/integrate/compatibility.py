"""Whether the shared class can replace a duplicate, checked for each method that users call."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import NamedTuple

from flake8_redis_ssot.campaign.integrate.adapter_parameters import adapter_parameters, has_same_meaning
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.instances.usage_check import TEARDOWN_METHODS
from flake8_redis_ssot.fixes.usage.observations import MemberUse
from flake8_redis_ssot.project.resolver import Definition, Resolver
from flake8_redis_ssot.project.similarity.class_summary import LoadOutline, collect_methods
from flake8_redis_ssot.project.types.class_model import ClassMembers, MemberKind
from flake8_redis_ssot.semantic.ast_queries import FunctionNode
from flake8_redis_ssot.semantic.signatures import find_call_mismatch, has_unpacking

_DELEGATABLE_KINDS = frozenset({MemberKind.METHOD, MemberKind.COROUTINE, MemberKind.GENERATOR})


class MethodCompatibility(NamedTuple):
    """A method that users call.

    `shared_method` is its definition in the shared class, `own_method` that in the duplicate (None: not found).
    `is_awaited`: users await it. `mismatch` is why the shared instance can't replace the duplicate here (empty: it
    can), `refusal` why not even a method that delegates can.
    """

    name: str
    uses: tuple[MemberUse, ...]
    shared_method: FunctionNode | None
    own_method: FunctionNode | None
    kind: MemberKind | None
    is_awaited: bool
    mismatch: str
    refusal: str

    @property
    def calls(self) -> list[ast.Call]:
        """The calls of the method."""
        return [use.call for use in self.uses if use.call is not None]


class SharedClass(NamedTuple):
    """The shared class: its definition, its members, and the definitions of its methods."""

    definition: Definition
    class_members: ClassMembers
    methods: Mapping[str, FunctionNode]


def collect_shared_class(
    definition: Definition, class_members: ClassMembers, load_tree: LoadOutline, resolver: Resolver
) -> SharedClass:
    """A class with its own methods and those of its bases."""
    return SharedClass(definition, class_members, collect_methods(definition, resolver, load_tree))


def check_compatibility(
    member_uses: Iterable[MemberUse],
    shared_class: SharedClass,
    own_methods: Mapping[str, FunctionNode],
    teardown_names: Set[str],
) -> list[MethodCompatibility]:
    """The compatibility of each method that is used, by name; `own_methods` are the methods of the duplicate."""
    by_name: dict[str, list[MemberUse]] = {}
    for use in member_uses:
        by_name.setdefault(use.name, []).append(use)
    return [
        _check_method(name, tuple(uses), shared_class, own_methods.get(name), teardown_names)
        for name, uses in sorted(by_name.items())
    ]


def _check_method(
    name: str,
    uses: tuple[MemberUse, ...],
    shared_class: SharedClass,
    own_method: FunctionNode | None,
    teardown_names: Set[str],
) -> MethodCompatibility:
    member = shared_class.class_members.find_member(name)
    # A coroutine may be awaited later, wherever it is passed.
    is_awaited = isinstance(own_method, ast.AsyncFunctionDef) or any(use.is_awaited for use in uses)
    kind = member.kind if member is not None else None
    shared_method = shared_class.methods.get(name)
    compatibility = MethodCompatibility(name, uses, shared_method, own_method, kind, is_awaited, "", "")
    refusal = next(_refusals(compatibility, teardown_names, shared_class), "")
    mismatch = refusal or next(_mismatches(compatibility, shared_class), "")
    return compatibility._replace(refusal=refusal, mismatch=mismatch)


def _refusals(compatibility: MethodCompatibility, teardown_names: Set[str], shared_class: SharedClass) -> Iterator[str]:
    """Why no method can delegate to the shared one."""
    if compatibility.name in TEARDOWN_METHODS | teardown_names:
        yield "it would close the shared instance"
    if compatibility.name == "__class__":
        yield "the class of the instance is read"
    if compatibility.name.startswith("__"):
        yield "it is not a plain method"
    for use in compatibility.uses:
        if use.kind != "call":
            yield f"it is {'set' if use.kind == 'set' else 'read'} there instead of called"
    if compatibility.kind is None:
        yield f"`{shared_class.class_members.name}` has no such method"
    elif compatibility.kind not in _DELEGATABLE_KINDS or compatibility.shared_method is None:
        yield f"`{shared_class.class_members.name}` has a {compatibility.kind.value} of that name"
    yield from _await_refusals(compatibility)
    yield from _own_method_refusals(compatibility)


def _await_refusals(compatibility: MethodCompatibility) -> Iterator[str]:
    if compatibility.kind is MemberKind.COROUTINE and not compatibility.is_awaited:
        yield "it must be awaited, and is called without `await`"
    if compatibility.kind is MemberKind.GENERATOR and compatibility.is_awaited:
        yield "it is awaited, and the shared one is an asynchronous generator"


def _own_method_refusals(compatibility: MethodCompatibility) -> Iterator[str]:
    """What is not known about the duplicate's method, or about its calls."""
    if any(has_unpacking(call) for call in compatibility.calls):
        yield "its arguments could not be determined"
    if compatibility.own_method is None:
        yield "the duplicate does not define it itself, so its parameters could not be determined"
    elif compatibility.own_method.decorator_list:
        yield f"what `@{ast.unparse(compatibility.own_method.decorator_list[0])}` returns could not be determined"


def _mismatches(compatibility: MethodCompatibility, shared_class: SharedClass) -> Iterator[str]:
    """Why the unchanged calls don't fit the shared class."""
    if compatibility.is_awaited and compatibility.kind is not MemberKind.COROUTINE:
        yield "it is awaited, and the shared one is not a coroutine function"
    member = shared_class.class_members.find_member(compatibility.name)
    signature = member.signature if member is not None else None
    for call in compatibility.calls:
        reason = (
            find_call_mismatch(call, signature) if signature is not None else "its parameters could not be determined"
        )
        if reason:
            yield f"`{ast.unparse(call)}`: it {reason}"
    if compatibility.own_method is not None and compatibility.shared_method is not None:
        try:
            parameters = adapter_parameters(compatibility.shared_method, compatibility.own_method, compatibility.calls)
            if not has_same_meaning(parameters, compatibility.shared_method):
                yield "its parameters differ in position or default"
        except NotFixableError as error:
            yield str(error)
