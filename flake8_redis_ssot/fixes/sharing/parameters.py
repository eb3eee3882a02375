"""What is passed for a parameter: an annotation says what should be, not what is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.sharing.owners import Owner, find_owner, instance_of
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, dotted_name, is_static

_UNKNOWN = Owner()
_MAX_DEPTH = 4
_DISPLAYS = (ast.Constant, ast.JoinedStr, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Lambda, ast.Compare)
_TRANSPARENT_DECORATORS = frozenset({"abstractmethod", "abc.abstractmethod", "classmethod", "final", "staticmethod"})


class _Parameter(NamedTuple):
    """A parameter, its function, and its 0-based position (None: by keyword only)."""

    name: str
    function: FunctionNode
    position: int | None
    is_method: bool


def find_possible_owners(owner: Owner, context: FixContext, depth: int = 0) -> tuple[Owner, ...]:
    """What an owner may be: of an annotated parameter, also what the calls of its function pass.

    One of them is unknown where a call may pass anything.
    """
    if owner.parameter is None:
        return (owner,)
    parameter, path = owner.parameter, owner.parameter_path
    passed = context.remember(
        ("passed to", path, parameter.lineno, parameter.col_offset),
        lambda: tuple(dict.fromkeys(_find_passed(parameter, path, context, depth))),
    )
    return (owner._replace(parameter=None), *passed)


def _find_passed(node: ast.arg, path: str, context: FixContext, depth: int) -> Iterator[Owner]:
    parameter = _read_parameter(node, context.names(path))
    if parameter is None or depth > _MAX_DEPTH:
        yield _UNKNOWN
        return
    for word in _called_names(parameter, context.names(path)):
        for caller in context.analysis.find_files_with_words({word}):
            names = context.names(caller)
            for argument in _find_arguments(word, parameter, names):
                yield from _owners_of(argument, names, context, depth)


def _read_parameter(node: ast.arg, names: FileNames) -> _Parameter | None:
    """What is known about a parameter; None if something else than a plain call may pass values."""
    function = names.symbol_table.scope_of(node).node
    if not isinstance(function, FunctionNode):
        return None
    if any(dotted_name(each) not in _TRANSPARENT_DECORATORS for each in function.decorator_list):
        return None
    positional = [*function.args.posonlyargs, *function.args.args]
    if node not in positional and node not in function.args.kwonlyargs:
        return None  # `*args`
    is_special = function.name.startswith("__") and function.name != "__init__"
    if is_special or function.name.startswith("test"):
        return None
    is_method = isinstance(names.symbol_table.scope_of(function).node, ast.ClassDef)
    position = positional.index(node) if node in positional else None
    return _Parameter(node.arg, function, position, is_method and not is_static(function))


def _called_names(parameter: _Parameter, names: FileNames) -> list[str]:
    """The names by which the function is called; those of its class for `__init__`."""
    owner = names.symbol_table.scope_of(parameter.function).node
    is_constructor = parameter.function.name == "__init__"
    return [parameter.function.name, *([owner.name] if isinstance(owner, ast.ClassDef) and is_constructor else [])]


def _find_arguments(word: str, parameter: _Parameter, names: FileNames) -> Iterator[ast.expr | None]:
    """What one file passes; None if that is not known, as where the function is read without a call."""
    table = names.symbol_table
    for node in table.nodes:
        is_renamed = isinstance(node, ast.alias) and node.name == word and node.asname not in (None, word)
        if is_renamed or (isinstance(node, ast.Constant) and node.value == word):
            yield None
        elif isinstance(node, ast.ClassDef) and any(word in ast.unparse(base) for base in node.bases):
            yield None  # the calls of a subclass construct with the same parameters
        elif (isinstance(node, ast.Name) and node.id == word) or (
            isinstance(node, ast.Attribute) and node.attr == word
        ):
            yield from _arguments_at(node, parameter, names)


def _arguments_at(node: ast.Name | ast.Attribute, parameter: _Parameter, names: FileNames) -> Iterator[ast.expr | None]:
    call = names.symbol_table.call_of(node)
    if call is None:
        is_type = parameter.function.name == "__init__" and _is_type_use(node, names)
        if isinstance(node.ctx, ast.Load) and not is_type:
            yield None
        return
    if any(isinstance(each, ast.Starred) for each in call.args) or any(each.arg is None for each in call.keywords):
        yield None
    yield from (keyword.value for keyword in call.keywords if keyword.arg == parameter.name)
    # A method gets the instance as its first argument, unless it is read from its class.
    position = parameter.position
    for index in {position, position - parameter.is_method} if position is not None else ():
        yield from call.args[index : index + 1] if index >= 0 else ()


def _is_type_use(node: ast.Name | ast.Attribute, names: FileNames) -> bool:
    """Whether a class is named in an annotation, in a check of types, or to reach something of it."""
    for ancestor in names.symbol_table.ancestors(node):
        if isinstance(ancestor, (ast.arg, ast.AnnAssign, ast.Attribute, ast.ExceptHandler)):
            return True
        if isinstance(ancestor, FunctionNode):
            return ancestor.returns is not None and node in ast.walk(ancestor.returns)
        if isinstance(ancestor, ast.Call):
            return dotted_name(ancestor.func) in ("isinstance", "issubclass")
        if isinstance(ancestor, ast.stmt):
            return False
    return False


def _owners_of(argument: ast.expr | None, names: FileNames, context: FixContext, depth: int) -> Iterator[Owner]:
    """What an argument may be, with nothing for plain values."""
    if isinstance(argument, ast.IfExp):
        yield from _owners_of(argument.body, names, context, depth)
        yield from _owners_of(argument.orelse, names, context, depth)
    elif isinstance(argument, ast.Call):
        yield instance_of(argument.func, names)
    elif argument is None or not isinstance(argument, _DISPLAYS):
        yield from find_possible_owners(find_owner(argument, names), context, depth + 1)
