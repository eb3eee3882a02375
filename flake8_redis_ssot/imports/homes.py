"""Another import statement of the same block where a name can go."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence

from flake8_redis_ssot.imports.named import Named, names_of

Import = ast.Import | ast.ImportFrom


def home_of(block: Sequence[ast.stmt], statement: Import, named: Named, gone: Collection[ast.stmt]) -> Import | None:
    """A statement that brings in the name, or can bring it in as well as one next to `statement` would.

    Between the two nothing may mention the name as it is called here: it could be rebound there, or, where it
    would come later than now, be used. `gone` are statements that will not be there.
    """
    middle = next(at for at, each in enumerate(block) if each is statement)
    left = {id(each) for each in block} - {id(each) for each in (*gone, statement)}
    for at, each in enumerate(block):
        if isinstance(each, Import) and id(each) in left and _takes(each, named):
            between = block[min(at, middle) + 1 : max(at, middle)]
            harmless = at < middle or all(isinstance(other, Import) for other in between)
            if harmless and not any(_mentions(other, named.local) for other in between):
                return each
    return None


def has(statement: Import, named: Named) -> bool:
    """Whether the statement brings in the name, called the same."""
    return named.key in {each.key for each in names_of(statement)}


def _takes(statement: Import, named: Named) -> bool:
    """Whether the name is there already, or may be added: to a `from` of its module that does not call another so."""
    names = names_of(statement)
    fits = bool(named.module) and named.name != "*" and names[0].shape == named.shape
    return has(statement, named) or (fits and named.local not in {each.local for each in names})


def _mentions(statement: ast.stmt, local: str) -> bool:
    """Whether the word occurs anywhere in the statement, or may be bound by a star."""
    words = {word for node in ast.walk(statement) for word in _words(node)}
    return bool({local.partition(".")[0], "*"} & words)


def _words(node: ast.AST) -> list[str]:
    values = [value for _, value in ast.iter_fields(node)]
    flat = [each for value in values for each in (value if isinstance(value, list) else [value])]
    return [each.partition(".")[0] for each in flat if isinstance(each, str)]
