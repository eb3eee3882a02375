"""The parameters of constructors: those of the project by their source, those of known libraries by a table."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import NamedTuple

from flake8_redis_ssot.config.presets import first_spelling
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, is_static

# Of redis-py and valkey-py: their defaults have been the same in every version since 3.0. The synchronous client takes
# the first ones by position.
_POSITIONAL = {"host": "'localhost'", "port": "6379", "db": "0", "password": "None"}
_DEFAULTS = {
    **_POSITIONAL,
    "decode_responses": "False",
    "ssl": "False",
    "username": "None",
    "client_name": "None",
}
KNOWN_CLIENTS = ("redis.Redis", "redis.asyncio.Redis", "valkey.Valkey", "valkey.asyncio.Valkey")


class Parameters(NamedTuple):
    """The parameters of a constructor as far as they are known.

    `positional` are the names of those that take positional arguments, in order; `defaults` are values by name.
    """

    positional: tuple[str, ...] = ()
    defaults: Mapping[str, ast.expr] = {}


class Argument(NamedTuple):
    """An argument of a call: the name of its parameter, or its position if that is unknown, and the value.

    The key of an unpacked one is its text with the stars.
    """

    key: str | int
    value: ast.expr
    keyword: str = ""  # as it is written

    @property
    def is_unpacked(self) -> bool:
        """Whether it is `*x` or `**x`."""
        return isinstance(self.key, str) and self.key.startswith("*")

    def format(self, text_of: Callable[[ast.expr], str]) -> str:
        """The argument as it is written in a call, by the source of its value."""
        if self.is_unpacked:
            return str(self.key)
        return f"{self.keyword}={text_of(self.value)}" if self.keyword else text_of(self.value)


def bind_arguments(call: ast.Call, parameters: Parameters) -> tuple[Argument, ...]:
    """The arguments of a call in their order, by parameter."""
    arguments: list[Argument] = []
    is_counted = True  # false behind `*x`
    for index, value in enumerate(call.args):
        is_counted = is_counted and not isinstance(value, ast.Starred)
        name = parameters.positional[index] if is_counted and index < len(parameters.positional) else index
        if isinstance(value, ast.Starred):
            arguments.append(Argument(ast.unparse(value), value.value))
        else:
            arguments.append(Argument(name, value))
    for keyword in call.keywords:
        key = keyword.arg if keyword.arg is not None else f"**{ast.unparse(keyword.value)}"
        arguments.append(Argument(key, keyword.value, keyword.arg or ""))
    return tuple(arguments)


def find_parameters(constructor: Definition, context: FixContext) -> Parameters:
    """The parameters of a class or function."""
    key = ("parameters", constructor.path, constructor.qualname, constructor.name)
    return context.remember(key, lambda: _find_parameters(constructor, context))


def _find_parameters(constructor: Definition, context: FixContext) -> Parameters:
    if constructor.path is None:
        return _find_known_parameters(first_spelling(constructor.name))
    names = context.names(constructor.path)
    node = names.find_definition(constructor.qualname)
    is_bound = False
    if isinstance(node, ast.ClassDef):
        member = names.find_member(constructor, "__init__")
        node, is_bound = names.find_node(member) if member is not None else None, True
        if isinstance(node, FunctionNode) and node.decorator_list:
            return Parameters()
    elif isinstance(node, FunctionNode):
        is_bound = names.symbol_table.scope_of(node).kind == "class" and not is_static(node)
    return read_parameters(node, is_bound=is_bound) if isinstance(node, FunctionNode) else Parameters()


def _find_known_parameters(name: str) -> Parameters:
    if name in KNOWN_CLIENTS:
        positional = () if ".asyncio." in name else tuple(_POSITIONAL)
        return Parameters(positional, {key: ast.parse(text, mode="eval").body for key, text in _DEFAULTS.items()})
    if name.startswith(("redis.", "valkey.")) and name.endswith(".from_url"):
        return Parameters(("url",))
    return Parameters()


def read_parameters(node: FunctionNode, *, is_bound: bool) -> Parameters:
    """The parameters of a function; `is_bound`: without the first one."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    optional = positional[len(positional) - len(arguments.defaults) :]
    defaults = {each.arg: default for each, default in zip(optional, arguments.defaults)}
    defaults |= {
        each.arg: default for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults) if default is not None
    }
    return Parameters(tuple(each.arg for each in positional[int(is_bound) :]), defaults)
