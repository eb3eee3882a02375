"""Condition: a class that stands in for the shared one does the same in each method that is called."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.duplicates.client_class import ClientClass, UnrecognisedError, recognise_class
from flake8_redis_ssot.fixes.duplicates.method_bodies import find_difference
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.semantic.ast_queries import FunctionNode

CONDITION = Condition(
    "same-methods",
    "The methods of a duplicate do the same as those of the shared class (`integrate`).",
    (
        "both classes have no base, decorator, metaclass or special method but `__init__()`; their bodies are methods "
        "and constants",
        "`__init__()` only assigns constants, parameters with constant defaults, and clients of `redis` with such "
        "arguments; both classes construct theirs alike",
        "the body of each called method is the same, but for the names of parameters and variables: commands of the "
        "client that change nothing but data, with the same arguments, in the same order",
        "no method has a decorator or a default that is no constant",
        "no code sets an attribute of that name, patches a name of the duplicate's module, or patches the client",
    ),
)


class ComparedMethod(NamedTuple):
    """A method in both classes; `names` maps the parameters of the duplicate's to those of the shared one."""

    own: FunctionNode
    shared: FunctionNode
    names: Mapping[str, str]


def find_doubts(
    own: Definition, shared: Definition, methods: Iterable[ComparedMethod], context: FixContext
) -> Iterator[Doubt]:
    """In what the methods of the duplicate (`own`) differ from those of the shared class, or may."""
    try:
        own_class, shared_class = _recognise(own, context), _recognise(shared, context)
    except UnrecognisedError as error:
        yield Doubt(str(error))
        return
    own_client, shared_client = sorted(own_class.clients.values()), sorted(shared_class.clients.values())
    if len(own_client) == len(shared_client) == 1 and own_client != shared_client:
        yield Doubt(f"its client is `{own_client[0]}`, and that of the shared class is `{shared_client[0]}`")
        own_class = replace(own_class, clients=dict.fromkeys(own_class.clients, shared_client[0]))
    for method in methods:
        try:
            difference = find_difference(own_class, shared_class, method.own, method.shared, method.names)
        except UnrecognisedError as error:
            difference = str(error)
        if difference:
            yield Doubt(f"`{method.own.name}()`: {difference}")
    yield from _find_setters(own_class, shared_class, context)
    yield from _find_patches(own_class, context)


def holds_client(definition: Definition, context: FixContext) -> bool:
    """Whether a class is known to keep its values on a server."""
    try:
        return bool(_recognise(definition, context).clients)
    except UnrecognisedError:
        return False


def _recognise(definition: Definition, context: FixContext) -> ClientClass:
    path = definition.path or ""
    node = context.names(path).find_definition(definition.qualname)
    if not isinstance(node, ast.ClassDef):
        raise UnrecognisedError(f"the class `{definition.name}` could not be determined")
    try:
        return recognise_class(node, context.names(path))
    except UnrecognisedError as error:
        raise UnrecognisedError(f"{context.relative_path(path)}: {error}") from None


def _find_setters(own: ClientClass, shared: ClientClass, context: FixContext) -> Iterator[Doubt]:
    """Where somebody sets an attribute of that name, on any object."""
    constructors = {text.partition("(")[0].rpartition(".")[2] for text in own.clients.values()}
    for name in sorted({*own.fields, *shared.fields, *constructors}):
        for path in context.analysis.contents.find_with_words([name]):
            rows = context.document(path).attribute_assignment_rows(name)
            own_rows = _attribute_rows(own, shared, path, name)
            for row in [*rows, *own_rows][:1]:
                yield Doubt(f"{context.relative_path(path)}:{row} sets `.{name}`, perhaps on the shared instance")


def _attribute_rows(own: ClientClass, shared: ClientClass, path: str, name: str) -> list[int]:
    """Where methods but `__init__()` set the attribute on `self`."""
    return [
        node.lineno
        for owner in (own, shared)
        if owner.names.path == path
        for method_name, method in owner.methods.items()
        if method_name != "__init__"
        for node in ast.walk(method)
        if isinstance(node, ast.Attribute) and node.attr == name and not isinstance(node.ctx, ast.Load)
    ]


def _find_patches(own_class: ClientClass, context: FixContext) -> Iterator[Doubt]:
    """Patches of names of the duplicate's module, and of the client that it constructs."""
    symbol_table = own_class.names.symbol_table
    for symbol in symbol_table.symbols_in(symbol_table.module_scope):
        for target in context.references.find_patches(own_class.names.path, symbol.name):
            location = f"{context.relative_path(target.path)}:{target.reference.span.row}"
            yield Doubt(f"{location} patches `{symbol.name}` in `{context.module_name(own_class.names.path)}`")
    modules = b"|".join(sorted({text.partition(".")[0].encode() for text in own_class.clients.values()}))
    replacing = rb"\b(?:patch\w*|setattr)[\w.]*\(\s*(?:[\"'](?:" + modules + rb")\.|(?:" + modules + rb")\b)"
    for path in context.analysis.contents.find_matching(replacing) if modules else ():
        yield Doubt(f"{context.relative_path(path)} patches a client, and the shared one is constructed already")
