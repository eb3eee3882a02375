"""Condition: every reader of a name that a fix takes away is known, and there is none."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from itertools import chain

from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite
from flake8_redis_ssot.fixes.readers.collected_names import find_collection, find_collection_of
from flake8_redis_ssot.fixes.readers.own_file import (
    find_local_uses,
    find_package_export,
    find_text_uses,
    find_unread_uses,
)
from flake8_redis_ssot.fixes.readers.unknown_reads import find_unknown_reads
from flake8_redis_ssot.fixes.usage.observations import ModuleVariable, Returned, ValueUses
from flake8_redis_ssot.model import CONSTRUCTIONS, Applicability, Span
from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.search.reference_table import PatchTarget
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.scopes import Symbol

CONDITION = Condition(
    "known-readers",
    "No code reads a removed name; if some code may read it, the name stays bound.",
    (
        "its own file does not read the name, does not list it in `__all__`, and calls `globals()`, `vars()`, "
        "`eval()` and their like only with constant keys, in other scopes, or not at all, nor do examples in "
        "docstrings",
        "the file is not an `__init__.py`, and servers and frameworks do not look for the name (`app`, `handler`)",
        "every other Python file that imports the module, or names it in a string, reads only other names of it: "
        '`module.other`, `getattr(module, "other")`, `from module import other`, `importlib.reload(module)`',
        "no file imports modules with computed names among which the module can be, unless it discards them; neither "
        "does code in strings that is run (`exec()`, `python -c`), unless it names others",
        "no file imports the module by a shorter name, such as `service` for `lib.service`, reads the name from "
        "`__main__`, or sets annotations of its classes",
        "in a test file the name is a class without test bases, a plain function, a module or a value made by the "
        "project, and does not begin with `test`",
        "no text file of the repository (also those that git ignores or that are excluded; up to 2 MB) names "
        "`module:name` or `module.name`, imports it, or, as a setting or command, names the module; data and tables "
        "name neither the module, or its path, and the name within 200 characters",
    ),
)


def find_doubts(
    symbol: Symbol,
    path: str,
    context: FixContext,
    released_reads: Collection[ast.AST] = (),
    is_moved: Callable[[PatchTarget], bool] = lambda target: False,
) -> Iterator[Doubt]:
    """Who reads a variable of the file at `path`, or may read it.

    `released_reads` are reads that will be removed; `is_moved` tells whether a patch gets another target.
    """
    yield from find_certain_doubts(symbol, path, context, released_reads, is_moved)
    yield from map(Doubt, find_text_uses(symbol, context.document(path), released_reads))
    if symbol.scope.kind == "module":
        yield from find_hidden_doubts(symbol.name, path, context)


def find_certain_doubts(
    symbol: Symbol,
    path: str,
    context: FixContext,
    released_reads: Collection[ast.AST] = (),
    is_moved: Callable[[PatchTarget], bool] = lambda target: False,
) -> Iterator[Doubt]:
    """Those of `find_doubts` about the file itself, and about imports and patches of the name in other files."""
    document = context.document(path)
    for reason in chain(
        find_local_uses(symbol, document, released_reads),
        find_package_export(symbol, document),
        find_collection(symbol, path, context),
    ):
        yield Doubt(reason)
    if symbol.scope.kind == "module":
        yield from _find_import_doubts(symbol.name, path, context, is_moved)


def _find_import_doubts(
    name: str, path: str, context: FixContext, is_moved: Callable[[PatchTarget], bool]
) -> Iterator[Doubt]:
    for reader in context.references.find_readers(path, name):
        yield Doubt(f"`{name}` is read from here by {context.relative_path(reader.path)}:{reader.row}")
    for patch in context.references.find_patches(path, name):
        if not is_moved(patch):
            row = patch.reference.span.row
            yield Doubt(f"`{name}` is patched here by {context.relative_path(patch.path)}:{row}")


def find_unread_doubts(name: str, definitions: Iterable[Definition], path: str, context: FixContext) -> Iterator[Doubt]:
    """Who uses a name that a star import brings to the file at `path`, and that the file does not read."""
    uses = chain(find_unread_uses(name, context.document(path)), find_collection_of(name, definitions, path, context))
    yield from map(Doubt, uses)


def find_hidden_doubts(name: str, path: str, context: FixContext) -> Iterator[Doubt]:
    """Who may read a module-level name other than by importing it: by string, by reflection, outside of Python."""
    importers = {(reader.path, reader.row) for reader in context.references.find_readers(path, name)}
    yield from map(Doubt, find_unknown_reads(name, path, importers, context))


def find_variable_doubts(uses: ValueUses, path: str, context: FixContext) -> Iterator[Doubt]:
    """Who may read the module-level variables and functions of the file at `path` that hold or return a value."""
    symbol_table = context.symbol_table(path)
    names = [name for (name,) in uses.of_type(ModuleVariable)]
    functions = [each.function for each in uses.of_type(Returned)]
    for function in functions:
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            names += [function.name] if symbol_table.scope_of(function) is symbol_table.module_scope else []
    for name in dict.fromkeys(names):
        yield from find_hidden_doubts(name, path, context)


def find_constructor_doubts(construction: ConstructionSite, file: FileContext, context: FixContext) -> Iterator[Doubt]:
    """Who else reads the constructor from this file, if the fixes of its constructions leave no other read.

    Where another file imports it, its import stays, and linters call that unused.
    """
    symbol = construction.symbol
    if symbol is None or not isinstance(symbol.bindings[0].node, ast.alias) or symbol.scope.kind != "module":
        return
    yield from context.remember_each(
        ("constructor doubts", file.path, symbol.name), lambda: _find_constructor_doubts(symbol, file, context)
    )


def _find_constructor_doubts(symbol: Symbol, file: FileContext, context: FixContext) -> Iterator[Doubt]:
    document = context.document(file.path)
    constructions = {
        confirmed.candidate.span
        for confirmed in context.confirmed_findings(file.path)
        if confirmed.candidate.kind in CONSTRUCTIONS
    }
    if symbol.quoted_reads or symbol.name in (document.symbol_table.exported_names or ()):
        return
    if all(_is_constructed(read, constructions, document) for read in symbol.reads):
        for doubt in find_certain_doubts(symbol, file.path, context, symbol.reads, lambda patch: True):
            yield replace(doubt, applicability=Applicability.MANUAL)
        yield from map(Doubt, find_text_uses(symbol, document, _find_constructed_strings(constructions, document)))
        yield from find_hidden_doubts(symbol.name, file.path, context)


def _find_constructed_strings(constructions: Collection[Span], document: SourceDocument) -> list[ast.Constant]:
    """The strings in constructions that are reported."""
    nodes = (document.find_node(ast.Call, span) for span in constructions)
    return [each for node in nodes if node is not None for each in ast.walk(node) if isinstance(each, ast.Constant)]


def _is_constructed(read: ast.Name, constructions: Collection[Span], document: SourceDocument) -> bool:
    """Whether a read belongs to a construction that is reported."""
    spans = (
        document.source.span(node)
        for node in (read, *document.symbol_table.ancestors(read))
        if isinstance(node, ast.expr)
    )
    return any(span in constructions for span in spans)


def why_read(
    symbol: Symbol,
    path: str,
    context: FixContext,
    released_reads: Collection[ast.AST] = (),
    is_moved: Callable[[PatchTarget], bool] = lambda target: False,
) -> str | None:
    """The first reader of a variable, as a clause; None if there is none. Parameters as of `find_doubts`."""
    doubt = next(find_doubts(symbol, path, context, released_reads, is_moved), None)
    return doubt.reason if doubt is not None else None
