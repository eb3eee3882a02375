"""What is inferred of functions and expressions, and how far an inference has come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.scopes import Symbol
from flake8_redis_ssot.semantic.signatures import Signature
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

# How many functions and variables are followed, one into the other.
_MAX_DEPTH = 5


@dataclass(frozen=True, slots=True)
class InferenceContext:
    """How far an inference has come: into which file, how much further it may go, and which variables it is inside of.

    A variable of a module, or an attribute, is a file and a local name.
    """

    names: FileNames
    remaining_depth: int = _MAX_DEPTH
    visiting: frozenset[Symbol | tuple[str, str]] = frozenset()

    @property
    def symbol_table(self) -> SymbolTable:
        """The symbol table of the file."""
        return self.names.symbol_table

    def enter(self, path: str) -> InferenceContext:
        """One step further, in a file."""
        return replace(self, names=self.names.in_file(path), remaining_depth=self.remaining_depth - 1)

    def visit(self, variable: Symbol | tuple[str, str]) -> InferenceContext:
        """Inside of a variable."""
        return replace(self, visiting=self.visiting | {variable})


@dataclass(frozen=True, slots=True)
class InferredReturn:
    """What a function gives back to a caller.

    `class_definition` is the class of what it returns (of a generator: yields); None where that is not known, where it
    is of several classes, and where it can be None. A class of a third party has no `path`. `is_new`: it can be an
    object that nobody else has. `is_generator` holds for context managers made of one too. `signature` is what a call
    takes, for a method without `self`. `may_be_none`: it is None, or a call fails, as long as nothing else has set it
    up. `constructor_args` is what the object is made with, as text (empty: nothing).
    """

    class_definition: Definition | None
    is_coroutine: bool
    is_generator: bool
    signature: Signature
    is_new: bool
    may_be_none: bool = False
    constructor_args: str = ""


class InferredValue(NamedTuple):
    """One value that an expression can have: an instance of `class_definition` (None: not known).

    `may_be_none`: it is None before something else has set it. `constructor_args` is what it is made with, as text.
    """

    class_definition: Definition | None
    is_new: bool = False
    may_be_none: bool = False
    constructor_args: str = ""


UNKNOWN_VALUE = InferredValue(None)
NONE_VALUE = InferredValue(Definition("None", None, ""))


def merge_values(values: Iterable[InferredValue], annotated_class: Definition | None) -> InferredValue:
    """The one value that all of them are; where some are not known the annotation has the word."""
    values = list(values)
    classes = list(dict.fromkeys(value.class_definition for value in values if value.class_definition is not None))
    is_new, may_be_none = any(value.is_new for value in values), any(value.may_be_none for value in values)
    constructor_args = next((value.constructor_args for value in values if value.constructor_args), "")
    if len(classes) > 1 or classes == [NONE_VALUE.class_definition]:
        return UNKNOWN_VALUE
    is_known = classes and all(value.class_definition is not None for value in values)
    return InferredValue(classes[0] if is_known else annotated_class, is_new, may_be_none, constructor_args)
