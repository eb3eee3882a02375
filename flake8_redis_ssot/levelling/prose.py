"""Prose where code should be: a string in three quotes that is never closed turns all that follows inside out."""

from __future__ import annotations

import keyword
import re

from flake8_redis_ssot.levelling.functions import SHORT, UnclosedError, long_strings

# Two names side by side, which no code has. (`match`, `case` and `type` are names that may begin a statement.)
_NAME = rf"\b(?!(?:{'|'.join([*keyword.kwlist, 'match', 'case', 'type'])})\b)[^\W\d]\w*"
_PROSE = re.compile(rf"{SHORT.pattern}|({_NAME}[ \t]+{_NAME})", re.DOTALL)


def first_prose(text: str) -> int:
    """Where the first words stand that are no code, outside of strings and comments; a string never closed if none."""
    done = 0
    try:
        for start, end in long_strings(text):
            if (place := _prose(text, done, start)) is not None:
                return place
            done = end
    except UnclosedError as unclosed:
        place = _prose(text, done, unclosed.start)
        return unclosed.start if place is None else place
    return len(text)


def _prose(text: str, start: int, end: int) -> int | None:
    return next((token.start() for token in _PROSE.finditer(text, start, end) if token[1]), None)
