"""The parameters of a method that hands on to a shared one: what users give, under which names, and which are keys."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from flake8_redis_ssot.fixing.bringing import Blocked
from flake8_redis_ssot.signatures import Function, is_static

_KEYS = frozenset({"key", "name", "channel", "pattern", "src", "dst", "source", "destination", "newkey"})
_SEVERAL_KEYS = frozenset({"keys", "names", "channels"})
_MAPPINGS = frozenset({"mapping", "values", "items", "pairs"})

# What they give back are keys, which would have the prefix in them.
GIVE_KEYS = frozenset({"keys", "scan", "scan_iter", "scan_keys", "randomkey"})
# What they give knows of no prefix.
GIVE_ACCESS = frozenset(
    {"client", "connection", "eval", "execute_command", "get_client", "get_connection", "pipeline", "pubsub"}
    | {"register_script", "transaction", "get_redis", "redis_client"}
)


class Place(Enum):
    """How an argument reaches a parameter."""

    POSITION = "position"
    KEYWORD = "keyword"
    REST = "rest"


class Key(Enum):
    """Whether what a parameter holds are keys."""

    NONE = "none"
    ONE = "one"
    SEVERAL = "several"
    MAPPING = "mapping"


class Parameter(NamedTuple):
    """A parameter: its `name` for users, that of the shared method (`there`), and its annotation and default there.

    `by_name`: it can only be handed on by its name, as something before it is left out.
    """

    name: str
    there: str
    place: Place
    annotation: ast.expr | None
    default: ast.expr | None
    key: Key = Key.NONE
    by_name: bool = False


def parameters_of(
    shared: Function, own: Function | None, calls: Sequence[ast.Call], *, everything: bool
) -> list[Parameter]:
    """Those that users need, in order. `own` is the method of the duplicate, whose names users know.

    With `everything` all that there are: some calls can't be seen.

    Raises Blocked where they give what the shared method does not take.
    """
    there = _all(shared)
    here = _all(own) if own is not None else there
    names = _names_here(there, here)
    needed = [each for each in there if everything or each.place is Place.REST or each.default is None]
    for call in calls:
        needed += [each for each in _given(call, there, names, shared.name) if each not in needed]
    kept = [each for each in there if each in needed]
    gap = next((place for place, each in enumerate(there) if each not in kept), len(there))
    late = there[gap:]
    named = (each._replace(by_name=each in late or each.place is Place.KEYWORD) for each in kept)
    return _keys([each._replace(name=names.get(each.there, each.there)) for each in named])


def _all(function: Function) -> list[Parameter]:
    arguments = function.args
    placed = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(placed) - len(arguments.defaults)) + list(arguments.defaults)
    found = [
        Parameter(arg.arg, arg.arg, Place.POSITION, arg.annotation, default) for arg, default in zip(placed, defaults)
    ]
    if not is_static(function):
        found = found[1:]
    if arguments.vararg is not None:
        found.append(
            Parameter(arguments.vararg.arg, arguments.vararg.arg, Place.REST, arguments.vararg.annotation, None)
        )
    for arg, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
        found.append(Parameter(arg.arg, arg.arg, Place.KEYWORD, arg.annotation, default))
    return found


def _names_here(there: Sequence[Parameter], here: Sequence[Parameter]) -> dict[str, str]:
    """What the duplicate calls the parameters of the shared method: the same, or as what stands in that place."""
    known = {each.name for each in here}
    names = {each.there: each.there for each in there if each.there in known}
    for one, other in zip(there, here):
        if one.there not in names and one.place is other.place and other.name not in names.values():
            names[one.there] = other.name
    return names


def _given(call: ast.Call, there: Sequence[Parameter], names: dict[str, str], method: str) -> list[Parameter]:
    """The parameters that one call gives something to. Raises Blocked."""
    placed = [each for each in there if each.place is Place.POSITION]
    rest = any(each.place is Place.REST for each in there)
    if len(call.args) > len(placed) and not rest:
        raise Blocked(f"`{ast.unparse(call)}` gives more than `{method}()` takes")
    found = placed[: len(call.args)]
    for keyword in call.keywords:
        meant = next((each for each in there if names.get(each.there, each.there) == keyword.arg), None)
        if meant is None:
            raise Blocked(f"`{ast.unparse(call)}`: `{method}()` has nothing like `{keyword.arg or '**'}`")
        found.append(meant)
    return found


def _keys(parameters: list[Parameter]) -> list[Parameter]:
    marked = [each._replace(key=_key(each)) for each in parameters]
    if any(each.key in (Key.ONE, Key.SEVERAL) for each in marked):
        # Beside a key, a mapping holds fields.
        return [each._replace(key=Key.NONE) if each.key is Key.MAPPING else each for each in marked]
    return marked


def _key(parameter: Parameter) -> Key:
    if parameter.place is Place.REST:
        return Key.SEVERAL if parameter.there in _SEVERAL_KEYS | _KEYS else Key.NONE
    if parameter.there in _KEYS:
        return Key.ONE
    if parameter.there in _SEVERAL_KEYS:
        alone = parameter.annotation is not None and ast.unparse(parameter.annotation) == "str"
        return Key.ONE if alone else Key.SEVERAL
    return Key.MAPPING if parameter.there in _MAPPINGS else Key.NONE


def why_no_prefix(method: str, parameters: Sequence[Parameter]) -> str:
    """Why the keys of a method can't get a prefix; empty where they can."""
    if method in GIVE_KEYS:
        return "it gives back keys, which would have the prefix in them"
    if method in GIVE_ACCESS:
        return "what it gives knows nothing of the prefix"
    if parameters and all(each.key is Key.NONE for each in parameters):
        return "which of its parameters are keys can't be told"
    return ""
