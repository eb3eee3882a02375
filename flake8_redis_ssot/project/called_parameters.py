"""Functions of the project that call what they are passed: `def run(kind, name): return kind(name)`."""

from __future__ import annotations

import ast

from flake8_redis_ssot.semantic.ast_queries import FunctionNode, find_definition


def calls_argument(tree: ast.Module, qualname: str, slot: int | str) -> bool:
    """Whether a function of a module certainly gets an argument unchanged, and calls it somewhere in its body.

    `qualname` is its local name, `slot` the position or keyword of the argument. Methods and decorated functions may
    get other arguments.
    """
    node = None if "." in qualname else find_definition(tree, qualname)
    if not isinstance(node, FunctionNode) or node.decorator_list:
        return False
    name = _parameter_at(node.args, slot)
    return (
        name is not None and not _is_bound_again(node, name) and any(_is_call_of(each, name) for each in ast.walk(node))
    )


def _parameter_at(arguments: ast.arguments, slot: int | str) -> str | None:
    positional = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    if isinstance(slot, int):
        return positional[slot] if slot < len(positional) else None
    by_keyword = {each.arg for each in (*arguments.args, *arguments.kwonlyargs)}
    return slot if slot in by_keyword else None


def _is_bound_again(node: FunctionNode, name: str) -> bool:
    """Whether anything in a function but the parameter binds its name, also in a nested scope."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and each.id == name and not isinstance(each.ctx, ast.Load):
            return True
        if isinstance(each, (FunctionNode, ast.Lambda)) and each is not node:
            parameters = [*each.args.posonlyargs, *each.args.args, *each.args.kwonlyargs]
            if any(
                parameter.arg == name for parameter in (*parameters, each.args.vararg, each.args.kwarg) if parameter
            ):
                return True
        if getattr(each, "name", None) == name or (isinstance(each, ast.alias) and (each.asname or each.name) == name):
            return True
    return False


def _is_call_of(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
