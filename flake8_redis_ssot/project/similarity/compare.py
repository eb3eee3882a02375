"""A class beside a guarded one: what both have, what is missing, and whether one stands in for the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.project.similarity.class_summary import Portrait
from flake8_redis_ssot.project.similarity.guarded_classes import Model
from flake8_redis_ssot.semantic.method_profile import says_something, weight

# Words that say of a class that it is there instead of another one.
_STAND_IN = re.compile(r"Stub|Fake|Mock|Dummy|Null|No_?Op", re.IGNORECASE)
# These may as well say what kind of thing it is.
_KIND = re.compile(r"In_?Memory|Fallback|Simple|Local|Copy", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")


class Likeness(NamedTuple):
    """How a class resembles a model: by methods of the same name, and by other signs, as phrases.

    `otherwise` are those of the `matched` that are awaited on one side only; they count half. `named`: its name says
    what it is there for.
    """

    model: Model
    signs: tuple[str, ...]
    matched: tuple[str, ...]
    missing: tuple[str, ...]
    otherwise: tuple[str, ...]
    share: float
    named: bool = False


def likeness(portrait: Portrait, model: Model, name: str, threshold: float) -> Likeness | None:
    """How a class called `name` stands in for the model; None where it is something else. Raises OSError.

    The methods alone are enough from a share of `threshold` on, where the model is central; half of it is where the
    name has the model's in it, or both wrap the same library.
    """
    found = _compared(portrait, model)
    is_named = name == model.name or _word_in(name, model.name) != ""
    is_like = model.central and says_something(found.matched) and found.share >= threshold / 2
    # Only now is there a reason to look at what it does.
    if not (is_named or is_like) or not portrait.is_service:
        return None
    libraries = portrait.libraries & model.portrait.libraries
    if portrait.libraries and model.portrait.libraries and not libraries:
        return None  # it is there for something else
    named = is_named and _is_named_for(found, portrait, name, bool(libraries))
    enough = is_like and (found.share >= threshold or bool(libraries) or model.name in name)
    # What it is handed does the work, or a framework says what it offers.
    is_passing_on = portrait.delegated.issuperset(found.matched) and not portrait.libraries
    if not named and (not enough or portrait.is_plugin or is_passing_on):
        return None
    return found._replace(signs=tuple(_signs(portrait, model, name, sorted(libraries))), named=named)


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
    says_more = weight(found.matched) >= 1
    if says_more or (alike and name == found.model.name):
        return True
    if len(_WORD.findall(found.model.name)) < 2:
        return False
    return (
        portrait.is_hollow if name == found.model.name else bool(_STAND_IN.fullmatch(_word_in(name, found.model.name)))
    )


def _word_in(name: str, model: str) -> str:
    """The word for a stand-in that a name has before or behind that of the model; empty where there is none."""
    before, found, behind = name.lstrip("_").partition(model)
    words = (word.strip("_") for word in (before, behind) if found)
    return next((word for word in words if _STAND_IN.fullmatch(word) or _KIND.fullmatch(word)), "")


def _signs(portrait: Portrait, model: Model, name: str, libraries: list[str]) -> Iterator[str]:
    if name == model.name:
        yield "it has the same name"
    elif _word_in(name, model.name):
        yield "it is named after it"
    if portrait.is_hollow:
        yield "its methods do nothing" if portrait.methods else "it is empty"
    if libraries:
        yield f"it wraps `{'`, `'.join(libraries)}` as well"
