"""The parameters of a method that hands on to a shared one: those of the duplicate, as far as users need them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from flake8_redis_ssot.fixes.edits.ensure_import import Blocked
from flake8_redis_ssot.semantic import signatures
from flake8_redis_ssot.semantic.ast_queries import Function, is_static
from flake8_redis_ssot.semantic.signatures import Signature, misfit


class Place(Enum):
    """How an argument reaches a parameter."""

    POSITION = "position"
    KEYWORD = "keyword"
    REST = "rest"


class Parameter(NamedTuple):
    """A parameter: its `name` for users, that of the shared method (`there`), its type there and its default here.

    `by_name`: it is handed on by its name, as it has another place there.
    """

    name: str
    there: str
    place: Place
    annotation: ast.expr | None
    default: ast.expr | None
    by_name: bool = False


def parameters_of(shared: Function, own: Function, calls: Sequence[ast.Call]) -> list[Parameter]:
    """Those that users need, in the order of the duplicate's own method (`own`), with its defaults.

    Raises Blocked where the shared method has nothing like what they give, or needs what they don't.
    """
    there, here = _all(shared), _all(own)
    partners = _partners(here, there)
    given = {name for call in calls for name in _given(call, own, here)}
    lacking = sorted(name for name in given if name not in partners)
    if lacking:
        raise Blocked(f"`{shared.name}()` has nothing like `{lacking[0]}`")
    needed = [each for each in here if each.name in partners and _is_needed(each, partners[each.name], given)]
    kept = [_joined(each, partners[each.name]) for each in needed]
    missing = [each.name for each in there if _is_required(each) and each.name not in {one.there for one in kept}]
    if missing:
        raise Blocked(f"`{shared.name}()` needs `{missing[0]}`")
    found = _placed(kept, there, {each.arg for each in shared.args.posonlyargs})
    _check(calls, found, shared.name)
    return found


def mean_the_same(parameters: Sequence[Parameter], shared: Function) -> bool:
    """Whether calls that need these parameters mean the same to the shared method itself."""
    there = {each.name: each for each in _all(shared)}
    placed = (each for each in parameters if each.place is not Place.KEYWORD)
    return not any(each.by_name for each in placed) and all(
        _dumped(each.default) == _dumped(there[each.there].default) for each in parameters
    )


def _all(function: Function) -> list[Parameter]:
    arguments = function.args
    placed = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(placed) - len(arguments.defaults)) + list(arguments.defaults)
    found = [_plain(arg, Place.POSITION, default) for arg, default in zip(placed, defaults)]
    if not is_static(function):
        found = found[1:]
    if arguments.vararg is not None:
        found.append(_plain(arguments.vararg, Place.REST, None))
    return [
        *found,
        *(_plain(arg, Place.KEYWORD, each) for arg, each in zip(arguments.kwonlyargs, arguments.kw_defaults)),
    ]


def _plain(arg: ast.arg, place: Place, default: ast.expr | None) -> Parameter:
    return Parameter(arg.arg, arg.arg, place, arg.annotation, default)


def _partners(here: Sequence[Parameter], there: Sequence[Parameter]) -> dict[str, Parameter]:
    """For each of the duplicate's parameters that of the shared method: of the same name.

    Or, where neither name is known on the other side, in the same place, if nobody can leave it out.
    """
    known, others = {each.name: each for each in there}, {each.name for each in here}
    found = {each.name: known[each.name] for each in here if each.name in known}
    for one, other in zip(here, there):
        strangers = one.name not in known and other.name not in others
        if strangers and one.place is other.place and one.default is None and other.default is None:
            found[one.name] = other
    return found


def _given(call: ast.Call, own: Function, here: Sequence[Parameter]) -> Iterator[str]:
    """The names of the duplicate's parameters that a call gives something to. Raises Blocked."""
    placed = [each.name for each in here if each.place is Place.POSITION]
    rest = next((each.name for each in here if each.place is Place.REST), None)
    yield from placed[: len(call.args)]
    if len(call.args) > len(placed):
        if rest is None:
            raise Blocked(f"`{ast.unparse(call)}` gives more than `{own.name}()` takes")
        yield rest
    named = {each.name for each in here if each.place is not Place.REST}
    for keyword in call.keywords:
        if keyword.arg not in named:
            raise Blocked(f"`{ast.unparse(call)}`: `{own.name}()` has nothing like `{keyword.arg or '**'}`")
        yield keyword.arg or ""


def _is_required(parameter: Parameter) -> bool:
    return parameter.default is None and parameter.place is not Place.REST


def _is_needed(one: Parameter, other: Parameter, given: set[str]) -> bool:
    """Whether somebody gives it, or relies on a default that is another one there."""
    return one.name in given or _is_required(other) or _dumped(one.default) != _dumped(other.default)


def _joined(one: Parameter, other: Parameter) -> Parameter:
    """The name and default of the duplicate, the type of the shared method. Raises Blocked."""
    default = one.default
    if default is not None and _dumped(default) == _dumped(other.default):
        default = other.default
    elif default is not None and not isinstance(default, ast.Constant):
        raise Blocked(f"what `{one.name}` is by default (`{ast.unparse(default)}`) can't be taken over")
    annotation = other.annotation
    if annotation is not None and isinstance(default, ast.Constant) and default.value is None:
        is_open = "None" in ast.unparse(annotation) or "Optional" in ast.unparse(annotation)
        if not is_open:
            raise Blocked(f"`{one.name}` is nothing by default, which the shared method does not take")
    return Parameter(one.name, other.name, one.place, annotation, default)


def _dumped(node: ast.expr | None) -> str:
    return "" if node is None else ast.dump(node)


def _placed(kept: Sequence[Parameter], there: Sequence[Parameter], only_placed: set[str]) -> list[Parameter]:
    """The parameters with how each is handed on: by its place as long as nothing before it is left out."""
    order = [each.name for each in there if each.place is not Place.KEYWORD]
    found: list[Parameter] = []
    for place, each in enumerate(kept):
        by_name = order[place : place + 1] != [each.there] or any(before.by_name for before in found)
        if by_name and (each.place is Place.REST or each.there in only_placed):
            raise Blocked(f"`{each.name}` can't be handed on by its name")
        found.append(each._replace(by_name=by_name))
    return found


def _check(calls: Sequence[ast.Call], parameters: Sequence[Parameter], method: str) -> None:
    """Whether all calls fit what is written. Raises Blocked."""
    taken = [each for each in parameters if each.place is not Place.REST]
    signature = Signature(
        tuple(
            signatures.Parameter(each.name, each.default is None, each.place is Place.POSITION, True) for each in taken
        ),
        more_positions=len(taken) < len(parameters),
    )
    for call in calls:
        why = misfit(call, signature)
        if why:
            raise Blocked(f"`{ast.unparse(call)}`: `{method}()` {why}")
