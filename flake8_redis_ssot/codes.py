"""What is asked for and how it is shown: codes and their names, paths."""

from __future__ import annotations

import os
from functools import cache
from typing import NamedTuple

UNUSED_SUPPRESSION = "RSS901"  # the code for which more files have to be read
DEFAULT_SELECTOR = "default"  # every code but that one


class Selection(NamedTuple):
    """Which codes are asked for: prefixes, `ALL`, or BY_DEFAULT.

    The longest prefix that fits decides, ignore before select.
    """

    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()

    def has_code(self, code: str) -> bool:
        """Whether a code is asked for."""
        selected_weight = max((_specificity(selector, code) for selector in self.select), default=-1)
        ignored_weight = max((_specificity(selector, code) for selector in self.ignore), default=-1)
        return selected_weight > ignored_weight


def _specificity(selector: str, code: str) -> int:
    """How closely a selector means a code; -1 where it does not."""
    if selector == DEFAULT_SELECTOR:
        return -1 if code == UNUSED_SUPPRESSION else 0
    prefix = "" if selector == "ALL" else selector
    return len(prefix) if code.startswith(prefix) else -1


@cache
def rule_files() -> tuple[tuple[str, str, str], ...]:
    """Code, name and module (its last part) of every rule, in order of codes: its file's name says all of that."""
    folder = os.path.join(os.path.dirname(__file__), "rules")
    stems = sorted(name[:-3] for name in os.listdir(folder) if name.startswith("rss") and name.endswith(".py"))
    parts = [(stem, *stem.split("_", 1)) for stem in stems]
    return tuple((code.upper(), name.replace("_", "-"), stem) for stem, code, name in parts)


def names_by_code() -> dict[str, str]:
    """The name of every code."""
    return {code: name for code, name, _ in rule_files()}
