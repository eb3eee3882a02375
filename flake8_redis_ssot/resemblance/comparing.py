"""A class beside a guarded one: what both have, what is missing, and whether one stands in for the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.interface import Kind
from flake8_redis_ssot.profiles import says_something, weight
from flake8_redis_ssot.resemblance.models import Model
from flake8_redis_ssot.resemblance.portraits import Portrait

# Words that say of a class that it is there instead of another one.
_STAND_IN = re.compile(r"Stub|Fake|Mock|Dummy|Null|No_?[Oo]p|In_?Memory|Fallback|Simple|Local|Copy", re.IGNORECASE)
_AWAITED = frozenset({Kind.COROUTINE, Kind.ASYNC_GENERATOR, Kind.ASYNC_CONTEXT})


class Likeness(NamedTuple):
    """How a class resembles a model: by methods of the same name, and by other signs, as phrases.

    `otherwise` are those of the `matched` that are awaited on one side only; they count half.
    """

    model: Model
    signs: tuple[str, ...]
    matched: tuple[str, ...]
    missing: tuple[str, ...]
    otherwise: tuple[str, ...]
    share: float


def likeness(portrait: Portrait, original: Portrait, model: Model, name: str, threshold: float) -> Likeness | None:
    """How a class called `name` stands in for the model; None where it is something else.

    The methods alone are enough from a share of `threshold` on, where the model is central.
    """
    found = _compared(portrait, original, model, name)
    alike = not portrait.libraries.isdisjoint(original.libraries)
    by_name = _is_named_for(found, portrait, name, alike)
    # Half of the threshold is enough where something else speaks for it.
    least = threshold / 2 if alike or model.name in name else threshold
    by_methods = model.central and says_something(found.matched) and found.share >= least
    return found if not portrait.abstract and (by_name or by_methods) else None


def _compared(portrait: Portrait, original: Portrait, model: Model, name: str) -> Likeness:
    matched = tuple(each for each in original.methods if each in portrait.methods)
    missing = tuple(each for each in original.methods if each not in portrait.methods)
    otherwise = tuple(each for each in matched if _is_awaited(each, portrait) is not _is_awaited(each, original))
    share = (weight(matched) - weight(otherwise) / 2) / (weight(original.methods) or 1.0)
    libraries = sorted(portrait.libraries & original.libraries)
    return Likeness(model, tuple(_signs(portrait, model, name, libraries)), matched, missing, otherwise, share)


def _is_awaited(name: str, portrait: Portrait) -> bool:
    return portrait.methods[name].kind in _AWAITED


def _is_named_for(found: Likeness, portrait: Portrait, name: str, alike: bool) -> bool:
    """Whether the name tells; the same name for something that has nothing in common is chance."""
    if name == found.model.name:
        return portrait.hollow or alike or bool(found.matched)
    return stands_in_by_name(name, found.model.name)


def stands_in_by_name(name: str, model: str) -> bool:
    """Whether a name is that of the model with a word for a stand-in before or behind it."""
    before, found, behind = name.lstrip("_").partition(model)
    return bool(found) and any(_STAND_IN.fullmatch(word.strip("_")) for word in (before, behind))


def _signs(portrait: Portrait, model: Model, name: str, libraries: list[str]) -> Iterator[str]:
    if name == model.name:
        yield "it has the same name"
    elif stands_in_by_name(name, model.name):
        yield "it is named after it"
    if portrait.hollow:
        yield "its methods do nothing" if portrait.methods else "it is empty"
    if libraries:
        yield f"it wraps `{'`, `'.join(libraries)}` as well"
