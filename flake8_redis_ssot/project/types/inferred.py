"""The values that inference returns, and the state of an inference."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from flake8_redis_ssot.project.resolver import Definition
from flake8_redis_ssot.project.types.names import FileNames
from flake8_redis_ssot.semantic.scopes import Symbol
from flake8_redis_ssot.semantic.signatures import Signature
from flake8_redis_ssot.semantic.symbol_table import SymbolTable

# How many nested functions and variables are followed.
_MAX_DEPTH = 5


@dataclass(frozen=True, slots=True)
class InferenceContext:
    """The state of an inference: the file it is in, the depth that remains, and the variables being inferred.

    A module variable or attribute is represented by a file and a local name.
    """

    names: FileNames
    remaining_depth: int = _MAX_DEPTH
    visiting: frozenset[Symbol | tuple[str, str]] = frozenset()

    @property
    def symbol_table(self) -> SymbolTable:
        """The symbol table of the file."""
        return self.names.symbol_table

    def enter(self, path: str) -> InferenceContext:
        """The context for a function or variable of a file, one level deeper."""
        return replace(self, names=self.names.in_file(path), remaining_depth=self.remaining_depth - 1)

    def visit(self, variable: Symbol | tuple[str, str]) -> InferenceContext:
        """The context for the bindings of a variable."""
        return replace(self, visiting=self.visiting | {variable})


@dataclass(frozen=True, slots=True)
class InferredReturn:
    """What a function returns.

    `class_definition` is the class of the value that it returns (a generator: yields); None if it is unknown, one of
    several, or optional. A third-party class has no `path`. `is_new`: it may be an object without other references.
    `is_generator` includes context managers that are generators. `signature` is without `self`. `may_be_none`: it may
    return None or raise before it was initialised. `constructor_args` are the arguments of the constructor, as source.
    """

    class_definition: Definition | None
    is_coroutine: bool
    is_generator: bool
    signature: Signature
    is_new: bool
    may_be_none: bool = False
    constructor_args: str = ""


class InferredValue(NamedTuple):
    """One possible value of an expression: an instance of `class_definition` (None: unknown).

    The other fields are as in `InferredReturn`.
    """

    class_definition: Definition | None
    is_new: bool = False
    may_be_none: bool = False
    constructor_args: str = ""


UNKNOWN_VALUE = InferredValue(None)
NONE_VALUE = InferredValue(Definition("None", None, ""))


def merge_values(values: Iterable[InferredValue], annotated_class: Definition | None) -> InferredValue:
    """The value that all agree on; if some are unknown, one of the annotated class."""
    values = list(values)
    classes = list(dict.fromkeys(value.class_definition for value in values if value.class_definition is not None))
    is_new, may_be_none = any(value.is_new for value in values), any(value.may_be_none for value in values)
    constructor_args = next((value.constructor_args for value in values if value.constructor_args), "")
    if len(classes) > 1 or classes == [NONE_VALUE.class_definition]:
        return UNKNOWN_VALUE
    is_known = classes and all(value.class_definition is not None for value in values)
    return InferredValue(classes[0] if is_known else annotated_class, is_new, may_be_none, constructor_args)
