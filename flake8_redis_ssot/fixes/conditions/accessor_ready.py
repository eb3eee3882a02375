"""The accessor returns the one instance wherever it is called."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_redis_ssot.fixes.accessors.model import Variable
from flake8_redis_ssot.fixes.accessors.recognition import recognise
from flake8_redis_ssot.fixes.conditions.condition import Condition
from flake8_redis_ssot.fixes.context import FixContext
from flake8_redis_ssot.fixes.doubt import Doubt
from flake8_redis_ssot.model import Applicability

CONDITION = Condition(
    "accessor-ready",
    "The accessor returns the shared instance wherever it is called, and does nothing else.",
    shapes=(
        "It returns a name that its module binds exactly once, at module level and unconditionally, to a "
        "construction, to the result of a function that only returns a construction, or to another such name, also "
        "an imported one.",
        "It returns an attribute that a class body binds exactly once in the same way. The class has no metaclass, "
        "unknown decorator or base outside the project, and the attribute is no field of a dataclass.",
        "It makes the instance if it is `None`: in a variable declared `global`, or in an attribute of its class or"
        " of itself, that is bound to `None` once and otherwise only by the accessor. The tests are `x is None`, `x"
        ' is not None`, `not x`, `x` and `hasattr(accessor, "x")`, also with `:=`, in `if` statements and '
        "conditional expressions, with or without a `threading.Lock` or `RLock` of the module or class.",
        "What it makes by `cls()` is stored in an attribute of `cls`, or its class has no subclass in the project.",
        "It is decorated with `functools.cache` or `functools.lru_cache` and returns a construction.",
        "It returns what another function or class method returns that has one of these shapes.",
        "It is a function, class method or static method, also `async`, that reads none of its parameters. Besides "
        "the above its body has only a docstring and imports of the standard library and the project. The other "
        "decorators are `final`, `no_type_check`, `override` and `overload`.",
        "A construction is a call of a class without `__new__`, metaclass or unknown decorators, of a class outside"
        " the project, or of a configured constructor.",
    ),
)


def find_doubts(
    accessor: Variable,
    context: FixContext,
    *,
    is_instance: bool,
    unready_applicability: Applicability = Applicability.UNSAFE,
) -> Iterator[Doubt]:
    """Why an accessor (if `is_instance`: the instance itself) may not be ready.

    `unready_applicability` is that of the fix then.
    """
    model = recognise(accessor, context, is_instance=is_instance)
    if isinstance(model, str):
        yield Doubt(model, unready_applicability)
