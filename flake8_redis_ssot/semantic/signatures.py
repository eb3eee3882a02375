"""Calls and definitions: where a definition is, which arguments it takes, and whether a call hands it just those."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from flake8_redis_ssot.semantic.ast_queries import Function, is_static

# Stand for any keyword, and for the first parameter that a method should have and has not: no names of Python.
_ANY_KEYWORD = "**keywords"
_NO_SELF = "(self)"


class Parameter(NamedTuple):
    """One parameter: whether a call has to give it, and how it can."""

    name: str
    required: bool = True
    by_position: bool = True
    by_keyword: bool = True


@dataclass(frozen=True, slots=True)
class Signature:
    """What a function takes.

    `parameters` are in order of place, those without a place last. `more_positions` and `more_keywords` say that
    there are `*args` and `**kwargs`; `taken` is the name of `self`, which a call must not give once more.
    """

    parameters: tuple[Parameter, ...] = ()
    more_positions: bool = False
    more_keywords: bool = False
    taken: str = ""


def signature_of(node: Function, *, bound: bool) -> Signature:
    """The signature of a function. `bound`: as a call through an instance sees it, without `self` or `cls`."""
    arguments = node.args
    optional_from = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    parameters = [
        Parameter(argument.arg, place < optional_from, True, place >= len(arguments.posonlyargs))
        for place, argument in enumerate([*arguments.posonlyargs, *arguments.args])
    ]
    parameters += [
        Parameter(argument.arg, default is None, False, True)
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults)
    ]
    whole = Signature(tuple(parameters), arguments.vararg is not None, arguments.kwarg is not None)
    return _without_self(whole) if bound and not is_static(node) else whole


def _without_self(whole: Signature) -> Signature:
    first, rest = whole.parameters[:1], whole.parameters[1:]
    if first and first[0].by_position:
        taken = first[0].name if first[0].by_keyword else ""
        return Signature(rest, whole.more_positions, whole.more_keywords, taken)
    if whole.more_positions:
        return whole
    # There is no room for `self`, so no call is right.
    missing = Parameter(_NO_SELF, True, False, False)
    return Signature((*whole.parameters, missing), False, whole.more_keywords)


def unsure(call: ast.Call) -> bool:
    """Whether a call unpacks `*args` or `**kwargs`, so that nobody can say what it hands over."""
    return any(isinstance(argument, ast.Starred) for argument in call.args) or any(
        keyword.arg is None for keyword in call.keywords
    )


def misfit(call: ast.Call, signature: Signature) -> str | None:
    """Why a call does not fit, as a phrase (`takes no …`); None where it fits for sure.

    A call that unpacks never fits for sure; ask `unsure` first where only a certain misfit counts.
    """
    places = sum(not isinstance(argument, ast.Starred) for argument in call.args)
    keywords = [keyword.arg for keyword in call.keywords if keyword.arg is not None]
    excess = _excess(places, keywords, signature)
    if excess is not None:
        return excess
    if unsure(call):
        return "gets arguments that can't be seen"
    return _lack(places, keywords, signature)


def narrower(old: Signature, new: Signature) -> str | None:
    """Why not all calls that fit `old` fit `new`, as a phrase about `new`; None where they all do."""
    for places, keywords in _calls_of(old, new):
        if _reason(places, keywords, old) is None:
            reason = _reason(places, keywords, new)
            if reason is not None:
                return reason
    return None


def _calls_of(old: Signature, new: Signature) -> Iterator[tuple[int, list[str]]]:
    """For each number of places the call with the fewest and that with the most keywords.

    If any call fits `old` and not `new`, one of these does: what is too much in a call is so in a bigger one, what
    is lacking is so in a smaller one.
    """
    longest = max(len(_placed(old)), len(_placed(new))) + 1
    for places in range(longest + 1):
        given = {parameter.name for parameter in _placed(old)[:places]}
        free = [parameter for parameter in old.parameters if parameter.by_keyword and parameter.name not in given]
        yield places, [parameter.name for parameter in free if parameter.required]
        yield places, [*(parameter.name for parameter in free), *_invented(old, new)]


def _invented(old: Signature, new: Signature) -> list[str]:
    """Keywords that only `**kwargs` take."""
    if not old.more_keywords:
        return []
    known = {parameter.name for parameter in old.parameters if parameter.by_keyword} | {old.taken}
    hidden = [parameter.name for parameter in (*old.parameters, *new.parameters)]
    return [name for name in dict.fromkeys([*hidden, new.taken, _ANY_KEYWORD]) if name and name not in known]


def _reason(places: int, keywords: Iterable[str], signature: Signature) -> str | None:
    keywords = list(keywords)
    return _excess(places, keywords, signature) or _lack(places, keywords, signature)


def _excess(places: int, keywords: Iterable[str], signature: Signature) -> str | None:
    """What a call with so many positional arguments and these keywords gives too much."""
    placed = _placed(signature)
    if places > len(placed) and not signature.more_positions:
        return _too_many(len(placed), places)
    given = {parameter.name for parameter in placed[:places] if parameter.by_keyword} | {signature.taken}
    named = _named(signature)
    for keyword in keywords:
        if keyword in given:
            return f"gets `{keyword}` twice"
        if keyword not in named and not signature.more_keywords:
            return f"takes no `{keyword}`"
    return None


def _too_many(most: int, places: int) -> str:
    if not most:
        return "takes no positional arguments"
    return f"takes at most {most} positional argument{'s' if most > 1 else ''}, not {places}"


def _lack(places: int, keywords: Iterable[str], signature: Signature) -> str | None:
    """What such a call does not give."""
    given = {parameter.name for parameter in _placed(signature)[:places]} | (_named(signature) & set(keywords))
    for parameter in signature.parameters:
        if parameter.required and parameter.name not in given:
            return f"lacks `{parameter.name}`"
    return None


def _placed(signature: Signature) -> list[Parameter]:
    return [parameter for parameter in signature.parameters if parameter.by_position]


def _named(signature: Signature) -> set[str]:
    return {parameter.name for parameter in signature.parameters if parameter.by_keyword}
