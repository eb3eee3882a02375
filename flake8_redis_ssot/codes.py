"""Rule codes: which there are, and which are selected."""

from __future__ import annotations

import os
from functools import cache
from typing import NamedTuple

DEFAULT_SELECTOR = "default"  # every code but those that are off by default


class Selection(NamedTuple):
    """Which codes are selected: prefixes, `ALL`, or DEFAULT_SELECTOR, which leaves out `off_by_default`.

    The longest prefix that fits decides, ignore before select.
    """

    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()
    off_by_default: frozenset[str] = frozenset()

    def has_code(self, code: str) -> bool:
        """Whether a code is selected."""
        selected = max((self._specificity(selector, code) for selector in self.select), default=-1)
        ignored = max((self._specificity(selector, code) for selector in self.ignore), default=-1)
        return selected > ignored

    def _specificity(self, selector: str, code: str) -> int:
        """How closely a selector means a code; -1 where it does not."""
        if selector == DEFAULT_SELECTOR:
            return -1 if code in self.off_by_default else 0
        prefix = "" if selector == "ALL" else selector
        return len(prefix) if code.startswith(prefix) else -1


@cache
def rule_stems() -> tuple[str, ...]:
    """The modules of all rules (their last parts), in order of codes."""
    names = os.listdir(os.path.join(os.path.dirname(__file__), "rules"))
    return tuple(sorted(name[:-3] for name in names if name.startswith("rss") and name.endswith(".py")))


def parse_stem(stem: str) -> tuple[str, str]:
    """Code and name of a rule from the name of its file."""
    code, _, name = stem.partition("_")
    return code.upper(), name.replace("_", "-")


def names_by_code() -> dict[str, str]:
    """The name of every code."""
    return dict(map(parse_stem, rule_stems()))
