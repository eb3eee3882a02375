"""What users call held against what the shared class offers: whether each method fits, and what is in the way."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from flake8_redis_ssot.accessors.naming import Load
from flake8_redis_ssot.fixing.proofs import TEAR_DOWNS
from flake8_redis_ssot.integrating.usage import Called
from flake8_redis_ssot.interface import Interface, Kind
from flake8_redis_ssot.project import Home, Project
from flake8_redis_ssot.signatures import Function, definition_of, misfit, statements, unsure

_HANDED_ON = frozenset({Kind.METHOD, Kind.COROUTINE, Kind.GENERATOR})


class Fit(NamedTuple):
    """One method that users call: `there` is its definition in the shared class (None: there is none to be seen).

    `calls` are those that can be seen, `awaited`: users await it. `trouble` is why the shared instance can't take the
    place of the duplicate here (empty: it can), `refusal` why not even a method that hands it on can.
    """

    name: str
    uses: tuple[Called, ...]
    there: Function | None
    kind: Kind | None
    awaited: bool
    trouble: str
    refusal: str

    @property
    def calls(self) -> list[ast.Call]:
        """The calls that can be seen."""
        return [use.touch.call for use in self.uses if use.touch is not None and use.touch.call is not None]


class Shared(NamedTuple):
    """The shared class: where it is at home, what it offers, and the definitions of its methods."""

    home: Home
    interface: Interface
    methods: Mapping[str, Function]


def shared_class(home: Home, interface: Interface, load: Load, project: Project) -> Shared:
    """A class with its own methods and those of its bases."""
    return Shared(home, interface, dict(reversed(list(_methods(home, load, project, ())))))


def _methods(home: Home, load: Load, project: Project, below: tuple[Home, ...]) -> Iterator[tuple[str, Function]]:
    """Nearest first."""
    node = definition_of(load(home.path), home.local) if home.path is not None and home not in below else None
    if home.path is None or not isinstance(node, ast.ClassDef):
        return
    for statement in statements(node.body):
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield statement.name, statement
    for base in project.load(home.path).bases.get(home.local, ()):
        for parent in project.resolve(base, home.path):
            yield from _methods(parent._replace(chain=()), load, project, (*below, home))


def fits(called: Iterable[Called], shared: Shared, tear_downs: Set[str]) -> list[Fit]:
    """How each method that is called fits, by name."""
    by_name: dict[str, list[Called]] = {}
    for use in called:
        by_name.setdefault(use.name, []).append(use)
    return [_fit(name, tuple(uses), shared, tear_downs) for name, uses in sorted(by_name.items())]


def _fit(name: str, uses: tuple[Called, ...], shared: Shared, tear_downs: Set[str]) -> Fit:
    member = shared.interface.member(name)
    awaited = any(use.touch is not None and use.touch.awaited for use in uses)
    kind = member.kind if member is not None else None
    bare = Fit(name, uses, shared.methods.get(name), kind, awaited, "", "")
    refusal = next(_refusals(bare, tear_downs, shared), "")
    return bare._replace(refusal=refusal, trouble=refusal or next(_troubles(bare, shared), ""))


def _refusals(fit: Fit, tear_downs: Set[str], shared: Shared) -> Iterator[str]:
    """Why no method can hand it on."""
    if fit.name in TEAR_DOWNS | tear_downs:
        yield "it would end the shared instance"
    if fit.name.startswith("__"):
        yield "it is no plain method"
    for use in fit.uses:
        if use.touch is not None and use.touch.kind != "call":
            yield f"it is {'set' if use.touch.kind == 'set' else 'read'} there, not called"
    if fit.kind is None:
        yield f"`{shared.interface.name}` has no such method"
    elif fit.kind not in _HANDED_ON or fit.there is None:
        yield f"`{shared.interface.name}` has a {fit.kind.value} of that name"
    if fit.kind is Kind.COROUTINE and any(use.touch is not None and not use.touch.awaited for use in fit.uses):
        yield "it has to be awaited, and is called without"


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


def unseen(uses: Sequence[Called]) -> list[Called]:
    """Uses of which only the text is known, or of which nobody can say what they hand over."""
    return [use for use in uses if use.touch is None or (use.touch.call is not None and unsure(use.touch.call))]
