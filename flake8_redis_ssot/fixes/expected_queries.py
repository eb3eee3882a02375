"""Predict which references the fix of a finding will need, so that one search answers for all fixes.

Only the fact and the text of the file are used, nothing is parsed. A query that is missing here is searched for later;
a query too many only costs time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.imports.relocation import find_replacement_module
from flake8_redis_ssot.project.constructions import find_constructors
from flake8_redis_ssot.project.deprecations import find_deprecated
from flake8_redis_ssot.project.references import ReferenceQuery
from flake8_redis_ssot.project.resources import DeprecatedName
from flake8_redis_ssot.project.search.string_references import string_origins
from flake8_redis_ssot.project.search.word_index import LOADER_WORD
from flake8_redis_ssot.project.view import Candidate, FileContext
from flake8_redis_ssot.semantic.facts import (
    AttributeAccess,
    Call,
    CallbackArgument,
    Import,
    StringReference,
    attribute_origin,
)

_MAX_DECORATOR = 1000  # bytes before a function that its last decorator is searched in
_ASSIGNMENT = re.compile(rb"\s*(?P<object>[\w.]+\.)?(?P<name>\w+)\s*(?::[^=]+)?=(?!=)")


def expected_queries(candidate: Candidate, file: FileContext, context: FixContext) -> Iterator[ReferenceQuery]:
    """The queries that the fix of a candidate is expected to make."""
    fact = candidate.fact
    if isinstance(fact, (Call, CallbackArgument)):
        yield from _construction_queries(fact, file, context)
        if isinstance(fact, Call) and fact.is_returned:
            yield from _function_queries(fact.function, file, context)
        elif isinstance(fact, Call):
            yield from _assignment_queries(fact, file, context)
    elif isinstance(fact, StringReference):
        for origin in string_origins(fact, context.resolver):
            yield from _origin_queries(origin, file)
    elif isinstance(fact, (Import, AttributeAccess)) or _is_import_statement(fact):
        for entry, deprecated in find_deprecated(candidate, file):
            yield from _relocation_queries(entry, deprecated, file, context)


def expected_words(paths: Iterable[str], context: FixContext) -> frozenset[str]:
    """The words of the modules at some paths, by which fixes look for readers of their names."""
    modules = frozenset(context.module_name(path).rpartition(".")[2] for path in paths)
    return modules | {LOADER_WORD} if modules else modules


def _is_import_statement(fact: object) -> bool:
    return isinstance(fact, tuple) and all(isinstance(entry, Import) for entry in fact)


def _construction_queries(
    fact: Call | CallbackArgument, file: FileContext, context: FixContext
) -> Iterator[ReferenceQuery]:
    """The patches of the constructor in its module and of the accessor in its own, and the readers of its new name."""
    for origin in fact.origins:
        yield from _origin_queries(origin, file)
    for _, resource in find_constructors(fact.origins, file):
        accessor = context.resolver.to_origin(file.accessor(resource))
        yield from _origin_queries(accessor, file)
        name = accessor.rpartition(":")[2].partition(".")[0]
        if name:
            yield ReferenceQuery(file.path, name)


def _origin_queries(origin: str, file: FileContext) -> Iterator[ReferenceQuery]:
    for part in origin.split("|"):
        module, _, attributes = part.partition(":")
        path = file.resolver.path_of(module, file.path)
        if path is not None and attributes:
            yield ReferenceQuery(path, attributes.partition(".")[0])


def _assignment_queries(call: Call, file: FileContext, context: FixContext) -> Iterator[ReferenceQuery]:
    """The readers of the variable or attribute that stores the instance, and of the class that has the attribute."""
    lines = _split_lines(context.references.code_bytes(file.path))
    target = _ASSIGNMENT.match(b"".join(lines[call.statement_row - 1 : call.statement_row]))
    if target is None:
        return
    name = target["name"].decode()
    if target["object"]:
        yield ReferenceQuery("", name)
        owner, _, method = call.function.partition(".")
        if method and "<" not in call.function:
            yield ReferenceQuery(file.path, owner)
    elif not call.function:
        yield from _module_name_queries(name, file)


@lru_cache(maxsize=2)  # the findings of one file are asked one after the other
def _split_lines(code: bytes) -> list[bytes]:
    return code.splitlines()


@lru_cache(maxsize=16)
def _count_word(word: bytes, code: bytes) -> int:
    return len(re.findall(rb"\b" + word + rb"\b", code))


def _function_queries(qualname: str, file: FileContext, context: FixContext) -> Iterator[ReferenceQuery]:
    """The callers of the function that returns the instance.

    A decorated function is usually a fixture, which is not called directly.
    """
    owner, _, name = qualname.rpartition(".")
    is_special = "<" in qualname or (name.startswith("__") and name.endswith("__"))
    if not is_special and not _is_decorated(name.encode(), context.references.code_bytes(file.path)):
        yield from [ReferenceQuery("", name)] if owner else _module_name_queries(name, file)


def _is_decorated(name: bytes, code: bytes) -> bool:
    """Whether a function of that name follows a line with a decorator."""
    for match in re.finditer(rb"(?:\basync[ \t]+)?\bdef[ \t]+" + name + rb"\b", code):
        before = code[max(match.start() - _MAX_DECORATOR, 0) : match.start()].rstrip()
        if b"@" in before[before.rfind(b"\n") + 1 :]:
            return True
    return False


def _module_name_queries(name: str, file: FileContext) -> Iterator[ReferenceQuery]:
    """The readers of a variable or function of the module, by import or as an attribute of something."""
    yield ReferenceQuery(file.path, name)
    yield ReferenceQuery("", name)


def _relocation_queries(
    entry: Import | AttributeAccess, deprecated: DeprecatedName, file: FileContext, context: FixContext
) -> Iterator[ReferenceQuery]:
    """The patches of an imported name, old and new, and the readers that import it from this file."""
    module, _, attributes = _imported_origin(entry).partition(":")
    name = attributes.partition(".")[0]
    if not name.isidentifier():  # a module, or a star import
        return
    if deprecated.is_symbol:
        new_origin = file.resolver.to_origin(deprecated.replacement or file.accessor(deprecated.resource))
    else:
        new_origin = f"{find_replacement_module(deprecated, module, file)}:{name}"
    yield from _origin_queries(f"{module}:{name}|{new_origin}", file)
    is_global_import = isinstance(entry, Import) and not entry.is_local
    if is_global_import and _count_word(name.encode(), context.references.code_bytes(file.path)) == 1:
        yield ReferenceQuery(file.path, name)  # only the import itself names it


def _imported_origin(entry: Import | AttributeAccess) -> str:
    return entry.origin if isinstance(entry, Import) else attribute_origin(entry.base, entry.attribute)
