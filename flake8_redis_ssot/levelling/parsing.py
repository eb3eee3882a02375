"""From text to tree, on any Python that this tool runs on."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from flake8_redis_ssot.levelling.trees import read
from flake8_redis_ssot.model import Gap


@dataclass(frozen=True, slots=True)
class Parsed:
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
    bound_names: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


_GENERIC = re.compile(
    r"^[ \t\f]*(?:async[ \t]+)?(?:def|class)[ \t]+\w+[ \t]*\[(.*?)\][ \t]*[(:]", re.MULTILINE | re.DOTALL
)
_ALIAS = re.compile(r"^[ \t\f]*type[ \t]+([^\W\d]\w*)[ \t]*[\[=]", re.MULTILINE)
_PARAMETER = re.compile(r"(?:^|,)\s*\*{0,2}\s*([^\W\d]\w*)")


def parse(text: str) -> Parsed:
    """The tree of `text` (decoded, no BOM), whatever it holds. Never raises."""
    outcome = read(text)
    if isinstance(outcome, ast.Module):
        return Parsed(outcome, text, ())
    from flake8_redis_ssot.levelling.recovery import recover  # here, because most files never need it

    return Parsed(*recover(text, outcome), {} if sys.version_info >= (3, 12) else dict(_bound_names(text)))


def _bound_names(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    for pattern in (_GENERIC, _ALIAS):
        for found in pattern.finditer(lines):
            yield lines.count("\n", 0, found.start(1)) + 1, tuple(_PARAMETER.findall(found[1]))
