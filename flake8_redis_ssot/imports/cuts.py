"""Cuts of one text, made as small and as few as they can be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import takewhile

from flake8_redis_ssot.model import Cut


def tidy(text: str, cuts: Iterable[Cut]) -> list[Cut]:
    """The cuts in order, those that touch made one, without what they would leave as it is."""
    merged: list[Cut] = []
    for cut in sorted(cuts, key=lambda cut: cut[:2]):
        if merged and merged[-1].end == cut.start:
            before = merged.pop()
            merged.append(Cut(before.start, cut.end, before.text + cut.text))
        else:
            merged.append(cut)
    return [small for cut in merged for small in [_trimmed(text, cut)] if small.text or small.start < small.end]


def _trimmed(text: str, cut: Cut) -> Cut:
    """The cut without what stays the same at both ends: whole words, so that it reads as a change of names."""
    old, new = _pieces(text[cut.start : cut.end]), _pieces(cut.text)
    front = _alike(old, new)
    old, new = old[front:], new[front:]
    back = _alike(old[::-1], new[::-1])
    start = cut.end - len("".join(old))
    return Cut(start, cut.end - len("".join(old[len(old) - back :])), "".join(new[: len(new) - back]))


def _pieces(text: str) -> list[str]:
    """Words, and the characters between them."""
    return re.findall(r"\w+|\W", text)


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many pieces the two have in common at the start."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other)))
