"""Colour and links for terminals, by the conventions of NO_COLOR, FORCE_COLOR and FORCE_HYPERLINK."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import IO, NamedTuple

from flake8_redis_ssot.reports.links import are_wanted, to_file

# ECMA-48, select graphic rendition.
_CODES = {"bold": "1", "red": "31;1", "blue": "34;1", "cyan": "36", "yellow": "33;1"}


class Paint(NamedTuple):
    """Wraps text in a colour or a link, or leaves it alone."""

    on: bool = False
    links: bool = False

    def __call__(self, colour: str, text: str) -> str:
        """`text` in one of the colours bold, red, blue, cyan, yellow."""
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if self.on else text

    def place(self, path: str, text: str) -> str:
        """`text` as a link to the file at `path`."""
        return to_file(path, text) if self.links else text

    @classmethod
    def fitting(cls, stream: IO[str], environment: Mapping[str, str] = os.environ) -> Paint:
        """Colour where the stream is a terminal that has it; FORCE_COLOR and NO_COLOR (non-empty) decide first."""
        links = are_wanted(stream.isatty(), environment)
        if environment.get("NO_COLOR"):
            return cls(False, links)
        if environment.get("FORCE_COLOR"):
            return cls(True, links)
        return cls(stream.isatty() and environment.get("TERM") != "dumb", links)
