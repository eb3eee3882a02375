"""Compares a class with a guarded one: shared and missing methods, and whether it duplicates it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_redis_ssot.project.similarity.class_summary import ClassSummary
from flake8_redis_ssot.project.similarity.guarded_classes import GuardedClass
from flake8_redis_ssot.semantic.method_profile import is_distinctive, total_weight

# Words in the name of a class that replaces another one.
_REPLACEMENT_WORD = re.compile(r"Stub|Fake|Mock|Dummy|Null|No_?Op", re.IGNORECASE)
# Words that may just as well describe the class itself.
_VARIANT_WORD = re.compile(r"In_?Memory|Fallback|Simple|Local|Copy", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")


class Similarity(NamedTuple):
    """How a class resembles a guarded class: by methods of the same name, and by other `signs`, as phrases.

    `async_mismatches` are those of the `shared_methods` that are asynchronous in one class only; they count half.
    `share` is that of the shared methods by weight (0 to 1). `is_named_alike`: the name is evidence of its own.
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
    """How a class called `name` duplicates a guarded class; None if it does not. Raises OSError.

    Its methods are sufficient evidence from a share of `threshold` on if the guarded class is canonical; half of it is
    if the name contains the guarded name or both wrap the same library.
    """
    similarity = _compare_methods(summary, guarded_class)
    is_named = name == guarded_class.name or _replacement_word(name, guarded_class.name) != ""
    is_like = (
        guarded_class.is_canonical and is_distinctive(similarity.shared_methods) and similarity.share >= threshold / 2
    )
    # The full tree is loaded only from here on.
    if not (is_named or is_like) or not summary.is_service:
        return None
    libraries = summary.libraries & guarded_class.summary.libraries
    if summary.libraries and guarded_class.summary.libraries and not libraries:
        return None  # it has another purpose
    is_named_alike = is_named and _is_name_evidence(similarity, summary, name, bool(libraries))
    is_similar_enough = is_like and (similarity.share >= threshold or bool(libraries) or guarded_class.name in name)
    # Its methods are those of an object that it wraps or of a framework.
    is_delegating = summary.delegating_methods.issuperset(similarity.shared_methods) and not summary.libraries
    if not is_named_alike and (not is_similar_enough or summary.is_framework_subclass or is_delegating):
        return None
    return similarity._replace(
        signs=tuple(_signs(summary, guarded_class, name, sorted(libraries))), is_named_alike=is_named_alike
    )


def _compare_methods(summary: ClassSummary, guarded_class: GuardedClass) -> Similarity:
    """The methods of both. What a common base declares does not count: its subclasses are made to have it."""
    common_methods = _common_interface(summary, guarded_class.summary)
    own_methods = summary.methods
    guarded_methods = {
        name: is_async for name, is_async in guarded_class.summary.methods.items() if name not in common_methods
    }
    shared_methods = tuple(each for each in guarded_methods if each in own_methods)
    missing_methods = tuple(each for each in guarded_methods if each not in own_methods)
    async_mismatches = tuple(each for each in shared_methods if own_methods[each] is not guarded_methods[each])
    share = (total_weight(shared_methods) - total_weight(async_mismatches) / 2) / (total_weight(guarded_methods) or 1.0)
    return Similarity(guarded_class, (), shared_methods, missing_methods, async_mismatches, share)


def _common_interface(one: ClassSummary, other: ClassSummary) -> frozenset[str]:
    """The methods of the classes of the project that both derive from."""
    common_bases = one.interfaces.keys() & other.interfaces.keys() if one.interfaces else ()
    return frozenset().union(*(one.interfaces[base] for base in common_bases))


def _is_name_evidence(similarity: Similarity, summary: ClassSummary, name: str, has_shared_library: bool) -> bool:
    """Whether the name is evidence: not if the classes have nothing else in common.

    Nor is a name of a single word (`Settings`, `Client`) without a distinctive shared method.
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
    """The word for a replacement before or after the guarded name in a name; empty if there is none."""
    before, found, after = name.lstrip("_").partition(guarded_name)
    words = (word.strip("_") for word in (before, after) if found)
    return next((word for word in words if _REPLACEMENT_WORD.fullmatch(word) or _VARIANT_WORD.fullmatch(word)), "")


def _signs(summary: ClassSummary, guarded_class: GuardedClass, name: str, libraries: list[str]) -> Iterator[str]:
    if name == guarded_class.name:
        yield "it has the same name"
    elif _replacement_word(name, guarded_class.name):
        yield "it is named after it"
    if summary.is_stub:
        yield "its methods do nothing" if summary.methods else "it is empty"
    if libraries:
        yield f"it wraps `{'`, `'.join(libraries)}` as well"
