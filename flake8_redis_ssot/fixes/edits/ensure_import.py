"""Make a name available at a node: reuse an existing import, or find where a new one can go."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from flake8_redis_ssot.fixes.conditions import name_meaning
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.draft import AddImport
from flake8_redis_ssot.fixes.edits.import_statement import ImportedSymbol
from flake8_redis_ssot.fixes.edits.statement_layout import locate_in_block
from flake8_redis_ssot.project.view import FileContext
from flake8_redis_ssot.semantic.scopes import Scope, Symbol


class NotFixableError(Exception):
    """Why there is no fix, as a phrase."""


class NameConflictError(NotFixableError):
    """The name to import has another meaning where it is needed."""


@dataclass(frozen=True)
class ImportRequest:
    """A name of a module (dotted) to use at `node`; its import goes next to `anchor`."""

    module: str
    name: str
    node: ast.AST
    anchor: ast.stmt | None


@dataclass(frozen=True)
class EnsuredImport:
    """The text to use at the node, and the import to add (None: it exists already).

    `scope` binds the name (None: the text is dotted), `owner_scope` the first name of a dotted text, if it is imported.
    """

    text: str
    operation: AddImport | None
    scope: Scope | None
    reasons: tuple[str, ...] = ()
    owner_scope: Scope | None = None

    @property
    def is_module_level(self) -> bool:
        """Whether the name is module-level, so that a patch can replace it."""
        return self.scope is not None and self.scope.kind == "module"

    @property
    def is_member(self) -> bool:
        """Whether it is an attribute of a module-level name, which a patch can replace for all who read it there."""
        return self.owner_scope is not None and self.owner_scope.kind == "module"

    def as_member(self, text: str, reasons: tuple[str, ...] = ()) -> EnsuredImport:
        """The same import for a dotted text that begins with the name, with further reasons."""
        return replace(self, text=text, scope=None, owner_scope=self.scope, reasons=(*self.reasons, *reasons))


def ensure_import(request: ImportRequest, file: FileContext, context: FixContext) -> EnsuredImport:
    """How to use a name in a file. Raises NotFixableError."""
    ensured = _find_import(request, file, context)
    if ensured.scope is None:
        return ensured
    row = _bound_row(ensured, file.path, context) if ensured.operation is None else 0
    origin = f"{request.module}:{request.name}"
    doubts = name_meaning.find_doubts(ensured.text, file.path, ensured.scope, context, origin=origin, bound_row=row)
    return replace(ensured, reasons=(*ensured.reasons, *(doubt.reason for doubt in doubts)))


def _bound_row(ensured: EnsuredImport, path: str, context: FixContext) -> int:
    """The row (1-based) of the import that exists already; 0 if there is none."""
    symbol = context.symbol_table(path).find_symbol(ensured.scope, ensured.text) if ensured.scope is not None else None
    return symbol.bindings[0].statement.lineno if symbol is not None and symbol.bindings else 0


def _find_import(request: ImportRequest, file: FileContext, context: FixContext) -> EnsuredImport:
    document = context.document(file.path)
    for name in _possible_names(request, document):
        existing = _find_existing_symbol(name, request, file, document)
        if existing is not None:
            return EnsuredImport(name, None, existing.scope)
    why_forbidden = context.service_boundaries.why_import_forbidden(file.path, request.module)
    if why_forbidden:
        raise NotFixableError(why_forbidden)
    return _plan_import(request, file, context, document)


def _possible_names(request: ImportRequest, document: SourceDocument) -> list[str]:
    """The name itself, and the aliases under which the file imports that name."""
    return list(dict.fromkeys([request.name, *document.local_names(request.name)]))


def _find_existing_symbol(
    name: str, request: ImportRequest, file: FileContext, document: SourceDocument
) -> Symbol | None:
    """The symbol of that name, if it resolves to the requested definition at the node."""
    symbol = document.symbol_table.lookup(name, request.node)
    if symbol is None or len(symbol.bindings) != 1:
        return None
    binding = symbol.bindings[0]
    if not isinstance(binding.node, ast.alias) or not isinstance(binding.statement, ast.ImportFrom):
        return None
    if symbol.has_inner_declaration or not _has_run_before(binding.statement, request.node, document):
        return None
    origin = _imported_origin(binding.statement, binding.node, file)
    definitions = {(definition.name, definition.qualname) for definition in file.resolve([origin])} if origin else set()
    requested_definitions = {
        (definition.name, definition.qualname) for definition in file.resolve([f"{request.module}:{request.name}"])
    }
    return symbol if definitions and definitions == requested_definitions else None


def _has_run_before(statement: ast.stmt, target: ast.AST, document: SourceDocument) -> bool:
    """Whether a statement always runs before a node: it is above, in an enclosing block."""
    block, index = locate_in_block(document.tree, statement)
    for node in (target, *document.symbol_table.ancestors(target)):
        if isinstance(node, ast.stmt):
            other_block, other_index = locate_in_block(document.tree, node)
            if other_block is block:
                return other_index > index
    return False


def _imported_origin(statement: ast.ImportFrom, alias: ast.alias, file: FileContext) -> str:
    module = absolute_module(statement, file.package)
    return f"{module}:{alias.name}" if module else ""


def absolute_module(statement: ast.ImportFrom, package: str) -> str:
    """The dotted module of a `from` statement in a module of `package`; empty beyond the top-level package."""
    from flake8_redis_ssot.semantic.flow.evaluator import resolve_relative_module

    if not statement.level:
        return statement.module or ""
    return resolve_relative_module(package, statement.level, statement.module or "") or ""


def format_module(module: str, statement: ast.stmt | None, file: FileContext) -> str:
    """How to spell a module next to a statement: relative if the statement is, within the same top-level package.

    Parent packages are named by dots only where the statement does so: some projects allow relative imports of siblings
    only.
    """
    if not isinstance(statement, ast.ImportFrom) or not statement.level:
        return module
    depth = file.package.count(".") + 1
    for level in range(1, depth + 1 if statement.level > 1 else 2):
        base = absolute_module(ast.ImportFrom(module=None, names=[], level=level), file.package)
        if base and (module == base or module.startswith(f"{base}.")):
            return "." * level + module[len(base) + 1 :]
    return module


def _plan_import(
    request: ImportRequest, file: FileContext, context: FixContext, document: SourceDocument
) -> EnsuredImport:
    symbol_table = document.symbol_table
    anchor = request.anchor or _find_sibling_import(request, file, document)
    scope = symbol_table.scope_of(anchor) if anchor is not None else symbol_table.module_scope
    why_circular = _explain_cycle(request, scope, file, context)
    name_conflict = _describe_name_conflict(request.name, scope, request.node, document)
    reasons: tuple[str, ...] = ()
    if scope.kind == "class" and not name_conflict:
        reasons = (f"the class would get an attribute `{request.name}`",)
    if why_circular or name_conflict:
        function_scope = _enclosing_function_scope(request.node, document)
        if function_scope is None or _describe_name_conflict(request.name, function_scope, request.node, document):
            raise NotFixableError(why_circular) if why_circular else NameConflictError(name_conflict)
        anchor, scope = None, function_scope
        if why_circular and _explain_cycle(request, function_scope, file, context):
            raise NotFixableError(why_circular)
        reasons = (why_circular.replace("the import", "an import at the top", 1),) if why_circular else ()
    imported_symbol = ImportedSymbol(format_module(request.module, anchor or request.anchor, file), request.name)
    return EnsuredImport(request.name, AddImport(file.path, scope.node, anchor, imported_symbol), scope, reasons)


def _explain_cycle(request: ImportRequest, scope: Scope, file: FileContext, context: FixContext) -> str | None:
    """Why an import in a scope would be circular: at module level, and in functions that loading the file may run."""
    from flake8_redis_ssot.fixes.conditions import import_cycle

    function = scope.qualname.partition(".<locals>")[0]
    is_deferred = scope.kind not in ("module", "class")
    if is_deferred and not context.import_graph.runs_when_loaded(file.path, function):
        return None
    try:
        import_cycle.check(request.module, file.path, context, request.name)
    except NotFixableError as error:
        return str(error)
    return None


def _find_sibling_import(request: ImportRequest, file: FileContext, document: SourceDocument) -> ast.stmt | None:
    """A module-level import of the same module, above the node."""
    row = _row(request.node)
    above = (each for each in document.tree.body if isinstance(each, ast.ImportFrom) and each.lineno < row)
    siblings = (each for each in above if absolute_module(each, file.package) == request.module)
    return next((each for each in siblings if each.names[0].name != "*"), None)


def _describe_name_conflict(name: str, scope: Scope, node: ast.AST, document: SourceDocument) -> str | None:
    """Why a name cannot be bound in a scope: it has another meaning there, or in a nested scope."""
    conflict = name_meaning.explain_conflict(name, scope, node, document)
    if conflict:
        return conflict
    symbol = document.symbol_table.find_symbol(scope, name)
    if symbol is not None and symbol.bindings:
        first_node = symbol.bindings[0].node
        if symbol.bindings[0].statement is document.symbol_table.statement_of(node):
            return f"`{name}` is the name of the new instance here"
        meaning = "is imported elsewhere" if isinstance(first_node, ast.alias) else "already has another meaning"
        return f"`{name}` {meaning} here (line {_row(first_node)})"
    visible_symbol = document.symbol_table.lookup(name, node)
    if visible_symbol is not None and visible_symbol.scope is not scope and visible_symbol.scope.is_within(scope):
        return f"`{name}` already has another meaning there (line {_row(visible_symbol.bindings[0].node)})"
    captured_reads = document.symbol_table.find_captured_names(name, scope)
    if captured_reads:
        return f"`{name}` would have another meaning in line {_row(captured_reads[0])}"
    loop = _find_loop(name, scope, document)
    return f"`{name}` is the variable of a loop in line {loop.lineno}" if loop is not None else None


def _find_loop(name: str, scope: Scope, document: SourceDocument) -> ast.For | ast.AsyncFor | None:
    """The first loop in a nested scope with that variable: linters report an import that it shadows."""
    scopes = ((loop, document.symbol_table.scope_of(loop)) for loop in document.loops_over(name))
    return next((loop for loop, inner in scopes if inner is not scope and inner.is_within(scope)), None)


def _enclosing_function_scope(node: ast.AST, document: SourceDocument) -> Scope | None:
    """The innermost function whose body contains the node."""
    scope: Scope | None = document.symbol_table.scope_of(node)
    while scope is not None:
        if scope.kind == "function":
            return scope
        scope = scope.outer
    return None


def _row(node: ast.AST) -> int:
    row: int = getattr(node, "lineno", 0)
    return row
