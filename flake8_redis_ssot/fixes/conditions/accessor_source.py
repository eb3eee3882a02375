"""The accessor does not get its instance from what is replaced."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.accessors.flows import FlowSearch
from flake8_redis_ssot.fixes.accessors.model import Variable
from flake8_redis_ssot.fixes.accessors.reads import find_reads
from flake8_redis_ssot.fixes.accessors.recognition import recognise
from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.semantic.ast_queries import FunctionNode

CONDITION = Condition(
    "accessor-source",
    "The accessor does not get its instance from the replaced construction (otherwise there is no fix).",
    shapes=(
        "The construction is not in a function that the accessor calls, directly or by others, nor in a statement "
        "that binds a variable which one of them reads.",
        "Its result is followed through variables, attributes, parameters, containers and functions of its file, and "
        "does not reach a variable that the accessor reads, or a call of a method on one.",
        "If the accessor was not recognised whole, the result is followed into other files as well, and does not reach "
        "an attribute, key or keyword of a name that the accessor reads either.",
    ),
)


def check(accessor: Variable, expression: ast.expr, path: str, context: FixContext, *, is_instance: bool) -> None:
    """Raise NotFixableError if the accessor returns what an expression of the file at `path` makes."""
    reads = context.remember(
        ("reads", accessor, is_instance),
        lambda: find_reads(accessor, recognise(accessor, context, is_instance=is_instance), context),
    )
    shown = f"`{accessor.qualname}`" if is_instance else f"`{accessor.qualname}()`"
    around = next((each for each in context.symbol_table(path).ancestors(expression) if each in reads.nodes), None)
    if around is not None:
        raise NotFixableError(_explain_node(shown, around))
    sink = FlowSearch(reads, context).run(path, expression)
    if sink is not None:
        verb = "returns" if reads.is_recognised else "may return"
        raise NotFixableError(f"{shown} {verb} what is made here: it reaches {sink}")


def _explain_node(shown: str, node: ast.AST) -> str:
    if isinstance(node, FunctionNode):
        return f"{shown} gets its instance by way of `{node.name}`: they would call each other"
    return f"{shown} returns what is made here (line {getattr(node, 'lineno', 0)})"
