"""Condition: a name that a fix uses means in its place what it is imported for, and changes nothing elsewhere."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator

from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.fixes.bindings import stars
from flake8_redis_ssot.fixes.bindings.outside_writes import find_outside_write
from flake8_redis_ssot.fixes.bindings.reflection import find_listing
from flake8_redis_ssot.fixes.bindings.text_writes import find_text_use, find_text_write
from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.fixes.patches.lookups import is_in_annotation
from flake8_redis_ssot.semantic.facts import Import
from flake8_redis_ssot.semantic.scopes import Scope

CONDITION = Condition(
    "name-meaning",
    "A newly imported name resolves to the imported object where the fix uses it, and changes no other code.",
    shapes=(
        "the scope that gets the name, and the scopes in it, neither bind nor declare it otherwise, and do not read it "
        "as a builtin or from a star import",
        "every star import of the file is of a module of the project whose names are known, and the name is not among "
        "them, or is the same thing there",
        "the file does not list or set names by text (`globals()`, `dir()`, `exec`, `sys.modules`), has no module "
        "`__getattr__`, and no other file that imports it lists its names (`vars(module)`, `inspect.getmembers`)",
        "no other file reads the name from the file, or may set it there (`module.name = …`)",
        "no file star-imports the file, or `__all__` is a list of strings without the name, or the name is private, "
        "or the files that do, also through others, do not contain the name and get it by no other star import",
        "the package has no submodule of that name, and the name is not one that test runners collect",
    ),
)

# Names that pytest and unittest collect from test files.
_COLLECTED_PREFIXES = ("pytest_", "test", "Test", "setup", "teardown", "setUp", "tearDown", "load_tests")


def explain_conflict(name: str, scope: Scope, node: ast.AST, document: SourceDocument) -> str | None:
    """Why `node` can't use a name that `scope` would bind, as Python resolves names; None if it can."""
    place = document.symbol_table.scope_of(node)
    if place.mangle(name) != name:
        return f"`{name}` is private to the module, and in a class Python reads `{place.mangle(name)}` instead"
    for outer in _scopes_between(place, scope):
        if name in outer.declarations:
            return f"`{name}` is declared {outer.declarations[name]} in `{outer.qualname}`"
    return None


def _scopes_between(inner: Scope, outer: Scope) -> Iterator[Scope]:
    scope: Scope | None = inner
    while scope is not None:
        yield scope
        scope = scope.outer if scope is not outer else None


def find_doubts(
    name: str, path: str, scope: Scope, context: FixContext, *, origin: str = "", bound_row: int = 0
) -> Iterator[Doubt]:
    """Doubts about a name that a fix uses in the file at `path`, for the thing at `origin`. Raises OSError.

    `scope` binds it: by the statement in row `bound_row` (1-based) already, or by a new import (0).
    """
    key = f"name meaning {name} {path} {scope.kind} {scope.qualname} {origin} {bound_row}"
    reasons = context.remember(key, lambda: tuple(_find_reasons(name, path, scope, context, origin, bound_row)))
    yield from map(Doubt, reasons)


def _find_reasons(
    name: str, path: str, scope: Scope, context: FixContext, origin: str, bound_row: int
) -> Iterator[str]:
    document, file = context.document(path), context.relative_path(path)
    row = find_text_write(name, document) if bound_row else find_text_use(name, scope, document)
    if row:
        yield f"`{name}` may be set or read by text ({file}:{row})"
    if scope.kind != "module":
        return
    star_reason = stars.explain_star(name, path, context, below=bound_row, wanted=origin)
    if star_reason:
        yield star_reason
    write = find_outside_write(path, name, context)
    if write:
        yield f"{write} sets `{name}`, which may be that of `{context.module_name(path)}`"
    if not bound_row:
        yield from _find_new_name_reasons(name, path, context)


def _find_new_name_reasons(name: str, path: str, context: FixContext) -> Iterator[str]:
    """Why it may matter to other code that a module has a new name."""
    module, exported = context.module_name(path), context.symbol_table(path).exported_names
    importer = (
        None if name.startswith("_") or _is_hidden(name, exported) else stars.find_star_reader(path, name, context)
    )
    if importer is not None:
        yield f"the star import of `{module}` ({context.relative_path(importer[0])}:{importer[1]}) would bring `{name}`"
    elif name in (exported or ()):
        yield f"`{name}` is in `__all__` of `{module}`, which does not bind it today"
    if context.resolver.load_exports(path).has_getattr:
        yield f"`{module}` has a `__getattr__`, which is no longer asked for `{name}`"
    readers = context.references.find_readers(path, name)
    for reader in [each for each in readers if not (isinstance(each.fact, Import) and each.fact.is_star)][:1]:
        yield f"{context.relative_path(reader.path)}:{reader.row} reads `{name}` from `{module}`, which has none today"
    row = _find_quoted_read(name, context.document(path))
    if row:
        yield f"the annotation in line {row} names `{name}`, which is not bound today"
    listing = find_listing(path, context)
    if listing:
        yield f"{listing} lists the names of a module that may be `{module}`"
    is_package = os.path.basename(path).startswith("__init__.")
    if is_package and context.resolver.modules.path_of(f"{module}.{name}") is not None:
        yield f"`{module}.{name}` is also a module"
    if is_test_path(context.relative_path(path)) and name.startswith(_COLLECTED_PREFIXES):
        yield f"test runners collect `{name}` by its name"


def _find_quoted_read(name: str, document: SourceDocument) -> int:
    """The row (1-based) of a string in an annotation that contains a name; 0 if there is none."""
    word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    for each in document.find_nodes(ast.Constant):
        if isinstance(each.value, str) and word.search(each.value) and is_in_annotation(each, document):
            return each.lineno
    return 0


def _is_hidden(name: str, exported: tuple[str, ...] | None) -> bool:
    """Whether a literal `__all__` keeps a name from star imports."""
    return exported is not None and name not in exported
