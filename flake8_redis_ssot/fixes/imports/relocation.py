"""Where the things of an old module are now, and whether they are still the same things."""

from __future__ import annotations

from dataclasses import dataclass

from flake8_redis_ssot.fixes.context import Bench
from flake8_redis_ssot.fixes.edits.ensure_import import Blocked
from flake8_redis_ssot.project.resolver import Home
from flake8_redis_ssot.project.resources import Deprecated
from flake8_redis_ssot.project.view import View
from flake8_redis_ssot.semantic.signatures import narrower


@dataclass(frozen=True)
class Move:
    """A name of an old module (dotted `old_module`) and what takes its place; `reasons`: why it is not the same."""

    old_module: str
    old_name: str
    module: str
    name: str
    reasons: tuple[str, ...] = ()


def new_module(old: Deprecated, written: str, view: View) -> str:
    """The module that takes the place of the module `written`, which is deprecated or lies in a deprecated one."""
    replacement = old.replacement or old.resource.canonical[0]
    below = written[len(old.name) :] if written.startswith(old.name + ".") else ""
    deeper = f"{replacement}{below}"
    return deeper if below and view.project.path_of(deeper, view.path) is not None else replacement


def move_of(old: Deprecated, module: str, name: str, view: View, bench: Bench) -> Move:
    """What takes the place of `module:name`. Raises Blocked where nothing does."""
    target, new_name = _target(old, module, name, view)
    if view.project.path_of(target, view.path) is None:
        raise Blocked(f"`{target}` is not to be found in the project")
    before = _homes(f"{module}:{name}", view)
    after = _homes(f"{target}:{new_name}", view)
    if not _there(before) and _on_demand(module, view):
        raise Blocked(f"where `{module}` gets its `{name}` from cannot be seen")
    if not _there(before):
        raise Blocked(f"`{module}` has no `{name}`, so this import fails today")
    if not _there(after):
        raise Blocked(f"`{target}` has no `{new_name}`")
    if _keys(before) == _keys(after):
        return Move(module, name, target, new_name)
    return Move(module, name, target, new_name, _as_good(before, after, f"{target}.{new_name}", bench))


def _target(old: Deprecated, module: str, name: str, view: View) -> tuple[str, str]:
    if old.is_symbol:
        replacement, _, symbol = (old.replacement or view.accessor(old.resource)).rpartition(".")
        return replacement, symbol
    return new_module(old, module, view), name


def _homes(origin: str, view: View) -> tuple[Home, ...]:
    return view.homes([origin])


def _there(homes: tuple[Home, ...]) -> bool:
    return bool(homes) and all(home.found for home in homes)


def _on_demand(module: str, view: View) -> bool:
    """Whether a module makes names when they are asked for, or takes all of another one that is not to be found."""
    path = view.project.path_of(module, view.path)
    exports = view.project.load(path) if path is not None else None
    return exports is not None and (exports.dynamic or bool(exports.stars))


def _keys(homes: tuple[Home, ...]) -> set[tuple[str | None, str]]:
    return {(home.path, home.local) for home in homes}


def _as_good(before: tuple[Home, ...], after: tuple[Home, ...], shown: str, bench: Bench) -> tuple[str, ...]:
    """Another thing of that name: a function that gives back the same may take its place, though not for sure."""
    other = Blocked(f"`{shown}` is something else than `{before[0].name}`")
    if len(before) > 1 or len(after) > 1 or before[0].path is None or after[0].path is None:
        raise other
    first = bench.result(before[0])
    second = bench.result(after[0])
    if first is None or second is None or first.home is None or second.home is None:
        raise other
    if _keys((first.home,)) != _keys((second.home,)) or second.fresh:
        raise Blocked(f"`{shown}()` gives back something else than `{before[0].name}()`")
    if (first.is_coroutine, first.is_generator) != (second.is_coroutine, second.is_generator):
        raise Blocked(f"of `{shown}()` and `{before[0].name}()` only one is asynchronous")
    tighter = narrower(first.signature, second.signature)
    if tighter:
        raise Blocked(f"`{shown}()` {tighter}")
    return (f"`{shown}` is another function than `{before[0].name}`, though both give back a `{second.home.name}`",)
