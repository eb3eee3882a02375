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
There is no automatic fix yet.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_redis_ssot.instances import judge_call
from flake8_redis_ssot.names.facts import FileFacts
from flake8_redis_ssot.rule import Site, Verdict, View


def collect(facts: FileFacts) -> Iterator[Site]:
    """A site for each call whose result the enclosing function does not give back."""
    for call in facts.calls:
        if not call.returned:
            yield Site.at(call.span, call.statement_row, call)


def judge(site: Site, view: View) -> Verdict | None:
    """Confirm a call of a constructor."""
    return judge_call(site.fact, view, "makes a")
