"""A file, or part of a file, that could not be analysed.

## Why
Code that could not be parsed was not checked. The message says where and why; the rest of the file was checked. Only
files that mention a guarded name are parsed, and in them only the functions that can name something relevant, so broken
code that has nothing to do with the resource is not reported.

## Bad
```python
from app.redis_manager import RedisManager


def use(manager: RedisManager)
    return manager.get("key")
```

## Good
```python
from app.redis_manager import RedisManager


def use(manager: RedisManager):
    return manager.get("key")
```

## Fix safety
There is no fix: the intended code can't be inferred.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_redis_ssot.model import FindingKind, Span
from flake8_redis_ssot.project.view import Candidate, Diagnosis, FileContext
from flake8_redis_ssot.rules.rule import Rule
from flake8_redis_ssot.semantic.facts import FileFacts


def collect(facts: FileFacts) -> Iterator[Candidate]:
    """Yield a candidate for each unanalysed range."""
    for gap in facts.unanalysed_ranges:
        yield Candidate(Span(gap.row, gap.column, gap.row, gap.column), (gap.row,), gap, FindingKind.GAP)


def judge(candidate: Candidate, file: FileContext) -> Diagnosis | None:
    """Diagnose an unanalysed range, which needs no confirmation by the project."""
    return Diagnosis(f"not analysed: {candidate.fact.reason}", "the rest of the file has been checked", "")


RULE = Rule(__name__, (FindingKind.GAP,), collect, judge)
