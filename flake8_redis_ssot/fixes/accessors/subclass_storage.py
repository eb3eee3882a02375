"""Class methods that store what `cls()` makes for their class alone: a subclass would store its own for all."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.accessors.model import NotRecognisedError, Variable, format_code, format_place
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.semantic.ast_queries import FunctionNode, iter_scope_nodes


def check_storage(node: FunctionNode, function: Variable, context: FixContext) -> None:
    """Raise NotRecognisedError if an accessor stores `cls()` elsewhere than in `cls`, and a subclass may be that."""
    receiver = next(iter((*node.args.posonlyargs, *node.args.args)), None)
    nodes = [*iter_scope_nodes(node)]
    makes_own = any(isinstance(each, ast.Call) and _is_named(each.func, receiver) for each in nodes)
    for each in nodes if makes_own else ():
        if _is_shared_target(each, receiver, nodes):
            subclass = _find_subclass(function, context)
            if subclass is not None:
                place = format_place(function.path, each, context)
                raise NotRecognisedError(f"{format_code(each)} may hold a `{subclass}` ({place})")


def _is_named(node: ast.AST, receiver: ast.arg | None) -> bool:
    return isinstance(node, ast.Name) and receiver is not None and node.id == receiver.arg


def _is_shared_target(node: ast.AST, receiver: ast.arg | None, nodes: list[ast.AST]) -> bool:
    """Whether a node sets a global variable, or an attribute of anything but the class that the method is called on."""
    if isinstance(node, ast.Attribute):
        return isinstance(node.ctx, ast.Store) and not _is_named(node.value, receiver)
    names = {name for each in nodes if isinstance(each, ast.Global) for name in each.names}
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in names


def _find_subclass(function: Variable, context: FixContext) -> str | None:
    """The name of a class of the project that may be a subclass of the class of a method."""
    qualname = function.qualname.rpartition(".")[0]
    definition = context.names(function.path).find_definition(qualname)
    for path in {function.path: None, **dict.fromkeys(context.analysis.find_class_readers(function.path, qualname))}:
        names = context.names(path)
        for each in names.symbol_table.nodes:
            bases = each.bases if isinstance(each, ast.ClassDef) and each is not definition else []
            found = (names.resolve(base) for base in bases if isinstance(base, (ast.Name, ast.Attribute)))
            if any(base is not None and names.find_node(base) is definition for base in found):
                return each.name if isinstance(each, ast.ClassDef) else None
    return None
