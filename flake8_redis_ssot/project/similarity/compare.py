"""A class beside a guarded one: what both have, what is missing, and whether one stands in for the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.project.similarity.class_summary import ClassSummary
from flake8_redis_ssot.project.similarity.guarded_classes import GuardedClass
from flake8_redis_ssot.semantic.method_profile import is_distinctive, total_weight

# Words that say of a class that it is there instead of another one.
_REPLACEMENT_WORD = re.compile(r"Stub|Fake|Mock|Dummy|Null|No_?Op", re.IGNORECASE)
# These may as well say what kind of thing it is.
_VARIANT_WORD = re.compile(r"In_?Memory|Fallback|Simple|Local|Copy", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")


class Similarity(NamedTuple):
    """How a class resembles a model: by methods of the same name, and by other signs, as phrases.

    `async_mismatches` are those of the `shared_methods` that are awaited on one side only; they count half.
    `is_named_alike`: its name says what it is there for.
    """

    guarded_class: GuardedClass
    signs: tuple[str, ...]
    shared_methods: tuple[str, ...]
    missing_methods: tuple[str, ...]
    async_mismatches: tuple[str, ...]
    share: float
    is_named_alike: bool = False


def compare_classes(
    summary: ClassSummary, guarded_class: GuardedClass, name: str, threshold: float
) -> Similarity | None:
    """How a class called `name` stands in for the model; None where it is something else. Raises OSError.

    The methods alone are enough from a share of `threshold` on, where the model is central; half of it is where the
    name has the model's in it, or both wrap the same library.
    """
    similarity = _compare_methods(summary, guarded_class)
    is_named = name == guarded_class.name or _replacement_word(name, guarded_class.name) != ""
    is_like = (
        guarded_class.is_canonical and is_distinctive(similarity.shared_methods) and similarity.share >= threshold / 2
    )
    # Only now is there a reason to look at what it does.
    if not (is_named or is_like) or not summary.is_service:
        return None
    libraries = summary.libraries & guarded_class.summary.libraries
    if summary.libraries and guarded_class.summary.libraries and not libraries:
        return None  # it is there for something else
    is_named_alike = is_named and _is_name_evidence(similarity, summary, name, bool(libraries))
    is_similar_enough = is_like and (similarity.share >= threshold or bool(libraries) or guarded_class.name in name)
    # What it is handed does the work, or a framework says what it offers.
    is_delegating = summary.delegating_methods.issuperset(similarity.shared_methods) and not summary.libraries
    if not is_named_alike and (not is_similar_enough or summary.is_framework_subclass or is_delegating):
        return None
    return similarity._replace(
        signs=tuple(_signs(summary, guarded_class, name, sorted(libraries))), is_named_alike=is_named_alike
    )


def _compare_methods(summary: ClassSummary, guarded_class: GuardedClass) -> Similarity:
    guarded_methods, own_methods = guarded_class.summary.methods, summary.methods
    shared_methods = tuple(each for each in guarded_methods if each in own_methods)
    missing_methods = tuple(each for each in guarded_methods if each not in own_methods)
    async_mismatches = tuple(each for each in shared_methods if own_methods[each] is not guarded_methods[each])
    share = (total_weight(shared_methods) - total_weight(async_mismatches) / 2) / (total_weight(guarded_methods) or 1.0)
    return Similarity(guarded_class, (), shared_methods, missing_methods, async_mismatches, share)


def _is_name_evidence(similarity: Similarity, summary: ClassSummary, name: str, has_shared_library: bool) -> bool:
    """Whether the name tells; the same name for something that has nothing in common is chance.

    So is one of a single word (`Settings`, `Client`), without a method that tells more.
    """
    has_distinctive_methods = total_weight(similarity.shared_methods) >= 1
    if has_distinctive_methods or (has_shared_library and name == similarity.guarded_class.name):
        return True
    if len(_WORD.findall(similarity.guarded_class.name)) < 2:
        return False
    return (
        summary.is_stub
        if name == similarity.guarded_class.name
        else bool(_REPLACEMENT_WORD.fullmatch(_replacement_word(name, similarity.guarded_class.name)))
    )


def _replacement_word(name: str, guarded_name: str) -> str:
    """The word for a stand-in that a name has before or behind that of the model; empty where there is none."""
    before, found, behind = name.lstrip("_").partition(guarded_name)
    patterns = (word.strip("_") for word in (before, behind) if found)
    return next((word for word in patterns if _REPLACEMENT_WORD.fullmatch(word) or _VARIANT_WORD.fullmatch(word)), "")


def _signs(summary: ClassSummary, guarded_class: GuardedClass, name: str, libraries: list[str]) -> Iterator[str]:
    if name == guarded_class.name:
        yield "it has the same name"
    elif _replacement_word(name, guarded_class.name):
        yield "it is named after it"
    if summary.is_stub:
        yield "its methods do nothing" if summary.methods else "it is empty"
    if libraries:
        yield f"it wraps `{'`, `'.join(libraries)}` as well"
