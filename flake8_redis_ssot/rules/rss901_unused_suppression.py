"""A code in a `noqa` comment that silences nothing.

Reported only where it is asked for: `--extend-select RSS901`, or `select = ["ALL"]` in the settings.

## Why
A comment that has outlived what it was for hides the next mistake on its line. Each code is looked at by itself, and
so are prefixes; other tools' codes, and `# noqa` without any, are theirs to judge. Nothing is said of a code that is
not asked for in the file, nor in a file of which a part could not be analysed. To find such comments, files that hold
one are read even if they mention nothing that is guarded.

## Bad
```python
from app.redis_manager import get_redis_manager

manager = get_redis_manager()  # noqa: RSS002
```

## Good
```python
from app.redis_manager import RedisManager

manager = RedisManager()  # noqa: RSS002
```

## Fix safety
The code is deleted, and with the last code the comment and its reason. Other codes, other comments on the line and all
other bytes stay. Always safe: no code changes, and what is deleted had no effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_redis_ssot.project.view import Site, Verdict, View
from flake8_redis_ssot.semantic.facts import FileFacts
from flake8_redis_ssot.syntax.noqa import codes_meant, is_unused

if TYPE_CHECKING:
    from flake8_redis_ssot.fixes.context import Bench
    from flake8_redis_ssot.fixes.draft import Draft


def collect(facts: FileFacts) -> Iterator[Site]:
    """A site for each code of ours in a comment."""
    for named in facts.suppressions:
        yield Site(named.span, (named.span.row,), named, "suppression")


def judge(site: Site, view: View) -> Verdict | None:
    """Confirm that nothing was found which it would silence."""
    confirmed = view.confirmed
    if confirmed is None or view.facts.gaps or not is_unused(site.fact, confirmed.sites, confirmed.codes.__contains__):
        return None
    code = site.fact.code
    message = f"`{code}` silences nothing here" if codes_meant(code) else f"`{code}` is no code, and silences nothing"
    return Verdict(message, "delete it, or it hides what comes next", code)


def fix(site: Site, view: View, bench: Bench) -> Draft:
    """Delete it."""
    from flake8_redis_ssot.fixes.noqa_edits import without_code  # late: a check without fixes needs none of it

    return without_code(site.fact, view.path, bench)
