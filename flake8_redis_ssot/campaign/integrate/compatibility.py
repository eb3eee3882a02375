"""What users call held against what the shared class offers: whether each method fits, and what is in the way."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import NamedTuple

from flake8_redis_ssot.campaign.integrate.adapter_parameters import mean_the_same, parameters_of
from flake8_redis_ssot.campaign.integrate.usage import Called
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked
from flake8_redis_ssot.fixes.instances.usage_check import TEAR_DOWNS
from flake8_redis_ssot.project.resolver import Home, Project
from flake8_redis_ssot.project.similarity.class_summary import methods_of
from flake8_redis_ssot.project.types.class_model import Interface, Kind
from flake8_redis_ssot.project.types.decorators import Load
from flake8_redis_ssot.semantic.ast_queries import Function
from flake8_redis_ssot.semantic.signatures import misfit, unsure

_HANDED_ON = frozenset({Kind.METHOD, Kind.COROUTINE, Kind.GENERATOR})


class Fit(NamedTuple):
    """One method that users call: `there` is its definition in the shared class, `own` that in the duplicate.

    None: there is none to be seen. `awaited`: users wait for it. `trouble` is why the shared instance can't take the
    place of the duplicate here (empty: it can), `refusal` why not even a method that hands it on can.
    """

    name: str
    uses: tuple[Called, ...]
    there: Function | None
    own: Function | None
    kind: Kind | None
    awaited: bool
    trouble: str
    refusal: str

    @property
    def calls(self) -> list[ast.Call]:
        """The calls of it."""
        return [use.touch.call for use in self.uses if use.touch.call is not None]


class Shared(NamedTuple):
    """The shared class: where it is at home, what it offers, and the definitions of its methods."""

    home: Home
    interface: Interface
    methods: Mapping[str, Function]


def shared_class(home: Home, interface: Interface, load: Load, project: Project) -> Shared:
    """A class with its own methods and those of its bases."""
    return Shared(home, interface, methods_of(home, project, load))


def fits(called: Iterable[Called], shared: Shared, own: Mapping[str, Function], tear_downs: Set[str]) -> list[Fit]:
    """How each method that is called fits, by name; `own` are the methods of the duplicate."""
    by_name: dict[str, list[Called]] = {}
    for use in called:
        by_name.setdefault(use.name, []).append(use)
    return [_fit(name, tuple(uses), shared, own.get(name), tear_downs) for name, uses in sorted(by_name.items())]


def _fit(name: str, uses: tuple[Called, ...], shared: Shared, own: Function | None, tear_downs: Set[str]) -> Fit:
    member = shared.interface.member(name)
    # A coroutine may be awaited later, by whoever gets it.
    awaited = isinstance(own, ast.AsyncFunctionDef) or any(use.touch.awaited for use in uses)
    kind = member.kind if member is not None else None
    bare = Fit(name, uses, shared.methods.get(name), own, kind, awaited, "", "")
    refusal = next(_refusals(bare, tear_downs, shared), "")
    return bare._replace(refusal=refusal, trouble=refusal or next(_troubles(bare, shared), ""))


def _refusals(fit: Fit, tear_downs: Set[str], shared: Shared) -> Iterator[str]:
    """Why no method can hand it on."""
    if fit.name in TEAR_DOWNS | tear_downs:
        yield "it would end the shared instance"
    if fit.name.startswith("__"):
        yield "it is no plain method"
    for use in fit.uses:
        if use.touch.kind != "call":
            yield f"it is {'set' if use.touch.kind == 'set' else 'read'} there, not called"
    if fit.kind is None:
        yield f"`{shared.interface.name}` has no such method"
    elif fit.kind not in _HANDED_ON or fit.there is None:
        yield f"`{shared.interface.name}` has a {fit.kind.value} of that name"
    yield from _of_waiting(fit)
    yield from _of_own(fit)


def _of_waiting(fit: Fit) -> Iterator[str]:
    if fit.kind is Kind.COROUTINE and not fit.awaited:
        yield "it has to be awaited, and is called without"
    if fit.kind is Kind.GENERATOR and fit.awaited:
        yield "it is awaited, and the shared one gives values one after the other"


def _of_own(fit: Fit) -> Iterator[str]:
    """What of the duplicate's method, or of its calls, can't be seen."""
    if any(unsure(call) for call in fit.calls):
        yield "it is given arguments that can't be seen"
    if fit.own is None:
        yield "the duplicate does not define it itself, so what it takes can't be seen"
    elif fit.own.decorator_list:
        yield f"what `@{ast.unparse(fit.own.decorator_list[0])}` makes of it can't be seen"


def _troubles(fit: Fit, shared: Shared) -> Iterator[str]:
    """Why the calls as they are don't fit the shared class."""
    if fit.awaited and fit.kind is not Kind.COROUTINE:
        yield "it is awaited, and the shared one is not to be"
    member = shared.interface.member(fit.name)
    signature = member.signature if member is not None else None
    for call in fit.calls:
        why = misfit(call, signature) if signature is not None else "what it takes can't be seen"
        if why:
            yield f"`{ast.unparse(call)}`: it {why}"
    if fit.own is not None and fit.there is not None:
        try:
            if not mean_the_same(parameters_of(fit.there, fit.own, fit.calls), fit.there):
                yield "its parameters have other places or defaults"
        except Blocked as block:
            yield str(block)
