"""Making the shared instance does not come back to the accessor, and locks nobody out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from flake8_redis_ssot.fixes.accessors.constructors import ConstructorReader
from flake8_redis_ssot.fixes.accessors.locks import find_other_use
from flake8_redis_ssot.fixes.accessors.model import AccessorModel, NotRecognisedError
from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt

CONDITION = Condition(
    "accessor-recursion",
    "If the first call of the accessor creates the instance, it does not call the accessor again.",
    shapes=(
        "The instance is created when the module is loaded.",
        "The constructor calls only what is outside the project, functions, classes and methods of the project for "
        "which the same holds, and methods of literals and of what code outside the project returned. It passes on "
        "no function or class of the project, loads no module of the project for the first time, and its class "
        "derives from no class outside the project.",
        "A lock that is held meanwhile is not used by other code, nor by a string, `vars()` or a computed name.",
    ),
)


def find_doubts(model: AccessorModel | str, context: FixContext) -> Iterator[Doubt]:
    """Why the accessor of a model may be called again while it makes the instance; nothing if it was not recognised."""
    if isinstance(model, str) or not model.is_lazy:
        return
    reason = context.remember(("recursion", model.functions), lambda: _explain(model, context))
    if reason is not None:
        held = f", while `{model.locks[0].qualname}` is held" if model.locks else ""
        yield Doubt(reason + held)
    for lock in model.locks:
        find = partial(find_other_use, lock, model, context)
        place = context.remember(("lock", lock, model.functions), find)
        if place is not None:
            yield Doubt(f"`{lock.qualname}`, which the accessor holds, is used in {place} as well")


def _explain(model: AccessorModel, context: FixContext) -> str | None:
    reader = ConstructorReader(model, context)
    try:
        for construction in model.constructions:
            reader.read_construction(construction)
    except NotRecognisedError as error:
        return str(error)
    return None
