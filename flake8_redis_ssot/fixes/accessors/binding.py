"""Whether a name is bound exactly once, and nothing in its module can bind it behind our back."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence

from flake8_redis_ssot.fixes.accessors.model import NotRecognisedError, Variable, format_code, format_place
from flake8_redis_ssot.fixes.accessors.owner_class import check_owner_class
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.project.types.decorators import decorator_names
from flake8_redis_ssot.semantic.ast_queries import FunctionNode
from flake8_redis_ssot.semantic.scopes import Binding, Symbol
from flake8_redis_ssot.semantic.symbol_table import SymbolTable


def find_only_binding(variable: Variable, context: FixContext, binders: Collection[ast.AST] = ()) -> Binding:
    """The binding of a module variable or class attribute that is bound once, unconditionally.

    Functions among `binders` may bind it as well. Raises NotRecognisedError.
    """
    table, owner = context.symbol_table(variable.path), find_owner(variable, context)
    symbol = table.find_symbol(table.scope_opened_by(owner), variable.name)
    if symbol is None or not symbol.bindings:
        raise NotRecognisedError(f"`{variable.qualname}` is not bound in `{context.module_name(variable.path)}`")
    *others, binding = [
        each for each in symbol.bindings if not _is_within(each.node, binders, table)
    ] or symbol.bindings
    if binding.is_deletion or not all(_is_overload(each, binding, variable, context) for each in others):
        raise NotRecognisedError(_describe_rebinding((*others, binding), variable, context))
    _check_unconditional(binding, owner, variable, context)
    if isinstance(owner, ast.ClassDef):
        check_owner_class(binding, owner, variable, context)
    _check_declarations(symbol, variable, context, binders)
    _check_stars(binding, variable, context)
    check_module(variable.path, context)
    return binding


def find_owner(variable: Variable, context: FixContext) -> ast.Module | ast.ClassDef:
    """The module or class whose body binds a variable. Raises NotRecognisedError."""
    owner = variable.qualname.rpartition(".")[0]
    node = context.names(variable.path).find_definition(owner) if owner else context.tree(variable.path)
    if not isinstance(node, (ast.Module, ast.ClassDef)):
        place = context.relative_path(variable.path)
        raise NotRecognisedError(f"`{variable.qualname}` is neither a variable of a module nor of a class ({place})")
    return node


def _is_within(node: ast.AST, binders: Collection[ast.AST], table: SymbolTable) -> bool:
    return any(each in binders for each in table.ancestors(node))


def _is_overload(binding: Binding, last: Binding, variable: Variable, context: FixContext) -> bool:
    """Whether a binding is an overload that the last one implements."""
    names, node = context.names(variable.path), binding.node
    is_overload = isinstance(node, FunctionNode) and "typing.overload" in decorator_names(node, names)
    return is_overload and isinstance(last.node, FunctionNode)


def _describe_rebinding(bindings: Sequence[Binding], variable: Variable, context: FixContext) -> str:
    """Why a variable has more than one binding, by the last one that a function makes, or else the last one."""
    table = context.symbol_table(variable.path)
    for binding in reversed(bindings):
        function = next((each for each in table.ancestors(binding.node) if isinstance(each, FunctionNode)), None)
        if function is not None:
            place = format_place(variable.path, binding.statement, context)
            return f"`{function.name}()` sets `{variable.qualname}` as well ({place})"
    place = format_place(variable.path, bindings[-1].statement, context)
    action = "deleted" if bindings[-1].is_deletion else "bound again"
    return f"`{variable.qualname}` is {action} by {format_code(bindings[-1].statement)} ({place})"


def _check_unconditional(
    binding: Binding, owner: ast.Module | ast.ClassDef, variable: Variable, context: FixContext
) -> None:
    """The statement is directly in the body, and so is the class around it."""
    table = context.symbol_table(variable.path)
    statements = [binding.statement, *([owner] if isinstance(owner, ast.ClassDef) else [])]
    for statement, parent in zip(statements, [owner, context.tree(variable.path)]):
        if table.parent(statement) not in (parent, None if isinstance(parent, ast.Module) else parent):
            raise NotRecognisedError(
                f"`{variable.qualname}` is bound under a condition or in a block "
                f"({format_place(variable.path, statement, context)})"
            )


def _check_declarations(symbol: Symbol, variable: Variable, context: FixContext, binders: Collection[ast.AST]) -> None:
    if not symbol.has_inner_declaration:
        return
    table = context.symbol_table(variable.path)
    for node in table.nodes:
        is_declaration = isinstance(node, (ast.Global, ast.Nonlocal)) and symbol.name in node.names
        if is_declaration and not _is_within(node, binders, table):
            place = format_place(variable.path, node, context)
            raise NotRecognisedError(
                f"`{variable.qualname}` is declared by another function: {format_code(node)} ({place})"
            )


def _check_stars(binding: Binding, variable: Variable, context: FixContext) -> None:
    for node in context.document(variable.path).imports:
        if node.names[0].name == "*" and node.lineno > binding.statement.lineno:
            raise NotRecognisedError(
                f"a star import may bind `{variable.qualname}` again ({format_place(variable.path, node, context)})"
            )


# Builtins that can bind any name of the module.
_DYNAMIC_BUILTINS = frozenset({"exec", "eval", "globals", "locals", "vars", "setattr", "delattr", "__import__"})
_READING_METHODS = frozenset({"get", "keys", "items", "values", "copy"})


def check_module(path: str, context: FixContext) -> None:
    """No dynamic code of a module can bind a name of it. Raises NotRecognisedError."""
    reason = context.remember(("dynamic module", path), lambda: _find_dynamic_binding(path, context))
    if reason:
        raise NotRecognisedError(reason)


def _find_dynamic_binding(path: str, context: FixContext) -> str | None:
    document = context.document(path)
    if document.unanalysed_ranges:
        row = document.unanalysed_ranges[0].row
        return f"a part of `{context.module_name(path)}` could not be parsed ({context.relative_path(path)}:{row})"
    for node in document.symbol_table.nodes:
        if _is_dynamic(node, document.symbol_table):
            return (
                f"{format_code(node)} may bind names of `{context.module_name(path)}` "
                f"({format_place(path, node, context)})"
            )
    return None


def _is_dynamic(node: ast.AST, table: SymbolTable) -> bool:
    if isinstance(node, ast.Attribute):
        is_modules = node.attr == "modules" and isinstance(node.value, ast.Name) and node.value.id == "sys"
        is_namespace = node.attr == "__dict__" and not _is_receiver(node.value)
        return is_modules or is_namespace or node.attr in ("__globals__", "f_globals")
    if not isinstance(node, ast.Name) or node.id not in _DYNAMIC_BUILTINS or table.lookup(node.id, node) is not None:
        return False
    call = table.call_of(node)
    if call is None or node.id in ("exec", "eval"):
        return True
    if node.id in ("setattr", "delattr", "vars") and call.args:
        return not _is_receiver(call.args[0])
    if node.id == "__import__":
        return False
    return not _is_read_only(call, table)


def _is_receiver(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def _is_read_only(call: ast.Call, table: SymbolTable) -> bool:
    """Whether a mapping of names is only read: `globals()["x"]`, `globals().get("x")`, `"x" in globals()`."""
    parent = table.parent(call)
    if isinstance(parent, ast.Subscript):
        return parent.value is call and isinstance(parent.ctx, ast.Load)
    if isinstance(parent, ast.Attribute):
        return parent.attr in _READING_METHODS
    return isinstance(parent, ast.Compare)
