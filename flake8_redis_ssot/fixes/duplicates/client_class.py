"""Recognises classes that only hold a client of a server and constants."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_redis_ssot.fixes.duplicates.memory import is_container, single_assignment
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, does_nothing, methods_in

# Two clients that are constructed alike reach the same server, and keep nothing of their own.
_CLIENTS = frozenset(
    {
        *(f"redis.{name}" for name in ("Redis", "StrictRedis", "from_url", "Redis.from_url", "StrictRedis.from_url")),
        *(f"redis.asyncio.{name}" for name in ("Redis", "StrictRedis", "from_url", "Redis.from_url")),
        *(f"redis.client.{name}" for name in ("Redis", "StrictRedis", "Redis.from_url")),
    }
)


class UnrecognisedError(Exception):
    """The code is not of a known shape; the message states what it is, and where."""


@dataclass(frozen=True)
class ClientClass:
    """A class that was recognised whole.

    `fields` are the values of its attributes as text that is equal for equal values; `clients` are those that hold a
    client, each with the call that constructs it as code.
    """

    node: ast.ClassDef
    names: FileNames
    fields: dict[str, str]
    clients: dict[str, str]
    methods: dict[str, FunctionNode]


def recognise_class(node: ast.ClassDef, names: FileNames) -> ClientClass:
    """The class, if it is of the known shape. Raises UnrecognisedError."""
    if node.keywords or node.decorator_list or any(names_of != "object" for names_of in map(ast.unparse, node.bases)):
        raise UnrecognisedError(f"`{node.name}` has a base class, a metaclass or a decorator (line {node.lineno})")
    fields = {}
    for statement in node.body:
        if isinstance(statement, FunctionNode) or does_nothing(statement):
            continue
        name, value = single_assignment(statement)
        if value is not None and is_container(value) and not name.startswith("__"):
            raise UnrecognisedError(f"`{node.name}` keeps values in memory: `{name}` (line {statement.lineno})")
        if not name or not isinstance(value, ast.Constant):
            raise UnrecognisedError(
                f"the body of `{node.name}` is not only methods and constants (line {statement.lineno})"
            )
        fields[name] = ast.dump(value)
    methods = methods_in(node)
    special_names = [name for name in methods if name.startswith("__") and name.endswith("__") and name != "__init__"]
    if special_names:
        raise UnrecognisedError(f"`{node.name}` defines `{special_names[0]}` (line {methods[special_names[0]].lineno})")
    clients: dict[str, str] = {}
    if "__init__" in methods:
        for name, text, is_client in _constructor_fields(node.name, methods["__init__"], names):
            fields[name] = text
            clients |= {name: text} if is_client else {}
    return ClientClass(node, names, fields, clients, methods)


def _constructor_fields(owner_name: str, function: FunctionNode, names: FileNames) -> Iterator[tuple[str, str, bool]]:
    """The attributes that `__init__` sets, with their values, and whether they hold a client."""
    defaults = _constant_defaults(function)
    for statement in function.body:
        if does_nothing(statement):
            continue
        target, value = single_assignment(statement)
        owner, _, name = target.partition(".")
        text = _describe_value(value, defaults, names) if value is not None else ""
        if not text or owner != function.args.args[0].arg or not name.isidentifier():
            source = ast.unparse(statement)
            if value is not None and is_container(value):
                raise UnrecognisedError(
                    f"each `{owner_name}` keeps its own values in memory: `{source}` (line {statement.lineno})"
                )
            raise UnrecognisedError(f"`__init__()` runs `{source}` (line {statement.lineno}), which is not recognised")
        yield name, text, isinstance(value, ast.Call)


def _constant_defaults(function: FunctionNode) -> dict[str, ast.expr]:
    """The defaults of all parameters but `self`."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args][1:]
    values = [*arguments.defaults, *filter(None, arguments.kw_defaults)]
    has_required = len(arguments.defaults) != len(positional) or None in arguments.kw_defaults
    if (
        has_required
        or arguments.vararg
        or arguments.kwarg
        or not all(isinstance(each, ast.Constant) for each in values)
    ):
        raise UnrecognisedError(f"`__init__()` has parameters without a constant default (line {function.lineno})")
    return {each.arg: value for each, value in zip((*positional, *arguments.kwonlyargs), values)}


def _describe_value(value: ast.expr, defaults: dict[str, ast.expr], names: FileNames) -> str:
    """A constant, a parameter with its default, or a client that is constructed with such; else empty."""
    constant = _constant(value, defaults)
    if constant is not None:
        return ast.dump(constant)
    constructor = names.resolve(value.func) if isinstance(value, ast.Call) else None
    if constructor is None or not isinstance(value, ast.Call) or constructor.path is not None:
        return ""
    keywords = sorted(value.keywords, key=lambda each: each.arg or "")
    arguments = [_constant(each, defaults) for each in (*value.args, *(keyword.value for keyword in keywords))]
    if constructor.name not in _CLIENTS or None in arguments or any(each.arg is None for each in keywords):
        return ""
    labels = [*("" for _ in value.args), *(f"{each.arg}=" for each in keywords)]
    texts = (label + ast.unparse(each) for label, each in zip(labels, filter(None, arguments)))
    return f"{constructor.name}({', '.join(texts)})"


def _constant(value: ast.expr, defaults: dict[str, ast.expr]) -> ast.Constant | None:
    """A constant, also as the default of a parameter."""
    value = defaults.get(value.id, value) if isinstance(value, ast.Name) else value
    return value if isinstance(value, ast.Constant) else None
