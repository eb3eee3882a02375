"""Signatures of functions, and whether calls match them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flake8_redis_ssot.plurals import plural
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, is_static

# Placeholders for any keyword, and for the missing first parameter of a method; neither is a valid name.
_ARBITRARY_KEYWORD = "**keywords"
_MISSING_SELF = "(self)"


class Parameter(NamedTuple):
    """One parameter: whether it is required, and how it can be passed."""

    name: str
    is_required: bool = True
    is_positional: bool = True
    is_keyword: bool = True


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters of a function.

    `parameters` are in order, keyword-only ones last. `has_var_positional` and `has_var_keyword`: there are `*args` and
    `**kwargs`; `self_name` is the name of `self`, which a call must not pass again.
    """

    parameters: tuple[Parameter, ...] = ()
    has_var_positional: bool = False
    has_var_keyword: bool = False
    self_name: str = ""


def signature_of(node: FunctionNode, *, bound: bool) -> Signature:
    """The signature of a function. `bound`: of a call through an instance, so without `self` or `cls`."""
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
    # There is no parameter for `self`, so no call matches.
    missing = Parameter(_MISSING_SELF, True, False, False)
    return Signature((*signature.parameters, missing), False, signature.has_var_keyword)


def has_unpacking(call: ast.Call) -> bool:
    """Whether a call unpacks `*args` or `**kwargs`, so that its arguments are unknown."""
    return any(isinstance(argument, ast.Starred) for argument in call.args) or any(
        keyword.arg is None for keyword in call.keywords
    )


def find_call_mismatch(call: ast.Call, signature: Signature) -> str | None:
    """Why a call does not match, as a phrase (`takes no …`); None if it certainly matches.

    A call that unpacks never certainly matches; check `has_unpacking` first if only a certain mismatch counts.
    """
    positional_count = sum(not isinstance(argument, ast.Starred) for argument in call.args)
    keywords = [keyword.arg for keyword in call.keywords if keyword.arg is not None]
    excess = _find_excess_argument(positional_count, keywords, signature)
    if excess is not None:
        return excess
    if has_unpacking(call):
        return "is called with arguments that could not be determined"
    return _find_missing_argument(positional_count, keywords, signature)


def find_incompatibility(old: Signature, new: Signature) -> str | None:
    """Why not all calls that match `old` match `new`, as a phrase about `new`; None if they all do."""
    for positional_count, keywords in _iter_boundary_calls(old, new):
        if _find_mismatch(positional_count, keywords, old) is None:
            reason = _find_mismatch(positional_count, keywords, new)
            if reason is not None:
                return reason
    return None


def _iter_boundary_calls(old: Signature, new: Signature) -> Iterator[tuple[int, list[str]]]:
    """For each number of positional arguments, the calls with the fewest and the most keywords.

    If any call matches `old` but not `new`, one of these does: an excess argument is also in a larger call, a missing
    one is also missing in a smaller call.
    """
    max_positional = max(len(_positional_parameters(old)), len(_positional_parameters(new))) + 1
    for positional_count in range(max_positional + 1):
        given = {parameter.name for parameter in _positional_parameters(old)[:positional_count]}
        by_keyword = [parameter for parameter in old.parameters if parameter.is_keyword and parameter.name not in given]
        yield positional_count, [parameter.name for parameter in by_keyword if parameter.is_required]
        yield positional_count, [*(parameter.name for parameter in by_keyword), *_extra_keywords(old, new)]


def _extra_keywords(old: Signature, new: Signature) -> list[str]:
    """Keywords that only `**kwargs` accepts."""
    if not old.has_var_keyword:
        return []
    accepted = {parameter.name for parameter in old.parameters if parameter.is_keyword} | {old.self_name}
    candidates = [parameter.name for parameter in (*old.parameters, *new.parameters)]
    return [
        name
        for name in dict.fromkeys([*candidates, new.self_name, _ARBITRARY_KEYWORD])
        if name and name not in accepted
    ]


def _find_mismatch(positional_count: int, keywords: Sequence[str], signature: Signature) -> str | None:
    excess = _find_excess_argument(positional_count, keywords, signature)
    return excess or _find_missing_argument(positional_count, keywords, signature)


def _find_excess_argument(positional_count: int, keywords: Sequence[str], signature: Signature) -> str | None:
    """The argument that a call with so many positional arguments and these keywords must not pass, as a phrase."""
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
    return f"takes at most {plural(maximum, 'positional argument')}, not {positional_count}"


def _find_missing_argument(positional_count: int, keywords: Sequence[str], signature: Signature) -> str | None:
    """The parameter that such a call does not pass, as a phrase."""
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
