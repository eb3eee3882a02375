"""What is deprecated about what a file imports or reaches into."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from flake8_redis_ssot.project.resolver import Home
from flake8_redis_ssot.project.resources import Deprecated
from flake8_redis_ssot.project.view import Site, View
from flake8_redis_ssot.semantic.facts import Import, Reach, attribute_of


def deprecated_at(site: Site, view: View) -> Sequence[tuple[Import | Reach, Deprecated]]:
    """What is old at a confirmed site: each name of a statement that is, with its entry in the configuration."""
    if isinstance(site.fact, Reach):
        reached: Iterable[Deprecated] = (old for old, _, _ in deprecated_in_access(site.fact, view))
        return [(site.fact, old) for old in reached][:1]
    whole = not isinstance(site.fact, Import)
    entries: Iterable[Import] = site.fact if whole else (site.fact,)
    several = ((entry, old) for entry in entries for old, _, _ in deprecated_in(entry, view) if old.is_symbol != whole)
    found: dict[Import, Deprecated] = {}
    for entry, old in several:
        found.setdefault(entry, old)
    return list(found.items())


def deprecated_in(entry: Import, view: View) -> Iterator[tuple[Deprecated, str, tuple[str, ...]]]:
    """What is deprecated about an imported name: the old entry, the name's true home, and who passed it on."""
    if entry.typing_only and view.config.type_checking == "ignore":
        return
    module, _, name = entry.origin.partition(":")
    written = view.project.module_name(module, view.path)
    yield from _deprecated(view, written, ())
    if name and not entry.star:
        yield from _deprecated(view, f"{written}.{name}", (), symbols_only=True)
    for home in _brought_in(entry, view) if entry.star else view.homes([entry.origin]):
        yield from _deprecated(view, home.name, home.chain)


def _brought_in(entry: Import, view: View) -> Iterator[Home]:
    """The homes of the names that are read in the file and that this star import, and no later one, has bound."""
    for read in entry.star_reads:
        own = [part for part in read.split("|") if part.startswith(entry.origin)]
        offered = view.homes(own)
        yield from (home for home in view.homes([read]) if home in offered)


def _deprecated(
    view: View, name: str, chain: tuple[str, ...], *, symbols_only: bool = False
) -> Iterator[tuple[Deprecated, str, tuple[str, ...]]]:
    old = view.guards.deprecated(name)
    if old is not None and not view.exempt(old.resource) and (old.is_symbol or not symbols_only):
        yield old, name, chain


def deprecated_in_access(reach: Reach, view: View) -> Iterator[tuple[Deprecated, str, tuple[str, ...]]]:
    """The same of an attribute that reaches into a deprecated module which no import of the file names."""
    bases = view.homes([reach.base])
    for home in view.homes([attribute_of(reach.base, reach.attribute)]):
        for old, name, chain in _deprecated(view, home.name, home.chain):
            known = any(view.guards.deprecated(base.name) == old for base in bases)
            if not known and not _covered(reach.covers, old, view):
                yield old, name, chain


def _covered(modules: Iterable[str], old: Deprecated, view: View) -> bool:
    return any(view.guards.deprecated(view.project.module_name(module, view.path)) == old for module in modules)
