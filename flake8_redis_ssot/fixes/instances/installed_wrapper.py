"""Functions that are installed in place of the constructor that they call: the shared instance is made by them, too."""

from __future__ import annotations

import ast

from flake8_redis_ssot.fixes.accessors.arguments import identify_constructor
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.edits.ensure_import import NotFixableError
from flake8_redis_ssot.fixes.instances.call_site import ConstructionSite
from flake8_redis_ssot.semantic.ast_queries import FunctionNode


def check(construction: ConstructionSite, path: str, context: FixContext) -> None:
    """Raise NotFixableError if the function around a construction is assigned to its constructor.

    As in `redis.Redis = make_redis`, in the file at `path`.
    """
    names = context.names(path)
    table = names.symbol_table
    function = next((node for node in table.ancestors(construction.expression) if isinstance(node, FunctionNode)), None)
    if function is None:
        return
    for read in table.symbol_of(function).reads:
        statement = table.parent(read)
        if not isinstance(statement, ast.Assign):
            continue
        for target in statement.targets:
            definition = names.resolve(target) if isinstance(target, ast.Attribute) else None
            if definition and identify_constructor(definition) == identify_constructor(construction.definition):
                raise NotFixableError(
                    f"line {statement.lineno}: `{function.name}` is installed in place of `{ast.unparse(target)}`, so "
                    "the shared instance is made here as well"
                )
