"""A class in shipped code that does again what the guarded class does.

## Why
A copy or a stub beside the one implementation is where consolidation stalls: it opens connections of its own, or none
and loses what is written, and whoever imports it believes to have the shared resource. A class counts where

- it has the name of a guarded class, and a method that tells more than `get` or `close` in common with it, the same
  library, or nothing in it at all; or is called a stub or fake of one (a name of one word, such as `Settings`, says
  nothing without such a method); or
- it has half of the guarded class's public methods: a quarter where it wraps the same third-party library, or has the
  guarded class's name in its own. Methods that classes of all kinds have count a quarter; those that are awaited in
  one of both only count half.

Classes that stand on the shared one, or pass everything on to what they are handed (adapters), that wrap another
library or derive from a class of a framework, abstract ones, subclasses, and what a function makes for itself are
none.

Test doubles in test code are not reported: `duplicates = "all"` in the configuration reports them too, `"off"` none;
`duplicate-threshold` is the part of the methods that counts as enough (0.5).

## Bad
```python
class RedisManager:
    def get(self, key):
        return None
```

## Good
```python
from app.redis_manager import get_redis_manager


class Counters:
    def __init__(self):
        self.redis = get_redis_manager()

    def get(self, key):
        return self.redis.get(f"count:{key}")
```

## Fix safety
There is no fix in place. `redis-ssot integrate SERVICE` shows what the users of the class call, and switches them over
to the shared one, or to an adapter that is written for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_redis_ssot.files.test_paths import is_test
from flake8_redis_ssot.model import Refusal
from flake8_redis_ssot.project.view import Site, Verdict, View
from flake8_redis_ssot.semantic.facts import FileFacts

if TYPE_CHECKING:
    from flake8_redis_ssot.fixes.context import Bench
    from flake8_redis_ssot.fixes.draft import Draft


def collect(facts: FileFacts) -> Iterator[Site]:
    """A site for each class that may resemble a guarded one."""
    for each in facts.classes:
        yield Site(each.span, (each.span.row,), each, "duplicate")


def judge(site: Site, view: View) -> Verdict | None:
    """Confirm a class that does what a guarded one does."""
    wanted = view.config.duplicates
    if wanted == "off" or (wanted == "shipped" and is_test(view.relative)):
        return None
    from flake8_redis_ssot.project.similarity.verdict import judge_class  # late: few files have such a class

    return judge_class(site.fact.name, view)


def fix(site: Site, view: View, bench: Bench) -> Draft | Refusal:
    """Whoever uses it has to change; that is a matter of the whole service."""
    return Refusal(("its users have to change as well: see `redis-ssot integrate`",))
