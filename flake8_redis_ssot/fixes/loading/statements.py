"""Statements that run while a module is loaded."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flake8_redis_ssot.fixes.loading import calls, classes, expressions, hooks
from flake8_redis_ssot.fixes.loading.assignments import explain_target, is_own_display
from flake8_redis_ssot.fixes.loading.block import Block, Effect
from flake8_redis_ssot.fixes.loading.known_names import is_inert_module, is_known_call, is_known_decorator
from flake8_redis_ssot.fixes.loading.passive_values import is_passive
from flake8_redis_ssot.project.loading.code_blocks import is_main_check
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, is_type_checking, iter_scope_nodes

_ACCESSORS = ("setter", "getter", "deleter")


def find_body_effects(body: Sequence[ast.stmt], block: Block) -> Iterator[Effect]:
    """What the statements of a block do besides defining names, in order."""
    for statement in body:
        yield from _find_statement_effects(statement, block)


def _find_statement_effects(statement: ast.stmt, block: Block) -> Iterator[Effect]:
    reader = _READERS.get(type(statement))
    if reader is not None:
        yield from reader(statement, block)
    elif not isinstance(statement, (ast.Pass, ast.Break, ast.Continue)):
        yield block.effect(statement, f"runs a `{_keyword_of(statement)}` statement")


def _find_expression_statement_effects(statement: ast.Expr, block: Block) -> Iterator[Effect]:
    if not (isinstance(statement.value, ast.Call) and _is_inert_statement_call(statement.value, block)):
        yield from expressions.find_expression_effects(statement.value, block)


def _find_return_effects(statement: ast.Return, block: Block) -> Iterator[Effect]:
    if statement.value is not None:
        yield from expressions.find_expression_effects(statement.value, block)


def _find_assertion_effects(statement: ast.Assert, block: Block) -> Iterator[Effect]:
    yield from expressions.find_test_effects(statement.test, block)
    if statement.msg is not None:
        yield from expressions.find_expression_effects(statement.msg, block)


def _find_raise_effects(statement: ast.Raise, block: Block) -> Iterator[Effect]:
    """What makes the exception; that it is raised is no effect: nobody handles it today, or the same module does."""
    for raised in (statement.exc, statement.cause):
        if raised is not None:
            yield from calls.find_raise_effects(raised, block)


def _find_try_effects(statement: ast.Try, block: Block) -> Iterator[Effect]:
    for handler in statement.handlers:
        if handler.type is not None:
            yield from expressions.find_expression_effects(handler.type, block)
    handlers = (handler.body for handler in statement.handlers)
    for body in (statement.body, *handlers, statement.orelse, statement.finalbody):
        yield from find_body_effects(body, block)


def _keyword_of(statement: ast.stmt) -> str:
    names = {"AsyncFor": "async for", "AsyncWith": "async with", "Delete": "del"}
    name = type(statement).__name__
    return names.get(name, name.lower())


def _is_inert_statement_call(call: ast.Call, block: Block) -> bool:
    arguments = (*call.args, *(keyword.value for keyword in call.keywords))
    is_inert = all(next(expressions.find_expression_effects(each, block), None) is None for each in arguments)
    return is_inert and (calls.is_inert_report(call, block) or _is_change_of_own_display(call, block))


def _is_change_of_own_display(call: ast.Call, block: Block) -> bool:
    """Whether a call adds to a display of the same block, such as `__all__.extend()`."""
    function = call.func
    if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
        return False
    is_addition = function.attr in ("add", "append", "extend", "update")
    return is_addition and calls.has_plain_arguments(call, block) and is_own_display(function.value, block)


def _find_branch_effects(statement: ast.If, block: Block) -> Iterator[Effect]:
    if is_type_checking(statement.test) or is_main_check(statement.test):
        yield from find_body_effects(statement.orelse, block)
        return
    yield from expressions.find_test_effects(statement.test, block)
    yield from find_body_effects([*statement.body, *statement.orelse], block)


def _find_import_effects(statement: ast.Import | ast.ImportFrom, block: Block) -> Iterator[Effect]:
    """Imports of libraries for their effect, and of the project by a function that is called."""
    for alias in statement.names:
        module = (statement.module or "") if isinstance(statement, ast.ImportFrom) else alias.name
        is_project = _is_of_project(module, alias, statement, block)
        if is_project and not block.is_function:  # the module is judged by itself
            if isinstance(statement, ast.ImportFrom) and not _is_bound_name(statement, alias, block):
                yield block.effect(statement, f"imports `{alias.name}`, which a `__getattr__` provides,")
            continue
        if is_project or not (is_inert_module(module) or _is_used(alias, block)):
            yield block.effect(statement, f"imports `{module or alias.name}`")


def _is_of_project(module: str, alias: ast.alias, statement: ast.Import | ast.ImportFrom, block: Block) -> bool:
    if isinstance(statement, ast.ImportFrom) and statement.level:
        return True
    names = block.names
    candidates = [module, f"{module}.{alias.name}"] if isinstance(statement, ast.ImportFrom) else [module]
    return any(names.resolver.path_of(each, names.path) is not None for each in candidates)


def _is_bound_name(statement: ast.ImportFrom, alias: ast.alias, block: Block) -> bool:
    """Whether a name is there without the `__getattr__` of its module."""
    names = block.names
    module = names.absolute_module(statement)
    path = names.resolver.path_of(module, names.path) if module else None
    if path is None or not names.resolver.load_exports(path).has_getattr:
        return True
    return all(
        each.is_found or each.path is None for each in names.resolver.resolve(f"{module}:{alias.name}", names.path)
    )


def _is_used(alias: ast.alias, block: Block) -> bool:
    """Whether a name of a library is read in its module, or passed on by `__all__` or by `as`."""
    table = block.names.symbol_table
    if alias.name == "*":
        return False
    symbol = table.symbol_of(alias)
    return bool(symbol.reads or symbol.quoted_reads) or (
        symbol.name in (table.exported_names or ()) or alias.asname == alias.name
    )


def _find_function_effects(function: FunctionNode, block: Block) -> Iterator[Effect]:
    yield from find_decorator_effects(function.decorator_list, block)
    yield from expressions.find_default_effects(function.args, block)
    if _has_lazy_annotations(block):
        return
    arguments = function.args
    parameters = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
    for annotation in (*(each.annotation for each in parameters if each is not None), function.returns):
        yield from expressions.find_annotation_effects(annotation, block)


def _has_lazy_annotations(block: Block) -> bool:
    for statement in block.names.symbol_table.tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            if any(alias.name == "annotations" for alias in statement.names):
                return True
        elif not isinstance(statement, ast.Expr):  # future statements come first, below the docstring
            return False
    return False


def find_decorator_effects(decorators: Sequence[ast.expr], block: Block) -> Iterator[Effect]:
    """The decorators that are not known to leave other modules alone."""
    for decorator in decorators:
        call = decorator if isinstance(decorator, ast.Call) else None
        if call is not None:
            for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
                yield from expressions.find_expression_effects(argument, block)
                yield from _find_wrapping_effects(call, argument, block)
        if not _is_inert_decorator(call.func if call is not None else decorator, block, is_called=call is not None):
            yield block.effect(decorator, f"applies `@{ast.unparse(decorator)}`")


def _find_wrapping_effects(decorator: ast.Call, argument: ast.expr, block: Block) -> Iterator[Effect]:
    """The effect of `functools.wraps()` with an instance, of which it reads attributes."""
    definition = block.names.resolve(decorator.func)
    if definition is None or definition.name != "functools.wraps":
        return
    symbol = block.names.symbol_table.lookup(argument.id, argument) if isinstance(argument, ast.Name) else None
    is_parameter = symbol is not None and all(isinstance(node, ast.arg) for node in symbol.binding_nodes)
    if not is_parameter and not is_passive(argument, block):
        yield block.effect(decorator, f"reads attributes of `{ast.unparse(argument)}`")


def _is_inert_decorator(decorator: ast.expr, block: Block, *, is_called: bool) -> bool:
    if isinstance(decorator, ast.Attribute) and decorator.attr in _ACCESSORS and isinstance(decorator.value, ast.Name):
        return not is_called and _is_own_function(decorator.value, block)
    definition = block.names.resolve(decorator)
    if definition is None:
        return False
    if definition.path is None:
        return is_known_decorator(definition.name) or (is_called and is_known_call(definition.name))
    function = block.find_only(definition)
    if not isinstance(function, ast.FunctionDef) or function.decorator_list or block.is_too_deep:
        return False
    inner_block = block.enter(definition, has_plain_arguments=False)
    bodies = [function.body]
    if is_called:  # what it returns is called as well
        inner = {each.name: each for each in function.body if isinstance(each, ast.FunctionDef)}
        returned = [each.value for each in iter_scope_nodes(function) if isinstance(each, ast.Return)]
        if not all(isinstance(each, ast.Name) and each.id in inner for each in returned):
            return False
        bodies += [each.body for each in inner.values()]
    return all(next(find_body_effects(body, inner_block), None) is None for body in bodies)


def _is_own_function(name: ast.Name, block: Block) -> bool:
    """Whether a name is bound by functions only, such as a property and its setter."""
    symbol = block.names.symbol_table.lookup(name.id, name)
    return symbol is not None and all(isinstance(node, FunctionNode) for node in symbol.binding_nodes)


def _find_class_effects(node: ast.ClassDef, block: Block) -> Iterator[Effect]:
    yield from find_decorator_effects(node.decorator_list, block)
    yield from classes.find_base_effects(node, block)
    yield from hooks.find_hook_effects(node, block)
    yield from find_body_effects(node.body, block)


def _find_assignment_effects(statement: ast.Assign | ast.AnnAssign | ast.AugAssign, block: Block) -> Iterator[Effect]:
    if isinstance(statement, ast.AnnAssign) and not block.is_function and not _has_lazy_annotations(block):
        yield from expressions.find_annotation_effects(statement.annotation, block)
    if statement.value is None:
        return
    yield from expressions.find_expression_effects(statement.value, block)
    for target in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
        phrase = explain_target(target, statement, block)
        if phrase:
            yield block.effect(statement, phrase)


_READERS: dict[type[ast.stmt], Callable[[Any, Block], Iterator[Effect]]] = {
    ast.AnnAssign: _find_assignment_effects,
    ast.Assert: _find_assertion_effects,
    ast.Assign: _find_assignment_effects,
    ast.AsyncFunctionDef: _find_function_effects,
    ast.AugAssign: _find_assignment_effects,
    ast.ClassDef: _find_class_effects,
    ast.Expr: _find_expression_statement_effects,
    ast.FunctionDef: _find_function_effects,
    ast.If: _find_branch_effects,
    ast.Import: _find_import_effects,
    ast.ImportFrom: _find_import_effects,
    ast.Raise: _find_raise_effects,
    ast.Return: _find_return_effects,
    ast.Try: _find_try_effects,
}
