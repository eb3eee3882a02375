"""A condition of safe fixes, and the list of all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules


@dataclass(frozen=True)
class Condition:
    """What a safe fix promises, and the closed list of shapes of code for which that is proven.

    `promise` is a sentence, each of `shapes` a phrase in Markdown: the documentation lists them.
    """

    name: str
    promise: str
    shapes: tuple[str, ...]


@cache
def all_conditions() -> tuple[Condition, ...]:
    """Every condition, ordered by the name of its module."""
    package = __name__.rpartition(".")[0]
    names = (each.name for each in iter_modules(import_module(package).__path__) if each.name != "condition")
    modules = [import_module(f"{package}.{name}") for name in sorted(names)]
    return tuple(module.CONDITION for module in modules if hasattr(module, "CONDITION"))
