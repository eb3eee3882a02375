"""A function that returns a new instance, or a constructor that is passed on to be called later.

## Why
A factory hides construction from its callers: each gets a separate instance, or all share a second, hidden singleton.
A function, method, property, lambda or fixture is reported when the new instance itself is what it returns or yields:
directly, through a local variable, or through the attribute or global variable that caches it. So is a constructor
passed to `partial`, `default_factory=`, `Depends` and the like, or to a function of the project that calls it. An
instance that is returned inside a container, or only used inside the function, is RSS002. Each call has one code.

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
As for RSS002. The name of the factory stays; a safe fix requires that every use of its result could be determined.
Where the name suggests a new instance (`make_manager`), a rename (`get_manager`) of it and its callers is offered as
well: shown, never applied. `redis-ssot remediate --phase 2 --pattern factory --inline` replaces the calls of a factory
that does nothing else, and deletes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_redis_ssot.model import FindingKind, Refusal
from flake8_redis_ssot.project.constructions import judge_call, judge_callback
from flake8_redis_ssot.project.view import Candidate, Diagnosis, FileContext
from flake8_redis_ssot.rules.rule import Rule
from flake8_redis_ssot.semantic.facts import Call, CallbackArgument, FileFacts

if TYPE_CHECKING:
    from flake8_redis_ssot.fixes.context import FixContext
    from flake8_redis_ssot.fixes.draft import FixDraft


def collect(facts: FileFacts) -> Iterator[Candidate]:
    """Yield a candidate for each call whose result the enclosing function returns, and each argument of a call."""
    for call in facts.calls:
        if call.is_returned:
            yield Candidate.in_statement(call.span, call.statement_row, call, FindingKind.FACTORY)
    for argument in facts.callback_arguments:
        yield Candidate.in_statement(argument.span, argument.statement_row, argument, FindingKind.FACTORY)


def judge(candidate: Candidate, file: FileContext) -> Diagnosis | None:
    """Diagnose a construction in a factory, or a constructor that is passed as a callback."""
    if isinstance(candidate.fact, CallbackArgument):
        return judge_callback(candidate.fact, file)
    call: Call = candidate.fact
    if call.is_stored:
        return judge_call(call, file, "creates a", "and keeps it")
    return judge_call(call, file, "yields a new" if call.is_yielded else "returns a new")


def fix(candidate: Candidate, file: FileContext, context: FixContext) -> FixDraft | Refusal:
    """Replace the construction by the shared instance."""
    from flake8_redis_ssot.fixes.instances.replace_call import replace_construction  # late: only for fixes

    return replace_construction(candidate.fact, file, context)


def inline(candidate: Candidate, file: FileContext, context: FixContext) -> FixDraft | Refusal:
    """Replace all calls of the factory by the shared instance, and delete the factory."""
    from flake8_redis_ssot.fixes.factories.inline import inline_factory  # late: only for `--inline`

    return inline_factory(candidate.fact, file, context)


RULE = Rule(__name__, (FindingKind.FACTORY,), collect, judge, fix, inline)
