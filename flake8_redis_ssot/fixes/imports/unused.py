"""Whether an import is still used: in the file, in other files, in strings, in comments."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Collection, Iterator
from itertools import chain

from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.edits.ensure_import import absolute_module
from flake8_redis_ssot.project.modules import package_name
from flake8_redis_ssot.project.search.reference_table import PatchTarget
from flake8_redis_ssot.semantic.scopes import Symbol


def why_used(
    symbol: Symbol,
    path: str,
    context: FixContext,
    released_reads: Collection[ast.AST] = (),
    is_moved: Callable[[PatchTarget], bool] = lambda target: False,
) -> str | None:
    """Why the import of a name has to stay; None if it is unused.

    `released_reads` are reads that will be removed; `is_moved` tells whether a patch gets another target.
    """
    document = context.document(path)
    reasons = chain(find_local_uses(symbol, document, released_reads), find_package_export(symbol, document))
    local_reason = next(reasons, None) or _explain_fixture(symbol, path, context)
    if local_reason is not None or symbol.scope.kind != "module":
        return local_reason
    return next(_find_outside_uses(symbol, path, context, is_moved), None)


def find_local_uses(symbol: Symbol, document: SourceDocument, released_reads: Collection[ast.AST]) -> Iterator[str]:
    """The uses of a variable in its own file, except `released_reads`."""
    name = symbol.name
    for read in symbol.reads:
        if read not in released_reads:
            yield f"`{name}` is read in line {read.lineno}"
    for quoted in (quoted_read for quoted_read in symbol.quoted_reads if quoted_read not in released_reads):
        yield f"`{name}` is named in line {quoted.lineno}"
    if len(symbol.bindings) > 1 or symbol.has_inner_declaration:
        yield f"`{name}` is bound more than once"
    if symbol.scope.kind == "class":
        yield f"`{name}` is an attribute of a class"
    for row in document.symbol_table.find_text_rows(name):
        yield f"`{name}` is named in line {row}"
    for row in find_dynamic_reads(symbol, document):
        yield f"`{name}` may be read by text in line {row}"
    yield from _find_conventional_uses(symbol, document)
    yield from _find_hidden_reads(symbol, document)


def _find_conventional_uses(symbol: Symbol, document: SourceDocument) -> Iterator[str]:
    """Implicit uses: explicit re-exports, `__all__`, fixtures and test hooks."""
    name, alias = symbol.name, symbol.bindings[0].node
    all_symbol = document.symbol_table.find_symbol(document.symbol_table.module_scope, "__all__")
    if name in (document.symbol_table.exported_names or ()):
        yield f"`{name}` is in `__all__`"
    if all_symbol is not None and document.symbol_table.exported_names is None and symbol.scope.kind == "module":
        yield f"`{name}` may be in `__all__`, which is computed"
    if isinstance(alias, ast.alias) and alias.asname == alias.name:
        yield f"`{name}` is passed on (`as {name}`)"
    file_name = os.path.basename(document.path)
    if _is_test_file_name(file_name) and (name.startswith(_COLLECTED_PREFIXES) or name in _TEST_HOOKS):
        yield f"`{name}` is found by its name when tests run"
    if _is_test_file_name(file_name) and name in document.parameter_names:
        yield f"`{name}` is asked for as a fixture"


def find_package_export(symbol: Symbol, document: SourceDocument) -> Iterator[str]:
    """Whether a variable is part of the interface of a package."""
    if os.path.basename(document.path).startswith("__init__.") and symbol.scope.kind == "module":
        yield f"`{symbol.name}` is part of what the package offers"


# Names that pytest and unittest collect from the modules that they load.
_COLLECTED_PREFIXES = ("pytest_", "test", "Test")
_TEST_HOOKS = frozenset({"load_tests", "setUpModule", "tearDownModule"})
_TEST_HOOKS |= {
    f"{when}_{what}" for when in ("setup", "teardown") for what in ("module", "function", "class", "method")
}


def _is_test_file_name(file_name: str) -> bool:
    return file_name == "conftest.py" or "test" in file_name


def _explain_fixture(symbol: Symbol, path: str, context: FixContext) -> str | None:
    """A fixture may be used by all tests below, and an autouse fixture is never requested."""
    file, binding = context.analysis.file_context(path), symbol.bindings[0]
    if file is None or not isinstance(binding.node, ast.alias) or not isinstance(binding.statement, ast.ImportFrom):
        return None
    for definition in file.resolve([f"{absolute_module(binding.statement, file.package)}:{binding.node.name}"]):
        nodes = context.tree(definition.path).body if definition.path is not None and definition.is_found else []
        if any(getattr(node, "name", "") == definition.qualname and _is_fixture(node) for node in nodes):
            return f"`{symbol.name}` is a fixture"
    return None


def _is_fixture(node: ast.stmt) -> bool:
    return any("fixture" in ast.unparse(each).partition("(")[0] for each in getattr(node, "decorator_list", ()))


def _find_hidden_reads(symbol: Symbol, document: SourceDocument) -> Iterator[str]:
    """Reads in the text that are missing from the tree, as newer syntax was rewritten."""
    if document.source.text == document.text:
        return
    pattern = re.compile(rf"(?<![\w.]){re.escape(symbol.name)}\b(?!\s*=(?!=))")
    visible_offsets = {match.start() for match in pattern.finditer(document.source.text)}
    for match in pattern.finditer(document.text):
        if match.start() not in visible_offsets:
            yield f"`{symbol.name}` may be read in line {document.lines.position(match.start())[0]}"


def _find_outside_uses(
    symbol: Symbol, path: str, context: FixContext, is_moved: Callable[[PatchTarget], bool]
) -> Iterator[str]:
    name = symbol.name
    for reader in context.references.find_readers(path, name):
        yield f"`{name}` is read from here by {context.relative_path(reader.path)}:{reader.row}"
    for target in context.references.find_patches(path, name):
        if not is_moved(target):
            yield f"`{name}` is patched here by {context.relative_path(target.path)}:{target.reference.span.row}"
    yield from find_string_uses(name, path, context)


def _find_string_reads(name: str, path: str, context: FixContext) -> Iterator[tuple[str, int]]:
    """Where files that import the whole module have the name as a string: `getattr(module, "name")`."""
    for reader_path in context.references.find_files_matching(rb"[\"']" + name.encode() + rb"[\"']"):
        if reader_path != path and _imports_module(reader_path, path, context):
            patched_rows = {
                each.reference.span.row
                for each in context.references.find_patches(path, name)
                if each.path == reader_path
            }
            yield from (
                (reader_path, row)
                for row in context.document(reader_path).symbol_table.find_text_rows(name)
                if row not in patched_rows
            )


def _imports_module(reader_path: str, path: str, context: FixContext) -> bool:
    """Whether a file imports a module or one of its parent packages as a whole, or names it in a string."""
    module, package = context.module_name(path), package_name(reader_path, context.resolver.modules.roots)
    if module.encode() in re.findall(rb"[\"']([\w.]+)[\"']", context.references.code_bytes(reader_path)):
        return True
    for statement in context.document(reader_path).imports:
        base = f"{absolute_module(statement, package)}." if isinstance(statement, ast.ImportFrom) else ""
        names = [context.resolver.module_name(base + alias.name, reader_path) for alias in statement.names]
        if any(module == name or module.startswith(f"{name}.") for name in names):
            return True
    return False


def find_string_uses(name: str, path: str, context: FixContext) -> Iterator[str]:
    """Reads of a module-level name by a string, and strings with its dotted path: settings, entry points."""
    for reader_path, row in _find_string_reads(name, path, context):
        yield f"`{name}` may be read from here by {context.relative_path(reader_path)}:{row}"
    for target in context.references.find_string_targets(path, name):
        yield f"`{name}` is named as seen from here by {context.relative_path(target.path)}:{target.reference.span.row}"


_SCOPE_FUNCTIONS = ("locals", "vars", "dir")
_CODE_FUNCTIONS = ("eval", "exec")


def find_dynamic_reads(symbol: Symbol, document: SourceDocument) -> Iterator[int]:
    """Rows (1-based) where any variable in the scope of the symbol may be read."""
    symbol_table = document.symbol_table
    for name in ("globals", *_SCOPE_FUNCTIONS, *_CODE_FUNCTIONS):
        for node in symbol_table.unresolved_reads(name):
            call = symbol_table.parent(node)
            if isinstance(call, ast.Call) and call.func is node and _may_read(name, call, symbol, document):
                yield node.lineno
    if symbol.scope.kind == "module":
        yield from (node.lineno for node in symbol_table.unresolved_reads("__name__") if _is_own_module(node, document))


def _may_read(name: str, call: ast.Call, symbol: Symbol, document: SourceDocument) -> bool:
    if name in _CODE_FUNCTIONS:
        return not all(isinstance(argument, ast.Constant) for argument in call.args[:1])
    if call.args or _has_constant_key(call, document):
        return False
    if name == "globals":
        return symbol.scope.kind == "module"
    return document.symbol_table.scope_of(call) is symbol.scope


def _has_constant_key(call: ast.Call, document: SourceDocument) -> bool:
    """`globals()["x"]` and `globals().get("x")` read known names, and `globals().update` only writes."""
    parent = document.symbol_table.parent(call)
    if isinstance(parent, ast.Subscript) and parent.value is call:
        return isinstance(parent.slice, ast.Constant) or not isinstance(parent.ctx, ast.Load)
    outer = document.symbol_table.parent(parent) if parent is not None else None
    if not isinstance(parent, ast.Attribute) or not isinstance(outer, ast.Call) or outer.func is not parent:
        return False
    return parent.attr in ("update", "setdefault") or all(isinstance(each, ast.Constant) for each in outer.args[:1])


def _is_own_module(node: ast.Name, document: SourceDocument) -> bool:
    """`sys.modules[__name__]`."""
    parent = document.symbol_table.parent(node)
    return isinstance(parent, ast.Subscript) and ast.unparse(parent.value).endswith("modules")
