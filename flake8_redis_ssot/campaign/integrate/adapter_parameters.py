"""The parameters of an adapter's method: those of the duplicate's method that callers need."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.semantic import signatures
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, is_static
from flake8_redis_ssot.semantic.signatures import Signature, find_call_mismatch


class ParameterKind(Enum):
    """How an argument is passed to a parameter."""

    POSITIONAL = "position"
    KEYWORD = "keyword"
    VAR_POSITIONAL = "rest"


class AdapterParameter(NamedTuple):
    """A parameter of an adapter's method.

    `name` and `default` are those of the duplicate, `shared_name` and `annotation` those of the shared method.
    `by_keyword`: it is passed on by name, as its position differs.
    """

    name: str
    shared_name: str
    kind: ParameterKind
    annotation: ast.expr | None
    default: ast.expr | None
    by_keyword: bool = False


def adapter_parameters(
    shared_function: FunctionNode, own_function: FunctionNode, calls: Sequence[ast.Call]
) -> list[AdapterParameter]:
    """The needed parameters, in the order of the duplicate's method (`own_function`), with its defaults.

    Raises NotFixableError if the shared method lacks a parameter that is passed, or requires one that is not.
    """
    shared_parameters, own_parameters = _function_parameters(shared_function), _function_parameters(own_function)
    matches = _match_parameters(own_parameters, shared_parameters)
    passed = {name for call in calls for name in _passed_parameters(call, own_function, own_parameters)}
    unmatched = sorted(name for name in passed if name not in matches)
    if unmatched:
        raise NotFixableError(f"`{shared_function.name}()` has no equivalent of `{unmatched[0]}`")
    needed = [each for each in own_parameters if each.name in matches and _is_needed(each, matches[each.name], passed)]
    merged = [_merge_parameters(each, matches[each.name]) for each in needed]
    merged_names = {each.shared_name for each in merged}
    missing = [each.name for each in shared_parameters if _is_required(each) and each.name not in merged_names]
    if missing:
        raise NotFixableError(f"`{shared_function.name}()` needs `{missing[0]}`")
    parameters = _choose_passing(merged, shared_parameters, {each.arg for each in shared_function.args.posonlyargs})
    _check_calls(calls, parameters, shared_function.name)
    return parameters


def matched_names(shared_function: FunctionNode, own_function: FunctionNode) -> dict[str, str]:
    """For each parameter of the duplicate's method that of the shared one, where there is one."""
    matches = _match_parameters(_function_parameters(own_function), _function_parameters(shared_function))
    return {name: shared.name for name, shared in matches.items()}


def has_same_meaning(parameters: Sequence[AdapterParameter], shared_function: FunctionNode) -> bool:
    """Whether calls with these parameters mean the same when made on the shared method itself."""
    shared_parameters = {each.name: each for each in _function_parameters(shared_function)}
    positional = (each for each in parameters if each.kind is not ParameterKind.KEYWORD)
    return not any(each.by_keyword for each in positional) and all(
        _dump(each.default) == _dump(shared_parameters[each.shared_name].default) for each in parameters
    )


def _function_parameters(function: FunctionNode) -> list[AdapterParameter]:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    parameters = [_new_parameter(arg, ParameterKind.POSITIONAL, default) for arg, default in zip(positional, defaults)]
    if not is_static(function):
        parameters = parameters[1:]
    if arguments.vararg is not None:
        parameters.append(_new_parameter(arguments.vararg, ParameterKind.VAR_POSITIONAL, None))
    keyword_only = zip(arguments.kwonlyargs, arguments.kw_defaults)
    return [*parameters, *(_new_parameter(arg, ParameterKind.KEYWORD, default) for arg, default in keyword_only)]


def _new_parameter(arg: ast.arg, kind: ParameterKind, default: ast.expr | None) -> AdapterParameter:
    return AdapterParameter(arg.arg, arg.arg, kind, arg.annotation, default)


def _match_parameters(
    own_parameters: Sequence[AdapterParameter], shared_parameters: Sequence[AdapterParameter]
) -> dict[str, AdapterParameter]:
    """For each parameter of the duplicate that of the shared method: the one of the same name.

    Or, where neither name exists on the other side, the one at the same position, if both are required.
    """
    shared_by_name, own_names = {each.name: each for each in shared_parameters}, {each.name for each in own_parameters}
    matches = {each.name: shared_by_name[each.name] for each in own_parameters if each.name in shared_by_name}
    for own, shared in zip(own_parameters, shared_parameters):
        is_unmatched = own.name not in shared_by_name and shared.name not in own_names
        if is_unmatched and own.kind is shared.kind and own.default is None and shared.default is None:
            matches[own.name] = shared
    return matches


