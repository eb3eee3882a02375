"""The observed uses of a value in one file."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from flake8_redis_ssot.fixes.document import SourceDocument
from flake8_redis_ssot.fixes.usage.file_follower import collect_uses
from flake8_redis_ssot.fixes.usage.observations import (
    DerivedValue,
    Discarded,
    Escape,
    MemberUse,
    ModuleVariable,
    Observation,
    Returned,
    StoredAttribute,
    TypeCheck,
)


def observe(text: str) -> tuple[Observation, ...]:
    document = SourceDocument.from_bytes("a.py", dedent(text).encode())
    call = next(each for each in document.calls if isinstance(each.func, ast.Name) and each.func.id == "Store")
    return collect_uses(call, document).observations


@pytest.mark.parametrize(
    ("text", "observed"),
    [
        ("Store()", [Discarded]),
        ("store = Store()", [ModuleVariable]),
        ("self.store = Store()", [StoredAttribute]),
        ("def f():\n    return Store()", [Returned]),
        ("def f():\n    yield Store()", [Returned]),
        ("stores[0] = Store()", [Escape]),
        ("Store().get()", [MemberUse, DerivedValue]),
        ("def f(store):\n    store.get()\n\nf(Store())", [MemberUse, DerivedValue]),
        ("cast(Any, Store()).limit = 1", [MemberUse]),
        ("cast(typ=Any, val=Store())", [Escape]),
        ("isinstance(Store(), Store)", [TypeCheck]),
    ],
)
def test_observations(text: str, observed: list[type[Observation]]) -> None:
    assert [type(each) for each in observe(text)] == observed
