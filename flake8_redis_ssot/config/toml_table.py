"""A TOML table read by type: what is wrong with a value is noted, and the value stands for none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeGuard

ProblemReporter = Callable[[str, str], None]  # takes the full key and what is wrong there
Validator = Callable[[str], "str | None"]  # takes a string and says what is wrong with it, if anything
_TYPE_NAMES = {
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a float",
    list: "an array",
    dict: "a table",
}


class Table(NamedTuple):
    """The values of one table, its full key, and where to note what is wrong."""

    values: Mapping[str, object]
    key: str
    report_problem: ProblemReporter

    def full_key(self, key: str) -> str:
        """The full key of a value in this table."""
        return join_key(self.key, key)

    def report_unknown_keys(self, valid: tuple[str, ...]) -> None:
        """Note every key that is not valid, with the one that was most likely meant."""
        for key, value in self.values.items():
            if key not in valid:
                self.report_problem(self.full_key(key), _unknown_key_message(key, value, valid))

    def strings(self, key: str, validator: Validator) -> tuple[str, ...]:
        """The good strings of an array, or of a string that stands for an array of one; each once."""
        value = self.values.get(key, [])
        if isinstance(value, str):
            return (value,) if self.is_valid(value, self.full_key(key), validator) else ()
        if not isinstance(value, list):
            self.report_mismatch(self.full_key(key), "a string or an array of strings", value)
            return ()
        numbered = [(item, f"{self.full_key(key)}[{index}]") for index, item in enumerate(value)]
        return tuple(dict.fromkeys(item for item, full_key in numbered if self.is_valid(item, full_key, validator)))

    def string(self, key: str, validator: Validator) -> str | None:
        """A good string, or None."""
        value = self.values.get(key)
        return value if key in self.values and self.is_valid(value, self.full_key(key), validator) else None

    def boolean(self, key: str) -> bool:
        """A boolean, False when it is not given."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            self.report_mismatch(self.full_key(key), "a boolean", value)
        return value is True

    def fraction(self, key: str, default: float) -> float:
        """A number above 0 and up to 1; `default` where it is not given."""
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.report_mismatch(self.full_key(key), "a number", value)
        elif not 0 < value <= 1:
            self.report_problem(
                self.full_key(key), f"`{value}` is no part of a whole; write a number above 0 and up to 1"
            )
        else:
            return float(value)
        return default

    def table(self, key: str) -> Table | None:
        """A table within this one."""
        return self._as_table(self.values[key], self.full_key(key)) if key in self.values else None

    def tables(self, key: str) -> list[Table]:
        """An array of tables, or a table that stands for an array of one."""
        value = self.values.get(key, [])
        if isinstance(value, list):
            tables = [self._as_table(item, f"{self.full_key(key)}[{index}]") for index, item in enumerate(value)]
        else:
            tables = [self._as_table(value, self.full_key(key))]
        return [table for table in tables if table is not None]

    def is_valid(self, value: object, key: str, validator: Validator) -> TypeGuard[str]:
        """Whether the value found at the full `key` is a string without fault."""
        if not isinstance(value, str):
            self.report_mismatch(key, "a string", value)
            return False
        problem = validator(value)
        if problem is not None:
            self.report_problem(key, problem)
        return problem is None

    def report_mismatch(self, key: str, expected: str, found: object) -> None:
        """Note that the value at the full `key` is of the wrong type."""
        self.report_problem(key, mismatch_message(expected, found))

    def _as_table(self, value: object, key: str) -> Table | None:
        if isinstance(value, dict):
            return Table(value, key, self.report_problem)
        self.report_mismatch(key, "a table", value)
        return None


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
    from flake8_redis_ssot.config.validators import find_nearest

    if isinstance(value, dict) and "resource" in valid_keys and any(word in valid_keys for word in value):
        return f"unknown key; did you mean `{join_key('resource', key)}`?"
    nearest_key = find_nearest(key, valid_keys)
    if nearest_key is not None:
        return f"unknown key; did you mean `{nearest_key}`?"
    return f"unknown key; valid are {', '.join(f'`{word}`' for word in valid_keys)}"
