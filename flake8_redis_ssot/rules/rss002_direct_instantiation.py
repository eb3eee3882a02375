"""A call that creates an instance of a shared resource outside its canonical module.

## Why
Each instance opens connections of its own, misses the settings of the shared one, and is not replaced when a test
replaces the shared one. Subclasses of a guarded class of the project are reported as well, and `cls()` in their class
methods, unless the class method is a configured constructor, whose calls are reported. Unrelated classes with the same
name, annotations, `isinstance` checks and `spec=` arguments are not.

## Bad
```python
from app.redis_manager import RedisManager

redis_manager = RedisManager()
```

## Good
```python
from app.redis_manager import get_redis_manager

redis_manager = get_redis_manager()
```

## Fix safety
The call becomes a call of the accessor, or, for a module-level variable with the name of the instance, an import. The
fix is safe where the accessor returns the same class, the call has no arguments or those of the shared instance, and
every use of the instance could be determined, is supported by the shared one, and neither closes nor changes it. Tests,
asynchronous managers, and instances whose uses could not all be determined are unsafe. Other arguments, tear-downs,
several instances side by side, and a shared class that lacks a method need a decision: such a fix is shown, and never
applied. None is shown where each call computes arguments of its own (`f"redis://{tenant}"`), or where the shared
instance is of another class.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_redis_ssot.model import FindingKind, Refusal
from flake8_redis_ssot.project.constructions import judge_call
from flake8_redis_ssot.project.view import Candidate, Diagnosis, FileContext
from flake8_redis_ssot.rules.rule import Rule
from flake8_redis_ssot.semantic.facts import FileFacts

if TYPE_CHECKING:
    from flake8_redis_ssot.fixes.context import FixContext
    from flake8_redis_ssot.fixes.draft import FixDraft


def collect(facts: FileFacts) -> Iterator[Candidate]:
    """Yield a candidate for each call whose result the enclosing function does not return."""
    for call in facts.calls:
        if not call.is_returned:
            kind = FindingKind.STORED_CONSTRUCTION if call.is_stored and call.function else FindingKind.CONSTRUCTION
            yield Candidate.in_statement(call.span, call.statement_row, call, kind)


def judge(candidate: Candidate, file: FileContext) -> Diagnosis | None:
    """Diagnose a call of a constructor."""
    return judge_call(candidate.fact, file, "creates a new")


def fix(candidate: Candidate, file: FileContext, context: FixContext) -> FixDraft | Refusal:
    """Replace the call by the shared instance."""
    from flake8_redis_ssot.fixes.instances.replace_call import replace_construction  # late: only for fixes

    return replace_construction(candidate.fact, file, context)


RULE = Rule(__name__, (FindingKind.CONSTRUCTION, FindingKind.STORED_CONSTRUCTION), collect, judge, fix)
