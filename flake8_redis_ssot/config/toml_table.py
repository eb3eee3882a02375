"""A TOML table whose values are validated as they are read; problems are reported to a callback."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeGuard

from flake8_redis_ssot.config.validators import find_nearest

ProblemReporter = Callable[[str, str], None]  # is passed the full key and the text of a problem
_TYPE_NAMES = {
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a float",
    list: "an array",
    dict: "a table",
}


class PathValidator(NamedTuple):
    """A validator of paths: `validate` is passed a path and the root, and returns the problem or None."""

    validate: Callable[[str, str], str | None]


Validator = Callable[[str], "str | None"] | PathValidator  # returns the problem with a string, or None


class Table(NamedTuple):
    """The values of a table, its full key, the callback for problems, and the root that paths are relative to."""

    values: Mapping[str, object]
    key: str
    report_problem: ProblemReporter
    root: str

    def full_key(self, key: str) -> str:
        """The full key of a value in this table."""
        return join_key(self.key, key)

    def report_unknown_keys(self, valid: tuple[str, ...], is_suitable: Callable[[str, object], bool]) -> None:
        """Report every key that is not in `valid`, with the nearest valid one that `is_suitable` for its value."""
        for key, value in self.values.items():
            if key not in valid:
                nearest_key = find_nearest(key, (each for each in valid if is_suitable(each, value)))
                self.report_problem(self.full_key(key), _unknown_key_message(key, value, valid, nearest_key))

    def items(self, key: str) -> list[tuple[object, str]]:
        """The items of an array with their full keys; any other value counts as an array of one."""
        value, full_key = self.values[key], self.full_key(key)
        if isinstance(value, list):
            return [(item, f"{full_key}[{index}]") for index, item in enumerate(value)]
        return [(value, full_key)]

    def table(self, key: str) -> "Table | None":
        """The nested table at `key`; None, reported, if it is not a table."""
        return self.as_table(self.values[key], self.full_key(key))

    def as_table(self, value: object, key: str) -> "Table | None":
        """The `value` at the full `key` as a table; None, reported, if it is not one."""
        if isinstance(value, dict):
            return self._replace(values=value, key=key)
        self.report_mismatch(key, "a table", value)
        return None

    def is_valid(self, value: object, key: str, validator: Validator) -> TypeGuard[str]:
        """Whether the `value` at the full `key` is a valid string; if not, the problem is reported."""
        if not isinstance(value, str):
            self.report_mismatch(key, "a string", value)
            return False
        problem = validator.validate(value, self.root) if isinstance(validator, PathValidator) else validator(value)
        if problem is not None:
            self.report_problem(key, problem)
        return problem is None

    def report_mismatch(self, key: str, expected: str, found: object) -> None:
        """Report that the value `found` at the full `key` has the wrong type."""
        self.report_problem(key, mismatch_message(expected, found))


def mismatch_message(expected: str, found: object) -> str:
    """The text of the problem that a value has the wrong type."""
    return f"expected {expected}, found {_TYPE_NAMES.get(type(found), 'a date or time')}"


def join_key(parent: str, key: str) -> str:
    """A full key in TOML syntax: a part that is not a bare key is quoted."""
    part = key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else f'"{key}"'
    return f"{parent}.{part}" if parent else part


def iter_leaves(values: Mapping[str, object], parent: str = "") -> Iterator[tuple[str, object]]:
    """The full keys and values of all nested values that are not tables."""
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from iter_leaves(value, join_key(parent, key))
        else:
            yield join_key(parent, key), value


def _unknown_key_message(key: str, value: object, valid_keys: tuple[str, ...], nearest_key: str | None) -> str:
    if isinstance(value, dict) and "resource" in valid_keys and any(word in valid_keys for word in value):
        return f"unknown key; did you mean `{join_key('resource', key)}`?"
    if nearest_key is not None:
        return f"unknown key; did you mean `{nearest_key}`?"
    return f"unknown key; valid are {', '.join(f'`{word}`' for word in valid_keys)}"
