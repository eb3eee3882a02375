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

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from flake8_redis_ssot.guards import Deprecated
from flake8_redis_ssot.model import Refusal
from flake8_redis_ssot.names.facts import FileFacts, Import, Reach, attribute_of
from flake8_redis_ssot.project import Home
from flake8_redis_ssot.rule import Site, Verdict, View, via

if TYPE_CHECKING:
    from flake8_redis_ssot.fixing.bench import Bench
    from flake8_redis_ssot.fixing.operations import Draft


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
    from flake8_redis_ssot.fixing.redirecting import redirect  # late: a check without fixes needs none of it

    return redirect(olds(site, view), view, bench)


def olds(site: Site, view: View) -> Sequence[tuple[Import | Reach, Deprecated]]:
    """What is old at a confirmed site: each name of a statement that is, with its entry in the configuration."""
    if isinstance(site.fact, Reach):
        reached: Iterable[Deprecated] = (old for old, _, _ in _reached_names(site.fact, view))
        return [(site.fact, old) for old in reached][:1]
    whole = not isinstance(site.fact, Import)
    entries: Iterable[Import] = site.fact if whole else (site.fact,)
    several = ((entry, old) for entry in entries for old, _, _ in _olds(entry, view) if old.is_symbol != whole)
    found: dict[Import, Deprecated] = {}
    for entry, old in several:
        found.setdefault(entry, old)
    return list(found.items())


def _judge_module(entry: Import, view: View) -> Verdict | None:
    """A deprecated module, or a name that is at home in one."""
    return next((_verdict(*old, view) for old in _olds(entry, view) if not old[0].is_symbol), None)


def _judge_name(entry: Import, view: View) -> Verdict | None:
    """A deprecated symbol of a module that is not deprecated as a whole."""
    olds = list(_olds(entry, view))
    if not all(old.is_symbol for old, _, _ in olds):
        return None
    return next((_verdict(*old, view) for old in olds), None)


def _olds(entry: Import, view: View) -> Iterator[tuple[Deprecated, str, tuple[str, ...]]]:
    """What is deprecated about an imported name: the old entry, the name's true home, and who passed it on."""
    if entry.typing_only and view.config.type_checking == "ignore":
        return
    module, _, name = entry.origin.partition(":")
    written = view.project.module_name(module, view.path)
    yield from _old(view, written, ())
    if name and not entry.star:
        yield from _old(view, f"{written}.{name}", (), symbols_only=True)
    for home in _brought_in(entry, view) if entry.star else view.homes([entry.origin]):
        yield from _old(view, home.name, home.chain)


def _brought_in(entry: Import, view: View) -> Iterator[Home]:
    """The homes of the names that are read in the file and that this star import, and no later one, has bound."""
    for read in entry.star_reads:
        own = [part for part in read.split("|") if part.startswith(entry.origin)]
        offered = view.homes(own)
        yield from (home for home in view.homes([read]) if home in offered)


def _old(
    view: View, name: str, chain: tuple[str, ...], *, symbols_only: bool = False
) -> Iterator[tuple[Deprecated, str, tuple[str, ...]]]:
    old = view.guards.deprecated(name)
    if old is not None and not view.exempt(old.resource) and (old.is_symbol or not symbols_only):
        yield old, name, chain


def _judge_reach(reach: Reach, view: View) -> Verdict | None:
    """`package.old.name`, where no import statement of the file names the old module."""
    return next((_verdict(old, name, chain, view) for old, name, chain in _reached_names(reach, view)), None)


def _reached_names(reach: Reach, view: View) -> Iterator[tuple[Deprecated, str, tuple[str, ...]]]:
    bases = view.homes([reach.base])
    for home in view.homes([attribute_of(reach.base, reach.attribute)]):
        for old, name, chain in _old(view, home.name, home.chain):
            known = any(view.guards.deprecated(base.name) == old for base in bases)
            if not known and not _covered(reach.covers, old, view):
                yield old, name, chain


def _covered(modules: Iterable[str], old: Deprecated, view: View) -> bool:
    return any(view.guards.deprecated(view.project.module_name(module, view.path)) == old for module in modules)


def _verdict(old: Deprecated, name: str, chain: tuple[str, ...], view: View) -> Verdict:
    what = f"`{old.name}` is deprecated" if name == old.name else f"`{name}` is in deprecated `{old.name}`"
    what += via(chain, view.module)
    if not old.replacement:
        return Verdict(f"{what}; use {view.instead(old.resource)} instead", view.advice(old.resource), name)
    module, _, symbol = old.replacement.rpartition(".")
    note = f"write `from {module} import {symbol}`" if old.is_symbol and module else f"import from `{old.replacement}`"
    return Verdict(f"{what}; use `{old.replacement}` instead", note, name)
