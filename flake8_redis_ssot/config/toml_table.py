"""A TOML table whose values are checked as they are read: what is wrong with one is reported, and it is left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeGuard

from flake8_redis_ssot.config.validators import find_nearest

ProblemReporter = Callable[[str, str], None]  # takes the full key and what is wrong there
_TYPE_NAMES = {
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a float",
    list: "an array",
    dict: "a table",
}


class PathValidator(NamedTuple):
    """A validator of paths, which says what is wrong with one where paths count from `root`."""

    validate: Callable[[str, str], str | None]


Validator = Callable[[str], "str | None"] | PathValidator  # says what is wrong with a string, if anything


class Table(NamedTuple):
    """The values of one table, its full key, where to report problems, and the folder that paths count from."""

    values: Mapping[str, object]
    key: str
    report_problem: ProblemReporter
    root: str

    def full_key(self, key: str) -> str:
        """The full key of a value in this table."""
        return join_key(self.key, key)

    def report_unknown_keys(self, valid: tuple[str, ...]) -> None:
        """Report every key that is not valid, with the one that was most likely meant."""
        for key, value in self.values.items():
            if key not in valid:
                self.report_problem(self.full_key(key), _unknown_key_message(key, value, valid))

    def items(self, key: str) -> list[tuple[object, str]]:
        """The items of an array with their full keys; any other value stands for an array of one."""
        value, full_key = self.values[key], self.full_key(key)
        if isinstance(value, list):
            return [(item, f"{full_key}[{index}]") for index, item in enumerate(value)]
        return [(value, full_key)]

    def table(self, key: str) -> Table | None:
        """A table within this one, or None."""
        return self.as_table(self.values[key], self.full_key(key))

    def as_table(self, value: object, key: str) -> Table | None:
        """The value found at the full `key` as a table, or None."""
        if isinstance(value, dict):
            return self._replace(values=value, key=key)
        self.report_mismatch(key, "a table", value)
        return None

    def is_valid(self, value: object, key: str, validator: Validator) -> TypeGuard[str]:
        """Whether the value found at the full `key` is a string without fault."""
        if not isinstance(value, str):
            self.report_mismatch(key, "a string", value)
            return False
        problem = validator.validate(value, self.root) if isinstance(validator, PathValidator) else validator(value)
        if problem is not None:
            self.report_problem(key, problem)
        return problem is None

    def report_mismatch(self, key: str, expected: str, found: object) -> None:
        """Report that the value at the full `key` is of the wrong type."""
        self.report_problem(key, mismatch_message(expected, found))


def mismatch_message(expected: str, found: object) -> str:
    """What to say of a value of the wrong type."""
    return f"expected {expected}, found {_TYPE_NAMES.get(type(found), 'a date or time')}"


def join_key(parent: str, key: str) -> str:
    """A full key as TOML writes it: a part that is no bare word in quotes."""
    part = key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else f'"{key}"'
    return f"{parent}.{part}" if parent else part


def iter_leaves(values: Mapping[str, object], parent: str = "") -> Iterator[tuple[str, object]]:
    """The full keys and the values of all that is no table, in any depth."""
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from iter_leaves(value, join_key(parent, key))
        else:
            yield join_key(parent, key), value


def _unknown_key_message(key: str, value: object, valid_keys: tuple[str, ...]) -> str:
    if isinstance(value, dict) and "resource" in valid_keys and any(word in valid_keys for word in value):
        return f"unknown key; did you mean `{join_key('resource', key)}`?"
    nearest_key = find_nearest(key, valid_keys)
    if nearest_key is not None:
        return f"unknown key; did you mean `{nearest_key}`?"
    return f"unknown key; valid are {', '.join(f'`{word}`' for word in valid_keys)}"
