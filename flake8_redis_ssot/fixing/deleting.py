"""The definition of a factory taken out of its module, with all that is there for it alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import suppress

from flake8_redis_ssot.fixing import unfollowed
from flake8_redis_ssot.fixing.bench import Bench
from flake8_redis_ssot.fixing.bringing import Blocked
from flake8_redis_ssot.fixing.calling import as_call
from flake8_redis_ssot.fixing.construction import doubts_at
from flake8_redis_ssot.fixing.constructors import Spot
from flake8_redis_ssot.fixing.erasing import erased, is_alone
from flake8_redis_ssot.fixing.factories import Factory
from flake8_redis_ssot.fixing.keepers import statements_of
from flake8_redis_ssot.fixing.lookups import is_annotation
from flake8_redis_ssot.fixing.operations import Draft, Read, Replace
from flake8_redis_ssot.fixing.patching import place_of
from flake8_redis_ssot.fixing.recursion import check_recursion
from flake8_redis_ssot.fixing.sharing import shared_for
from flake8_redis_ssot.rule import View


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
    for doubt in unfollowed.doubts(spot, brought, view, bench):
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
