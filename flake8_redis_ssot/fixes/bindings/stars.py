"""Star imports: which names they bring, and who star-imports a module."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from flake8_redis_ssot.fixes.bindings.text_writes import find_text_use, find_text_write
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.project.contents import row_at
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.project.resolver import definition_places
from flake8_redis_ssot.semantic.ast_queries import is_type_checking
from flake8_redis_ssot.semantic.flow.evaluator import resolve_relative_module

_STAR = rb"import\s*(?:\(\s*)?\*"
_STAR_IMPORT = rb"\bfrom\s+([.\w]+(?:\s+(?!import\b)[.\w]+){0,9}?)\s+import\s*(?:\(\s*)?\*"


def star_imports(document: SourceDocument) -> list[ast.ImportFrom]:
    """The star imports of a file, in source order."""
    return [
        each for each in document.imports if isinstance(each, ast.ImportFrom) and any(a.name == "*" for a in each.names)
    ]


def imported_module(statement: ast.ImportFrom, path: str, context: FixContext) -> str:
    """The dotted module that a `from` statement of the file at `path` names."""
    if not statement.level:
        return statement.module or ""
    package = package_name(path, context.resolver.modules.roots)
    return resolve_relative_module(package, statement.level, statement.module or "") or ""


def explain_star(name: str, path: str, context: FixContext, *, below: int = 0, wanted: str = "") -> str | None:
    """The star import of a file, below a row (1-based), that may bring a name; None if none can.

    It may bring what is `wanted`, an origin.
    """
    for statement in star_imports(context.document(path)):
        if statement.lineno > below:
            module = imported_module(statement, path, context)
            home = context.resolver.path_of(module, path)
            if home is None or (may_bring(home, name, context) and not _is_wanted(module, name, path, wanted, context)):
                location = f"{context.relative_path(path)}:{statement.lineno}"
                return f"the star import of `{module}` ({location}) may bring `{name}`"
    return None


def _is_wanted(module: str, name: str, path: str, wanted: str, context: FixContext) -> bool:
    """Whether a module of the project has what is wanted under a name."""
    brought = context.resolver.resolve(f"{module}:{name}", path)
    if not wanted or len(brought) != 1:
        return False
    return definition_places(brought) == definition_places(context.resolver.resolve(wanted, path))


def may_bring(path: str, name: str, context: FixContext) -> bool:
    """Whether a star import of the module at `path` may bind a name."""
    seen: set[str] = set()
    pending = [path]
    while pending:
        current = pending.pop()
        if current not in seen:
            seen.add(current)
            is_bound = _is_bound_for_stars(current, name, context)
            homes = _star_homes(current, context) if is_bound is None else []
            if is_bound or None in homes:
                return True
            pending += [home for home in homes if home is not None]
    return False


def _is_bound_for_stars(path: str, name: str, context: FixContext) -> bool | None:
    """Whether a module itself has a name for star imports; None if only its own star imports may bring it."""
    exports = context.resolver.load_exports(path)
    if exports.dunder_all is not None:
        return name in exports.dunder_all
    if "__all__" in exports.names or find_text_write(name, context.document(path)):
        return True
    if name.startswith("_"):
        return False
    submodule = f"{context.module_name(path)}.{name}"
    is_bound = name in exports.names and not _is_typing_only(name, context.document(path))
    return True if is_bound or context.resolver.modules.path_of(submodule) is not None else None


def _is_typing_only(name: str, document: SourceDocument) -> bool:
    """Whether a name of a module is bound for type checkers only: directly under `if TYPE_CHECKING:`."""
    table = document.symbol_table
    symbol = table.find_symbol(table.module_scope, name)
    if symbol is None or not symbol.bindings or symbol.has_inner_declaration:
        return False
    statements = [binding.statement for binding in symbol.bindings]
    branches = [table.parent(each) for each in statements]
    return all(
        isinstance(branch, ast.If) and _is_typing_test(branch.test, document) and statement in branch.body
        for statement, branch in zip(statements, branches)
    )


def _is_typing_test(test: ast.expr, document: SourceDocument) -> bool:
    """Whether a condition is `TYPE_CHECKING` of `typing`."""
    root = test.value if isinstance(test, ast.Attribute) else test
    table = document.symbol_table
    symbol = table.lookup(root.id, root) if isinstance(root, ast.Name) else None
    if not is_type_checking(test) or symbol is None or len(symbol.bindings) != 1:
        return False
    statement = symbol.bindings[0].statement
    modules = [statement.module] if isinstance(statement, ast.ImportFrom) else []
    modules += [each.name for each in statement.names] if isinstance(statement, ast.Import) else []
    return not {"typing", "typing_extensions"}.isdisjoint(modules)


def _star_homes(path: str, context: FixContext) -> list[str | None]:
    return [context.resolver.path_of(star, path) for star in context.resolver.load_exports(path).stars]


def find_star_importer(path: str, context: FixContext) -> tuple[str, int] | None:
    """The first file that star-imports the module at `path`, and the row (1-based); None if there is none."""
    return next(iter(_importers_of(path, context)), None)


def find_star_reader(path: str, name: str, context: FixContext) -> tuple[str, int] | None:
    """The first file that star-imports the module at `path`, also through others, and to which a new name may matter.

    It does not if the file does not contain the name, no other star import of the file may bring it, and the file does
    not use its own names by text.
    """
    seen: set[str] = set()
    pending = list(_importers_of(path, context))
    while pending:
        importer, row = pending.pop(0)
        if importer not in seen:
            seen.add(importer)
            if not _is_indifferent(importer, row, name, context):
                return importer, row
            pending += _importers_of(importer, context)
    return None


def _is_indifferent(importer: str, row: int, name: str, context: FixContext) -> bool:
    document = context.document(importer)
    others = [each for each in star_imports(document) if each.lineno != row]
    homes = [context.resolver.path_of(imported_module(each, importer, context), importer) for each in others]
    return (
        not re.search(rf"\b{re.escape(name)}\b", document.text)
        and not any(home is None or may_bring(home, name, context) for home in homes)
        and not find_text_use(name, document.symbol_table.module_scope, document)
    )


def _importers_of(path: str, context: FixContext) -> list[tuple[str, int]]:
    return context.remember("star importers", lambda: _star_importers(context)).get(path, [])


def _star_importers(context: FixContext) -> Mapping[str, list[tuple[str, int]]]:
    """The files that star-import each module, by the path of the module."""
    importers: dict[str, list[tuple[str, int]]] = {}
    for path in context.analysis.contents.find_matching(_STAR):
        data = context.references.code_bytes(path)
        for match in re.finditer(_STAR_IMPORT, data):
            dotted = re.sub(rb"\s", b"", match[1]).decode("utf-8", "replace")
            module = dotted.lstrip(".")
            statement = ast.ImportFrom(module=module or None, names=[], level=len(dotted) - len(module))
            home = context.resolver.path_of(imported_module(statement, path, context), path)
            if home is not None:
                importers.setdefault(home, []).append((path, row_at(data, match.start())))
    return importers
