"""Import of a deprecated module, or of a name whose true home is one.

## Why
A deprecated module keeps an old copy of the shared resource alive, or is only there until nobody imports it.
As long as one file does, it cannot be deleted, and mocks, pools and settings have two homes. Every form of
import counts: plain, `from`, relative, star, in a function, under `TYPE_CHECKING`, by `importlib`, by attribute
of a package, and through any number of modules that pass the name on.

A statement that imports a deprecated module is one finding, at its first line. Where a single symbol of a
module is deprecated, each name is a finding of its own. With `type-checking = "ignore"`, imports that only a
type checker sees are passed over.

## Bad
```python
from app.legacy.redis_manager import redis_manager
```

## Good
```python
from app.redis_manager import redis_manager
```

## Fix safety
An import that nobody reads is deleted: no code in the file, no other file, no string, no `__all__`. Where the
old module only passes the new thing on, the import names its new home, and stays where it is. Both are safe, unless
a patch of the old path would then reach more code than before. Another function that gives back the same thing, a
module that is handed on, and two arms of a `try` that become one are unsafe. What the new module does not have, what
would close a ring of imports or cross a service border, and imports that are tested for what they do stay, and the
report says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from flake8_redis_ssot.model import Refusal
from flake8_redis_ssot.project.deprecations import deprecated_at, deprecated_in, deprecated_in_access
from flake8_redis_ssot.project.resources import Deprecated
from flake8_redis_ssot.project.view import Site, Verdict, View, via
from flake8_redis_ssot.semantic.facts import FileFacts, Import, Reach

if TYPE_CHECKING:
    from flake8_redis_ssot.fixes.context import Bench
    from flake8_redis_ssot.fixes.draft import Draft


def collect(facts: FileFacts) -> Iterator[Site]:
    """A site for each import statement, for each name in it, and for each attribute that reaches into a package."""
    for statement, entries in groupby(facts.imports, key=lambda entry: entry.statement):
        imports = tuple(entries)
        # Formatters move a comment about in a long statement, so any of its lines will do.
        rows = tuple(range(statement.row, statement.end_row + 1))
        yield Site(statement, rows, imports, "import", imports[0].function)
        for entry in imports:
            yield Site.at(entry.span, statement.row, entry, "import")
    for reach in facts.reaches:
        yield Site.at(reach.span, reach.statement_row, reach, "import")


def judge(site: Site, view: View) -> Verdict | None:
    """Confirm a site: the whole statement where a module is deprecated, else the single name."""
    if isinstance(site.fact, Reach):
        return _judge_reach(site.fact, view)
    if isinstance(site.fact, Import):
        return _judge_name(site.fact, view)
    return next(filter(None, (_judge_module(entry, view) for entry in site.fact)), None)


def fix(site: Site, view: View, bench: Bench) -> Draft | Refusal:
    """Delete the import where nobody reads it, else import the new thing."""
    from flake8_redis_ssot.fixes.imports.replace_import import redirect  # late: a check without fixes needs none of it

    return redirect(deprecated_at(site, view), view, bench)


def _judge_module(entry: Import, view: View) -> Verdict | None:
    """A deprecated module, or a name that is at home in one."""
    return next((_verdict(*old, view) for old in deprecated_in(entry, view) if not old[0].is_symbol), None)


def _judge_name(entry: Import, view: View) -> Verdict | None:
    """A deprecated symbol of a module that is not deprecated as a whole."""
    olds = list(deprecated_in(entry, view))
    if not all(old.is_symbol for old, _, _ in olds):
        return None
    return next((_verdict(*old, view) for old in olds), None)


def _judge_reach(reach: Reach, view: View) -> Verdict | None:
    """`package.old.name`, where no import statement of the file names the old module."""
    return next((_verdict(old, name, chain, view) for old, name, chain in deprecated_in_access(reach, view)), None)


def _verdict(old: Deprecated, name: str, chain: tuple[str, ...], view: View) -> Verdict:
    what = f"`{old.name}` is deprecated" if name == old.name else f"`{name}` is in deprecated `{old.name}`"
    what += via(chain, view.module)
    if not old.replacement:
        return Verdict(f"{what}; use {view.instead(old.resource)} instead", view.advice(old.resource), name)
    module, _, symbol = old.replacement.rpartition(".")
    note = f"write `from {module} import {symbol}`" if old.is_symbol and module else f"import from `{old.replacement}`"
    return Verdict(f"{what}; use `{old.replacement}` instead", note, name)
