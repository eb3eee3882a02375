"""The definition of a factory taken out of its module, with all that is there for it alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import suppress

from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.draft import Draft, Read, Replace
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked
from flake8_redis_ssot.fixes.edits.remove_statement import erased, is_alone
from flake8_redis_ssot.fixes.factories.factory import Factory
from flake8_redis_ssot.fixes.imports.unused import why_kept
from flake8_redis_ssot.fixes.instances.accessor import shared_for
from flake8_redis_ssot.fixes.instances.accessor_call import as_call
from flake8_redis_ssot.fixes.instances.call_site import Spot
from flake8_redis_ssot.fixes.instances.recursion import check_recursion
from flake8_redis_ssot.fixes.instances.replace_call import doubts_at
from flake8_redis_ssot.fixes.patches import untracked
from flake8_redis_ssot.fixes.patches.lookups import is_annotation
from flake8_redis_ssot.fixes.patches.patch import place_of
from flake8_redis_ssot.fixes.patches.untracked import check_set
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.scopes import Variable


def deleted(factory: Factory, spot: Spot, view: View, bench: Bench) -> Draft:
    """The deletion, trusted as far as the shared instance is in the factory itself; its callers are not looked at.

    Raises Blocked, Unanswered.
    """
    shared = shared_for(spot, view, bench)
    check_recursion(shared, spot, view, bench)
    _, brought = as_call(spot, shared, view, bench)
    _check_stub(factory, bench)
    _check_patches(factory, view, bench)
    name = shared.name if shared.is_instance else f"{shared.name}()"
    operations = tuple(_erasure(_statements(factory, view, bench), factory, bench))
    draft = Draft(f"Take `{name}` where `{factory.name}()` is called, and delete that", operations)
    for doubt in doubts_at(spot, shared, view, bench, seen=factory.node):
        draft = draft.doubted([doubt.reason], doubt.applicability)
    for doubt in untracked.doubts(spot, brought, view, bench):
        draft = draft.doubted([doubt.reason], doubt.applicability)
    return draft


def _statements(factory: Factory, view: View, bench: Bench) -> list[ast.stmt]:
    """The definition, and what binds the variables that only it uses."""
    sheet = bench.sheet(factory.path)
    others = list(statements_of(factory, view, bench))
    crowded = next((each.lineno for each in others if not is_alone(each, sheet)), 0)
    if crowded:
        raise Blocked(f"line {crowded} holds more than what goes with it")
    return [factory.node, *others]


def _erasure(statements: Sequence[ast.stmt], factory: Factory, bench: Bench) -> Iterator[Replace]:
    sheet = bench.sheet(factory.path)
    released = tuple(_reads(statements, factory, bench))
    for cut in erased(statements, sheet):
        yield Replace(factory.path, cut, released)


def _reads(statements: Sequence[ast.stmt], factory: Factory, bench: Bench) -> Iterator[Read]:
    """What statements read of their module, strings in the place of types too."""
    references = bench.sheet(factory.path).references
    for node in (each for statement in statements for each in ast.walk(statement)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            variable = references.seen(node.id, node)
            if variable is not None and variable.scope is references.module:
                yield node
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node


def _check_stub(factory: Factory, bench: Bench) -> None:
    """Whether a stub file has the definition as well. Raises Blocked."""
    stub = f"{factory.path}i"
    with suppress(OSError):
        bench.known.data(stub)
        raise Blocked(f"{bench.relative(stub)} describes it as well")


def _check_patches(factory: Factory, view: View, bench: Bench) -> None:
    """Whether a patch stands in for something that the factory reads, which callers would not see. Raises Blocked."""
    sheet = bench.sheet(factory.path)
    reads = [read for read in _reads([factory.node], factory, bench) if isinstance(read, ast.Name)]
    for name in sorted({read.id for read in reads if not is_annotation(read, sheet)}):
        for target in bench.patches(factory.path, name):
            raise Blocked(f"the patch at {place_of(target, view)} stands in for `{name}` in it")


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
