"""The fix of a finding in words: what it does, and the reasons that speak against applying it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from flake8_redis_ssot.model import Fix, Refusal
from flake8_redis_ssot.plurals import plural

_MAX_REASONS = 2
# A reason that only says what is possible; one that says what is the case decides more.
_POSSIBLE = re.compile(r"\b(?:may|might|perhaps|could not be|cannot be)\b")
_ARROW = " -> "
_MAX_CHAIN = 5  # modules of an import cycle; of a longer one the middle is left out


def describe_fix(fix: Fix | Refusal | None, *, is_whole: bool = True) -> Iterator[tuple[str, str]]:
    """The fix of a finding, with its applicability and reasons, as pairs of label and text.

    Unless it `is_whole`, at most two reasons are given, and the number of the others.
    """
    if fix is None:
        return
    label = "no fix"
    if isinstance(fix, Fix):
        label = "not safe" if fix.applicability else "not applied"
        yield f"{fix.applicability.name.lower()} fix", fix.title
    if is_whole:
        yield from ((label, reason) for reason in fix.reasons)
        return
    shown = _rank_reasons(fix.reasons)[:_MAX_REASONS]
    yield from ((label, _shorten_chain(reason)) for reason in shown)
    if left := len(fix.reasons) - len(shown):
        yield "note", f"{plural(left, 'more reason')}; `--verbose` shows all"


def _rank_reasons(reasons: Sequence[str]) -> list[str]:
    """The reasons in their order, those first that do not depend on what may happen."""
    return sorted(reasons, key=lambda reason: bool(_POSSIBLE.search(reason)))


def _shorten_chain(reason: str) -> str:
    """A reason with the middle of a long chain of modules left out."""
    head, *middle, tail = reason.split(_ARROW) if reason.count(_ARROW) >= _MAX_CHAIN else [reason, ""]
    if not middle:
        return reason
    return _ARROW.join([head, middle[0], f"… {len(middle) - 2} more …", middle[-1], tail])
