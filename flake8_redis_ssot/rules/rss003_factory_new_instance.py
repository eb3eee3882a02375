"""A function that gives back a new instance, or a constructor handed over to be called later.

## Why
A factory hides construction from everyone who calls it: each caller gets an instance of its own, or all share a
second, hidden singleton. A function, method, property, lambda or fixture counts when the new instance itself is
what it returns or yields: directly, through a local name, or through the attribute or global that it caches it
in. So does a constructor that is given to `partial`, `default_factory=`, `Depends` and the like.
An instance that is returned inside a container, or used up on the way, is RSS002. A call has one code.

## Bad
```python
from app.redis_manager import RedisManager


def make_manager():
    manager = RedisManager()
    return manager
```

## Good
```python
from app.redis_manager import get_redis_manager


def make_manager():
    return get_redis_manager()
```

## Fix safety
As for RSS002. The name of the factory stays; what its callers do with the result has to be seen for a safe fix.
Where the name says that something new is made (`make_manager`), another one (`get_manager`) is offered besides, with
everybody who calls it: shown, never applied. `redis-ssot remediate --phase 2 --pattern factory --inline` replaces the
calls of a factory that does nothing else, and deletes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_redis_ssot.model import Refusal
from flake8_redis_ssot.project.constructions import judge_call, judge_handover
from flake8_redis_ssot.project.view import Site, Verdict, View
from flake8_redis_ssot.semantic.facts import Argument, FileFacts

if TYPE_CHECKING:
    from flake8_redis_ssot.fixes.context import Bench
    from flake8_redis_ssot.fixes.draft import Draft


def collect(facts: FileFacts) -> Iterator[Site]:
    """A site for each call whose result the enclosing function gives back, and for each argument of a call."""
    for call in facts.calls:
        if call.returned:
            yield Site.at(call.span, call.statement_row, call, "factory")
    for argument in facts.arguments:
        yield Site.at(argument.span, argument.statement_row, argument, "factory")


def judge(site: Site, view: View) -> Verdict | None:
    """Confirm a factory, or a constructor that is handed over."""
    if isinstance(site.fact, Argument):
        return judge_handover(site.fact, view)
    return judge_call(site.fact, view, "returns a")


def fix(site: Site, view: View, bench: Bench) -> Draft | Refusal:
    """Take the shared instance."""
    from flake8_redis_ssot.fixes.instances.replace_call import (
        replace_construction,  # late: a check without fixes needs none of it
    )

    return replace_construction(site.fact, view, bench)


def inline(site: Site, view: View, bench: Bench) -> Draft | Refusal:
    """Take the shared instance wherever the function is called, and delete that."""
    from flake8_redis_ssot.fixes.factories import inline  # late: it has to be asked for

    return inline.inline(site.fact, view, bench)
