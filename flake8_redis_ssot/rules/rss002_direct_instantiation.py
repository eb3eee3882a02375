"""A call that makes a new instance of a shared resource outside its canonical module.

## Why
Each instance opens connections of its own, misses the settings that the shared one got, and is not replaced
when a test replaces the shared one. Subclasses of a guarded class of the project count; a class that only
has the same bare name does not, nor do annotations, `isinstance` checks and `spec=` arguments.

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
The call becomes a call of the accessor; under the instance's own name at module level, an import. Safe where the
accessor gives back the same class, the call has no arguments, all that is done with the instance can be seen and
fits, and nothing ends it or sets anything on it. Tests, asynchronous managers and instances that go out of sight are
unsafe. Arguments, tear-downs, several instances side by side and another class that lacks something need a decision:
such a fix is shown, and never applied.
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
    return judge_call(candidate.fact, file, "makes a")


def fix(candidate: Candidate, file: FileContext, context: FixContext) -> FixDraft | Refusal:
    """Replace the call by the shared instance."""
    from flake8_redis_ssot.fixes.instances.replace_call import replace_construction  # late: only for fixes

    return replace_construction(candidate.fact, file, context)


RULE = Rule(__name__, (FindingKind.CONSTRUCTION, FindingKind.STORED_CONSTRUCTION), collect, judge, fix)
