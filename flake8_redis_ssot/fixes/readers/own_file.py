"""Whether an imported name is still used in its own file: by name, by string, by reflection, by convention."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Collection, Iterator

from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.semantic.ast_queries import last_name
from flake8_redis_ssot.semantic.scopes import Scope, Symbol


def find_local_uses(symbol: Symbol, document: SourceDocument, released_reads: Collection[ast.AST]) -> Iterator[str]:
    """The uses of a variable in its own file, except `released_reads`."""
    name = symbol.name
    for read in symbol.reads:
        if read not in released_reads:
            yield f"`{name}` is read in line {read.lineno}"
    for quoted in (quoted_read for quoted_read in symbol.quoted_reads if quoted_read not in released_reads):
        yield f"`{name}` is named in line {quoted.lineno}"
    is_ambiguous = len(symbol.bindings) > 1 and not symbol.is_imported_package
    if is_ambiguous or symbol.has_inner_declaration:
        yield f"`{name}` has more than one binding"
    if symbol.scope.kind == "class":
        yield f"`{name}` is an attribute of a class"
    for row in document.symbol_table.find_text_rows(name, {*released_reads, *_find_bare_strings(name, document)}):
        yield f"`{name}` is named in line {row}"
    yield from _find_dynamic_uses(name, symbol.scope, document)
    yield from _find_conventional_uses(symbol, document)
    yield from _find_hidden_reads(name, document)


def find_unread_uses(name: str, document: SourceDocument) -> Iterator[str]:
    """The uses of a module-level name that a star import brings to a file, and that the file does not read."""
    yield from _find_dynamic_uses(name, document.symbol_table.module_scope, document)
    yield from _find_module_uses(name, document)
    yield from _find_hidden_reads(name, document)


def _find_dynamic_uses(name: str, scope: Scope, document: SourceDocument) -> Iterator[str]:
    for row in find_dynamic_reads(name, scope, document):
        yield f"line {row} may read any name, also `{name}`"


def find_text_uses(symbol: Symbol, document: SourceDocument, released_reads: Collection[ast.AST]) -> Iterator[str]:
    """Where strings of the file that consist of the name, except those among `released_reads`, may read a variable."""
    if document.symbol_table.find_text_rows(symbol.name, released_reads):
        for string in _find_bare_strings(symbol.name, document):
            if string not in released_reads:
                yield f"`{symbol.name}` is named in line {string.lineno}"


def _find_bare_strings(name: str, document: SourceDocument) -> list[ast.Constant]:
    return document.find_strings(name)


def _find_conventional_uses(symbol: Symbol, document: SourceDocument) -> Iterator[str]:
    """Implicit uses: explicit re-exports, `__all__`, fixtures and test hooks."""
    name, alias = symbol.name, symbol.bindings[0].node
    if isinstance(alias, ast.alias) and alias.asname == alias.name:
        yield f"`{name}` is passed on (`as {name}`)"
    is_package = isinstance(symbol.bindings[0].statement, ast.Import) and getattr(alias, "asname", None) is None
    is_in_module = symbol.scope.kind == "module"
    if is_in_module or name in (document.symbol_table.exported_names or ()):
        yield from _find_module_uses(name, document, is_looked_for=is_in_module and not is_package)


def _find_module_uses(name: str, document: SourceDocument, *, is_looked_for: bool = True) -> Iterator[str]:
    """Implicit uses of a name of a module; `is_looked_for`: those who load the module may look for it."""
    all_symbol = document.symbol_table.find_symbol(document.symbol_table.module_scope, "__all__")
    if name in (document.symbol_table.exported_names or ()):
        yield f"`{name}` is in `__all__`"
    if all_symbol is not None and document.symbol_table.exported_names is None:
        yield f"`{name}` may be in `__all__`, which is computed"
    if is_looked_for and name in _CONVENTIONAL_NAMES:
        yield f"`{name}` is a name that servers and frameworks look for"


# Names that programs read from a module that they are told to load, or find by its place.
_CONVENTIONAL_NAMES = frozenset(
    {
        *("app", "application", "api", "asgi", "wsgi", "celery", "celery_app", "create_app", "make_app", "server"),
        *("handler", "lambda_handler", "main", "urlpatterns", "register", "Command", "Migration", "pytest_plugins"),
    }
)


def find_package_export(symbol: Symbol, document: SourceDocument) -> Iterator[str]:
    """Whether a variable is part of the interface of a package."""
    if os.path.basename(document.path).startswith("__init__.") and symbol.scope.kind == "module":
        yield f"`{symbol.name}` is part of what the package offers"


def _find_hidden_reads(name: str, document: SourceDocument) -> Iterator[str]:
    """Reads in the text that are missing from the tree, as newer syntax was rewritten."""
    if document.source.text == document.text:
        return
    pattern = re.compile(rf"(?<![\w.]){re.escape(name)}\b(?!\s*=(?!=))")
    visible_offsets = {match.start() for match in pattern.finditer(document.source.text)}
    for match in pattern.finditer(document.text):
        if match.start() not in visible_offsets:
            yield f"`{name}` may be read in line {document.lines.position(match.start())[0]}"


# Builtins that read any variable of the scope or module that they are called in, and those that run text there.
_SCOPE_FUNCTIONS = ("globals", "locals", "vars", "dir")
_CODE_FUNCTIONS = ("eval", "exec")
# An example in a docstring that reads the names of the module that it is tested with.
_DYNAMIC_EXAMPLE = re.compile(
    r"^[ \t]*(?:>>>|\.\.\.) [^\n]*\b(?:(?:dir|globals|locals|vars)\(\)|(?:eval|exec)\()", re.MULTILINE
)
# Attributes of frames, and functions that make commands of all names of a module.
_MODULE_READERS = frozenset({"__globals__", "f_globals", "f_locals", "f_builtins", "Fire"})
# Calls for which the name of the module is but a name.
_NAMING_FUNCTION = re.compile(r"(?i)log|tracer|meter|flask|blueprint|celery|typer|router")


def find_dynamic_reads(name: str, scope: Scope, document: SourceDocument) -> Iterator[int]:
    """Rows (1-based) of what may read any variable in a scope, unless it is known not to read that of a name."""
    symbol_table = document.symbol_table
    for function in (*_SCOPE_FUNCTIONS, *_CODE_FUNCTIONS):
        for node in symbol_table.unresolved_reads(function):
            call = symbol_table.call_of(node)
            if call is None or not _reads_known_names(function, call, name, scope, document):
                yield node.lineno
    if scope.kind == "module":
        for example in _DYNAMIC_EXAMPLE.finditer(document.source.text):
            yield document.source.text.count("\n", 0, example.start()) + 1
        for node in symbol_table.unresolved_reads("__name__"):
            if not _is_mere_name(node, document):
                yield node.lineno
        for attribute in document.find_nodes(ast.Attribute):
            if _is_module_reader(attribute):
                yield attribute.lineno


def _is_module_reader(node: ast.Attribute) -> bool:
    is_builtin = isinstance(node.value, ast.Name) and node.value.id in ("builtins", "__builtins__")
    return node.attr in _MODULE_READERS or (is_builtin and node.attr in (*_SCOPE_FUNCTIONS, *_CODE_FUNCTIONS))


def _reads_known_names(function: str, call: ast.Call, name: str, scope: Scope, document: SourceDocument) -> bool:
    """Whether a call of such a builtin does not read a name of a scope."""
    if function in _CODE_FUNCTIONS:
        code = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
        has_own_names = len(call.args) > 1 and isinstance(call.args[1], ast.Dict) and None not in call.args[1].keys
        return has_own_names or (isinstance(code, str) and not re.search(rf"\b{re.escape(name)}\b", code))
    if call.args or _has_constant_key(call, document):
        return True
    if function == "globals":
        return scope.kind != "module"
    return document.symbol_table.scope_of(call) is not scope


def _has_constant_key(call: ast.Call, document: SourceDocument) -> bool:
    """`globals()["x"]` and `globals().get("x")` read known names, and `globals().update` only writes."""
    parent = document.symbol_table.parent(call)
    if isinstance(parent, ast.Subscript) and parent.value is call:
        return isinstance(parent.slice, ast.Constant) or not isinstance(parent.ctx, ast.Load)
    outer = document.symbol_table.call_of(parent) if parent is not None else None
    if not isinstance(parent, ast.Attribute) or outer is None:
        return False
    is_constant = bool(outer.args) and isinstance(outer.args[0], ast.Constant)
    return parent.attr == "update" or (parent.attr in ("get", "setdefault", "pop") and is_constant)


def _is_mere_name(node: ast.Name, document: SourceDocument) -> bool:
    """Whether `__name__` is compared, or names a logger or an application: nobody reads the module by it."""
    parent = document.symbol_table.parent(node)
    while isinstance(parent, (ast.keyword, ast.FormattedValue, ast.JoinedStr)):
        parent = document.symbol_table.parent(parent)
    is_naming = isinstance(parent, ast.Call) and _NAMING_FUNCTION.search(last_name(parent.func)) is not None
    return is_naming or isinstance(parent, ast.Compare)
