"""A class in shipped code that duplicates the guarded class.

## Why
A copy or a stub beside the one implementation stalls consolidation: it opens connections of its own, or none, and loses
what is written to it, while its users believe that they have the shared resource. A class is reported if

- it has the name of a guarded class, and shares a method more specific than `get` or `close`, wraps the same library,
  or has no implementation at all; or its name calls it a stub or fake of one (a name of one word, such as `Settings`,
  counts only with such a method); or
- it has half of the guarded class's public methods: a quarter where it wraps the same third-party library, or where its
  name contains the name of the guarded class. Methods that are common in classes of all kinds count a quarter; methods
  that are asynchronous in only one of the two count half.

Adapters, which inherit from the shared class or delegate to it, are not reported; neither are classes that wrap another
library or derive from a framework's class, abstract classes, subclasses, and classes defined in functions.

Test doubles in test code are not reported: `duplicates = "all"` reports them as well, `"off"` reports nothing, and
`duplicate-threshold` sets the required share of methods (0.5).

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
There is no fix in place. `redis-ssot integrate SERVICE` shows what the users of the class call, and changes them to use
the shared instance, or a generated adapter.
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
