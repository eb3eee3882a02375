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

from flake8_redis_ssot.files.test_paths import is_test_path
from flake8_redis_ssot.model import FindingKind, Refusal
from flake8_redis_ssot.project.view import Candidate, Diagnosis, FileContext
from flake8_redis_ssot.rules.rule import Rule
from flake8_redis_ssot.semantic.facts import FileFacts

if TYPE_CHECKING:
    from flake8_redis_ssot.fixes.context import FixContext
    from flake8_redis_ssot.fixes.draft import FixDraft


def collect(facts: FileFacts) -> Iterator[Candidate]:
    """Yield a candidate for each class that may resemble a guarded one."""
    for summary in facts.similar_classes:
        yield Candidate(summary.span, (summary.span.row,), summary, FindingKind.DUPLICATE)


def judge(candidate: Candidate, file: FileContext) -> Diagnosis | None:
    """Diagnose a class that re-implements a guarded one."""
    duplicates = file.config.duplicates
    if duplicates == "off" or (duplicates == "shipped" and is_test_path(file.relative_path)):
        return None
    from flake8_redis_ssot.project.similarity.diagnosis import judge_duplicate  # late: few files have such a class

    return judge_duplicate(candidate.fact.qualname, file)


def fix(candidate: Candidate, file: FileContext, context: FixContext) -> FixDraft | Refusal:
    """Refuse: the users of the class have to change as well, which only `integrate` does."""
    return Refusal(("its users have to change as well: see `redis-ssot integrate`",))


RULE = Rule(__name__, (FindingKind.DUPLICATE,), collect, judge, fix)
