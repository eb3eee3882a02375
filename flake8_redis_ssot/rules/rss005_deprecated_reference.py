"""A string that is a dotted path to a deprecated module, or patches a constructor where somebody imports it.

## Why
Strings are what renames forget. A mock whose target is `app.legacy.redis_manager.get_redis_manager` replaces a
name that nobody looks at any more as soon as the code imports the new path: the test still runs, against the real
server. A setting that holds an old path keeps the old module alive, and fails when it goes.

Targets of `mock.patch`, `patch.object`, `patch.dict`, `patch.multiple`, `mocker.patch`, `monkeypatch.setattr` and
`delattr` count, as decorators, context managers and calls, also where the string is put together from constants;
so do other strings that are nothing but a dotted path to a deprecated module or a name in it. A patch of a
constructor in a module that imports it (`app.service.RedisManager`) says that the module makes its own instances:
it moves with the fix of that module. Docstrings and comments never count.

## Bad
```python
from unittest import mock


def test_without_a_server():
    with mock.patch("app.legacy.redis_manager.get_redis_manager"):
        pass
```

## Good
```python
from unittest import mock


def test_without_a_server():
    with mock.patch("app.redis_manager.get_redis_manager"):
        pass
```

## Fix safety
A target follows the import or the call that it stands in for, in one fix with it, over file borders. Where no code
looks the old path up, the new one would put a mock in force that is not today: that is left to you. The fix of a
string that is no target is never safe, as nothing says what it is for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_redis_ssot.model import Refusal
from flake8_redis_ssot.project.constructions import constructors
from flake8_redis_ssot.project.patch_targets import is_patch, origins_of
from flake8_redis_ssot.project.resources import Deprecated
from flake8_redis_ssot.project.view import Site, Verdict, View
from flake8_redis_ssot.semantic.facts import FileFacts, Mention

if TYPE_CHECKING:
    from flake8_redis_ssot.fixes.context import Bench
    from flake8_redis_ssot.fixes.draft import Draft


def collect(facts: FileFacts) -> Iterator[Site]:
    """A site for each string that may name code."""
    for mention in facts.mentions:
        yield Site.at(mention.span, mention.statement_row, mention, "reference")


def judge(site: Site, view: View) -> Verdict | None:
    """Confirm a path into a deprecated module, or to a constructor as seen through a module that imports it."""
    for origin in origins_of(site.fact, view.project):
        found = _deprecated(origin, site.fact, view) or _constructor(origin, site.fact, view)
        if found is not None:
            return found
    return None


def fix(site: Site, view: View, bench: Bench) -> Draft | Refusal:
    """Move the string along with what it stands in for."""
    from flake8_redis_ssot.fixes.patches.retarget import retarget  # late: a check without fixes needs none of it

    return retarget(site.fact, view, bench)


def _deprecated(origin: str, mention: Mention, view: View) -> Verdict | None:
    """The path itself leads through an old module or names an old symbol, wherever the object is at home."""
    module, _, attributes = origin.partition(":")
    if mention.role == "object" and "." in attributes:
        return None  # the way to the object is no string
    written = view.project.module_name(module, view.path)
    name = f"{written}.{attributes}" if attributes else written
    old = view.guards.deprecated(name)
    if old is None or view.exempt(old.resource):
        return None
    if view.project.path_of(module, view.path) is None:
        return None  # there is no such module: nothing can be said about it
    return _old_path(old, name, view)


def _old_path(old: Deprecated, name: str, view: View) -> Verdict:
    what = f"`{name}` leads into deprecated `{old.name}`" if name != old.name else f"`{name}` is deprecated"
    instead = f"`{old.replacement}`" if old.replacement else view.instead(old.resource)
    return Verdict(f"{what}; use {instead} instead", f"name {instead} in the string", name)


def _constructor(origin: str, mention: Mention, view: View) -> Verdict | None:
    """A patch of a constructor in a module that has it from elsewhere, and is not free to use it."""
    module, _, name = origin.partition(":")
    path = view.project.path_of(module, view.path)
    if not is_patch(mention) or path is None or not name or "." in name:
        return None
    for home, resource in constructors([origin], view):
        importer = view.project.modules.name_of(path)
        passed_on = home.path != path
        if passed_on and not view.exempt(resource) and not view.guards.exempt(resource, path, importer):
            what = f"the patch stands in for `{home.name}` in `{importer}`"
            advice = f"fix `{importer}`, and the patch moves along"
            return Verdict(f"{what}; use {view.instead(resource)} there", advice, home.name)
    return None
