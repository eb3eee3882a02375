"""The variables in which a factory keeps its instance, and the lock around them: they go where it goes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_redis_ssot.fixing.bench import Bench
from flake8_redis_ssot.fixing.bringing import Blocked
from flake8_redis_ssot.fixing.factories import Factory
from flake8_redis_ssot.fixing.unfollowed import check_set
from flake8_redis_ssot.fixing.unread import why_kept
from flake8_redis_ssot.references import Variable
from flake8_redis_ssot.rule import View


def statements_of(factory: Factory, view: View, bench: Bench) -> Iterator[ast.stmt]:
    """The statements outside the factory that bind its keepers. Raises Blocked where others use these, Unanswered."""
    sheet = bench.sheet(factory.path)
    inside = set(ast.walk(factory.node))
    for variable in factory.keepers:
        outer = [binding for binding in variable.bindings if binding.node not in inside]
        value = getattr(outer[0].statement, "value", None) if len(outer) == 1 else ast.Name("?")
        if isinstance(value, ast.Call):  # a lock
            if _why_kept(variable, inside, factory.path, bench) is None:
                yield outer[0].statement
            continue
        if len(outer) != 1 or not _starts_empty(value) or sheet.references.parent(outer[0].statement) is not sheet.tree:
            raise Blocked(f"`{variable.name}`, where it keeps the instance, is bound in other ways as well")
        check_set(factory.path, variable.name, view, bench)
        why = _why_kept(variable, inside, factory.path, bench)
        if why is not None:
            raise Blocked(f"{why}, where it keeps the instance")
        yield outer[0].statement


def _starts_empty(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _why_kept(variable: Variable, inside: set[ast.AST], path: str, bench: Bench) -> str | None:
    """Why a variable of the module has to stay once the factory is gone."""
    left = Variable(
        variable.name,
        variable.scope,
        tuple(binding for binding in variable.bindings if binding.node not in inside),
        tuple(read for read in variable.reads if read not in inside),
        tuple(quoted for quoted in variable.quoted if quoted not in inside),
        _is_declared_outside(variable, inside, path, bench),
    )
    return why_kept(left, path, bench)


def _is_declared_outside(variable: Variable, inside: set[ast.AST], path: str, bench: Bench) -> bool:
    """Whether another function has it as `global`."""
    declarations = (node for node in bench.sheet(path).references.nodes if isinstance(node, ast.Global))
    return any(variable.name in node.names and node not in inside for node in declarations)