def _passed_parameters(
    call: ast.Call, own_function: FunctionNode, own_parameters: Sequence[AdapterParameter]
) -> Iterator[str]:
    """The names of the duplicate's parameters that a call passes. Raises NotFixableError."""
    positional = [each.name for each in own_parameters if each.kind is ParameterKind.POSITIONAL]
    var_positional = next((each.name for each in own_parameters if each.kind is ParameterKind.VAR_POSITIONAL), None)
    yield from positional[: len(call.args)]
    if len(call.args) > len(positional):
        if var_positional is None:
            raise NotFixableError(f"`{ast.unparse(call)}` gives more than `{own_function.name}()` takes")
        yield var_positional
    keyword_names = {each.name for each in own_parameters if each.kind is not ParameterKind.VAR_POSITIONAL}
    for keyword in call.keywords:
        name = keyword.arg or "**"
        if name not in keyword_names:
            raise NotFixableError(f"`{ast.unparse(call)}`: `{own_function.name}()` has no equivalent of `{name}`")
        yield name


def _is_required(parameter: AdapterParameter) -> bool:
    return parameter.default is None and parameter.kind is not ParameterKind.VAR_POSITIONAL


def _is_needed(own: AdapterParameter, shared: AdapterParameter, passed: set[str]) -> bool:
    """Whether a parameter is passed, is required, or has another default in the shared method."""
    return own.name in passed or _is_required(shared) or _dump(own.default) != _dump(shared.default)


def _merge_parameters(own: AdapterParameter, shared: AdapterParameter) -> AdapterParameter:
    """The name and default of the duplicate, the type of the shared method. Raises NotFixableError."""
    default = own.default
    if default is not None and _dump(default) == _dump(shared.default):
        default = shared.default
    elif default is not None and not isinstance(default, ast.Constant):
        raise NotFixableError(f"what `{own.name}` is by default (`{ast.unparse(default)}`) can't be used here")
    annotation = shared.annotation
    if annotation is not None and isinstance(default, ast.Constant) and default.value is None:
        is_optional = "None" in ast.unparse(annotation) or "Optional" in ast.unparse(annotation)
        if not is_optional:
            raise NotFixableError(f"`{own.name}` defaults to `None`, which the shared method does not accept")
    return AdapterParameter(own.name, shared.name, own.kind, annotation, default)


def _dump(node: ast.expr | None) -> str:
    return "" if node is None else ast.dump(node)


def _choose_passing(
    merged: Sequence[AdapterParameter], shared_parameters: Sequence[AdapterParameter], positional_only: set[str]
) -> list[AdapterParameter]:
    """The parameters with how each is passed on: by position, until one is left out."""
    order = [each.name for each in shared_parameters if each.kind is not ParameterKind.KEYWORD]
    parameters: list[AdapterParameter] = []
    for index, each in enumerate(merged):
        by_keyword = order[index : index + 1] != [each.shared_name] or any(before.by_keyword for before in parameters)
        if by_keyword and (each.kind is ParameterKind.VAR_POSITIONAL or each.shared_name in positional_only):
            raise NotFixableError(f"`{each.name}` can't be passed by keyword")
        parameters.append(each._replace(by_keyword=by_keyword))
    return parameters


def _check_calls(calls: Sequence[ast.Call], parameters: Sequence[AdapterParameter], method: str) -> None:
    """Check that all calls match the new signature. Raises NotFixableError."""
    regular = [each for each in parameters if each.kind is not ParameterKind.VAR_POSITIONAL]
    signature = Signature(
        tuple(
            signatures.Parameter(each.name, each.default is None, each.kind is ParameterKind.POSITIONAL, True)
            for each in regular
        ),
        has_var_positional=len(regular) < len(parameters),
    )
    for call in calls:
        reason = find_call_mismatch(call, signature)
        if reason:
            raise NotFixableError(f"`{ast.unparse(call)}`: `{method}()` {reason}")
