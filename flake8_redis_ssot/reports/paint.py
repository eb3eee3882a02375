"""Colour for terminals, by the conventions of NO_COLOR and FORCE_COLOR."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import IO, NamedTuple

# ECMA-48, select graphic rendition.
_CODES = {"bold": "1", "red": "31;1", "blue": "34;1", "cyan": "36", "yellow": "33;1"}


class Paint(NamedTuple):
    """Wraps text in a colour, or leaves it alone."""

    on: bool = False

    def __call__(self, colour: str, text: str) -> str:
        """`text` in one of the colours bold, red, blue, cyan, yellow."""
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if self.on else text

    @classmethod
    def fitting(cls, stream: IO[str], environment: Mapping[str, str] = os.environ) -> Paint:
        """Colour where the stream is a terminal that has it; FORCE_COLOR and NO_COLOR (non-empty) decide first."""
        if environment.get("NO_COLOR"):
            return cls(False)
        if environment.get("FORCE_COLOR"):
            return cls(True)
        return cls(stream.isatty() and environment.get("TERM") != "dumb")
