"""A class beside a guarded one: what both have, what is missing, and whether one stands in for the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.profiles import says_something, weight
from flake8_redis_ssot.resemblance.gallery import Model
from flake8_redis_ssot.resemblance.portraits import Portrait

# Words that say of a class that it is there instead of another one.
_STAND_IN = re.compile(r"Stub|Fake|Mock|Dummy|Null|No_?[Oo]p|In_?Memory|Fallback|Simple|Local|Copy", re.IGNORECASE)

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")


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


def likeness(portrait: Portrait, model: Model, name: str, threshold: float) -> Likeness | None:
    """How a class called `name` stands in for the model; None where it is something else. Raises OSError.

    The methods alone are enough from a share of `threshold` on, where the model is central; half of it is where the
    name has the model's in it, or both wrap the same library.
    """
    found = _compared(portrait, model)
    is_named = name == model.name or stands_in_by_name(name, model.name)
    is_like = model.central and says_something(found.matched) and found.share >= threshold / 2
    # Only now is there a reason to look at what it does.
    if not (is_named or is_like) or not portrait.is_service:
        return None
    libraries = sorted(portrait.libraries & model.portrait.libraries)
    by_methods = is_like and (found.share >= threshold or bool(libraries) or model.name in name)
    if not by_methods and not _is_named_for(found, portrait, name, bool(libraries)):
        return None
    return found._replace(signs=tuple(_signs(portrait, model, name, libraries)))


def _compared(portrait: Portrait, model: Model) -> Likeness:
    there, here = model.portrait.methods, portrait.methods
    matched = tuple(each for each in there if each in here)
    missing = tuple(each for each in there if each not in here)
    otherwise = tuple(each for each in matched if here[each] is not there[each])
    share = (weight(matched) - weight(otherwise) / 2) / (weight(there) or 1.0)
    return Likeness(model, (), matched, missing, otherwise, share)


def _is_named_for(found: Likeness, portrait: Portrait, name: str, alike: bool) -> bool:
    """Whether the name tells; the same name for something that has nothing in common is chance.

    So is one of a single word (`Settings`, `Client`), without a method that tells more.
    """
    if len(_WORD.findall(found.model.name)) < 2 and weight(found.matched) < 1:
        return alike and name == found.model.name
    if name == found.model.name:
        return portrait.is_hollow or alike or bool(found.matched)
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
    if portrait.is_hollow:
        yield "its methods do nothing" if portrait.methods else "it is empty"
    if libraries:
        yield f"it wraps `{'`, `'.join(libraries)}` as well"
