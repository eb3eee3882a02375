"""From text to tree, on any Python that this tool runs on."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from flake8_redis_ssot.levelling.trees import read
from flake8_redis_ssot.model import Gap


class Parsed(NamedTuple):
    """The tree of a text, and what it says nothing about.

    `text` is what `tree` was made from: as long as the input, with the same line breaks. The tree's byte columns
    count in this text; its rows, and columns once they are turned into characters, are those of the input.
    `gaps` are the parts that had to be left out, in order of position; none where everything was kept.
    `bound_names` are those that PEP 695 binds and that the tree has no room for, by row (1-based): of type
    parameters that of their `def` or `class`, of a type alias its own.
    """

    tree: ast.Module
    text: str
    gaps: tuple[Gap, ...]
    bound_names: Mapping[int, tuple[str, ...]] = MappingProxyType({})


def parse(text: str) -> Parsed:
    """The tree of `text` (decoded, no BOM), whatever it holds. Never raises."""
    outcome = read(text)
    if isinstance(outcome, ast.Module):
        return Parsed(outcome, text, ())
    # Here, because most files never need them.
    from flake8_redis_ssot.levelling.newer_syntax import bound_names
    from flake8_redis_ssot.levelling.recovery import recover

    return Parsed(*recover(text, outcome), dict(bound_names(text)))
