"""Calls and definitions: where a definition is, which arguments it takes, and whether a call hands it just those."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from flake8_redis_ssot.semantic.ast_queries import FunctionNode, is_static

# Stand for any keyword, and for the first parameter that a method should have and has not: no names of Python.
_ARBITRARY_KEYWORD = "**keywords"
_MISSING_SELF = "(self)"


class Parameter(NamedTuple):
    """One parameter: whether a call has to give it, and how it can."""

    name: str
    is_required: bool = True
    is_positional: bool = True
    is_keyword: bool = True


@dataclass(frozen=True, slots=True)
class Signature:
    """What a function takes.

    `parameters` are in order of place, those without a place last. `has_var_positional` and `has_var_keyword` say that
    there are `*args` and `**kwargs`; `self_name` is the name of `self`, which a call must not give once more.
    """

    parameters: tuple[Parameter, ...] = ()
    has_var_positional: bool = False
    has_var_keyword: bool = False
    self_name: str = ""


def signature_of(node: FunctionNode, *, bound: bool) -> Signature:
    """The signature of a function. `bound`: as a call through an instance sees it, without `self` or `cls`."""
    arguments = node.args
    optional_from = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    parameters = [
        Parameter(argument.arg, index < optional_from, True, index >= len(arguments.posonlyargs))
        for index, argument in enumerate([*arguments.posonlyargs, *arguments.args])
    ]
    parameters += [
        Parameter(argument.arg, default is None, False, True)
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults)
    ]
    signature = Signature(tuple(parameters), arguments.vararg is not None, arguments.kwarg is not None)
    return _drop_self(signature) if bound and not is_static(node) else signature


def _drop_self(signature: Signature) -> Signature:
    first, rest = signature.parameters[:1], signature.parameters[1:]
    if first and first[0].is_positional:
        self_name = first[0].name if first[0].is_keyword else ""
        return Signature(rest, signature.has_var_positional, signature.has_var_keyword, self_name)
    if signature.has_var_positional:
        return signature
    # There is no room for `self`, so no call is right.
    missing = Parameter(_MISSING_SELF, True, False, False)
    return Signature((*signature.parameters, missing), False, signature.has_var_keyword)


def has_unpacking(call: ast.Call) -> bool:
    """Whether a call unpacks `*args` or `**kwargs`, so that nobody can say what it hands over."""
    return any(isinstance(argument, ast.Starred) for argument in call.args) or any(
        keyword.arg is None for keyword in call.keywords
    )


def find_call_mismatch(call: ast.Call, signature: Signature) -> str | None:
    """Why a call does not fit, as a phrase (`takes no …`); None where it fits for sure.

    A call that unpacks never fits for sure; ask `has_unpacking` first where only a certain misfit counts.
    """
    positional_count = sum(not isinstance(argument, ast.Starred) for argument in call.args)
    keywords = [keyword.arg for keyword in call.keywords if keyword.arg is not None]
    excess = _find_excess_argument(positional_count, keywords, signature)
    if excess is not None:
        return excess
    if has_unpacking(call):
        return "gets arguments that can't be seen"
    return _find_missing_argument(positional_count, keywords, signature)


def find_incompatibility(old: Signature, new: Signature) -> str | None:
    """Why not all calls that fit `old` fit `new`, as a phrase about `new`; None where they all do."""
    for positional_count, keywords in _iter_boundary_calls(old, new):
        if _find_mismatch(positional_count, keywords, old) is None:
            reason = _find_mismatch(positional_count, keywords, new)
            if reason is not None:
                return reason
    return None


def _iter_boundary_calls(old: Signature, new: Signature) -> Iterator[tuple[int, list[str]]]:
    """For each number of places the call with the fewest and that with the most keywords.

    If any call fits `old` and not `new`, one of these does: what is too much in a call is so in a bigger one, what
    is lacking is so in a smaller one.
    """
    max_positional = max(len(_positional_parameters(old)), len(_positional_parameters(new))) + 1
    for positional_count in range(max_positional + 1):
        given = {parameter.name for parameter in _positional_parameters(old)[:positional_count]}
        by_keyword = [parameter for parameter in old.parameters if parameter.is_keyword and parameter.name not in given]
        yield positional_count, [parameter.name for parameter in by_keyword if parameter.is_required]
        yield positional_count, [*(parameter.name for parameter in by_keyword), *_extra_keywords(old, new)]


def _extra_keywords(old: Signature, new: Signature) -> list[str]:
    """Keywords that only `**kwargs` take."""
    if not old.has_var_keyword:
        return []
    accepted = {parameter.name for parameter in old.parameters if parameter.is_keyword} | {old.self_name}
    candidates = [parameter.name for parameter in (*old.parameters, *new.parameters)]
    return [
        name
        for name in dict.fromkeys([*candidates, new.self_name, _ARBITRARY_KEYWORD])
        if name and name not in accepted
    ]


def _find_mismatch(positional_count: int, keywords: Iterable[str], signature: Signature) -> str | None:
    keywords = list(keywords)
    return _find_excess_argument(positional_count, keywords, signature) or _find_missing_argument(
        positional_count, keywords, signature
    )


def _find_excess_argument(positional_count: int, keywords: Iterable[str], signature: Signature) -> str | None:
    """What a call with so many positional arguments and these keywords gives too much."""
    positional = _positional_parameters(signature)
    if positional_count > len(positional) and not signature.has_var_positional:
        return _too_many_message(len(positional), positional_count)
    given = {parameter.name for parameter in positional[:positional_count] if parameter.is_keyword} | {
        signature.self_name
    }
    keyword_names = _keyword_names(signature)
    for keyword in keywords:
        if keyword in given:
            return f"gets `{keyword}` twice"
        if keyword not in keyword_names and not signature.has_var_keyword:
            return f"takes no `{keyword}`"
    return None


def _too_many_message(maximum: int, positional_count: int) -> str:
    if not maximum:
        return "takes no positional arguments"
    return f"takes at most {maximum} positional argument{'s' if maximum > 1 else ''}, not {positional_count}"


def _find_missing_argument(positional_count: int, keywords: Iterable[str], signature: Signature) -> str | None:
    """What such a call does not give."""
    given = {parameter.name for parameter in _positional_parameters(signature)[:positional_count]} | (
        _keyword_names(signature) & set(keywords)
    )
    for parameter in signature.parameters:
        if parameter.is_required and parameter.name not in given:
            return f"lacks `{parameter.name}`"
    return None


def _positional_parameters(signature: Signature) -> list[Parameter]:
    return [parameter for parameter in signature.parameters if parameter.is_positional]


def _keyword_names(signature: Signature) -> set[str]:
    return {parameter.name for parameter in signature.parameters if parameter.is_keyword}
