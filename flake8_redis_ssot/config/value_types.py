"""The types of settings: each reads a value from a table, and reports what is invalid.

Their JSON schemas are in `json_schema`, which a check does not load.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from flake8_redis_ssot.config.toml_table import PathValidator, Table, Validator
from flake8_redis_ssot.config.validators import (
    validate_choice,
    validate_code,
    validate_deprecated,
    validate_module,
    validate_pattern,
)


class String(NamedTuple):
    """A string; None if it is invalid."""

    validator: Validator

    def read(self, table: Table, key: str) -> str | None:
        """The string at `key`."""
        value = table.values[key]
        return value if table.is_valid(value, table.full_key(key), self.validator) else None


class Strings(NamedTuple):
    """An array of strings or a single string, converted and without duplicates."""

    validator: Validator
    convert: Callable[[str], str] = str

    def read(self, table: Table, key: str) -> tuple[str, ...]:
        """The valid strings at `key`."""
        if not isinstance(table.values[key], (str, list)):
            table.report_mismatch(table.full_key(key), "a string or an array of strings", table.values[key])
            return ()
        valid = (item for item, full_key in table.items(key) if table.is_valid(item, full_key, self.validator))
        return tuple(dict.fromkeys(map(self.convert, valid)))


class StringsOrAll(NamedTuple):
    """An array of strings or a single string, or a boolean: true means all, false none."""

    validator: Validator

    def read(self, table: Table, key: str) -> tuple[str, ...] | bool:
        """The valid strings at `key`, or the boolean."""
        value = table.values[key]
        if isinstance(value, bool):
            return value
        if isinstance(value, (str, list)):
            return Strings(self.validator).read(table, key)
        table.report_mismatch(table.full_key(key), "a boolean, a string or an array of strings", value)
        return ()


def anchor_pattern(pattern: str) -> str:
    """Rewrite `./tests`, which matches nothing in git, to `/tests`."""
    return re.sub(r"\A(!?)\./", r"\1/", pattern)


CODES = Strings(validate_code)
PATTERNS = Strings(PathValidator(validate_pattern), anchor_pattern)


class Choice(NamedTuple):
    """One of some words."""

    words: tuple[str, ...]

    def validate(self, text: str) -> str | None:
        """Why `text` is not one of the words, or None."""
        return validate_choice(text, self.words)

    def read(self, table: Table, key: str) -> str | None:
        """The word at `key`."""
        return String(self.validate).read(table, key)


class Boolean:
    """True or false; None for anything else."""

    def read(self, table: Table, key: str) -> bool | None:
        """The boolean at `key`."""
        value = table.values[key]
        if isinstance(value, bool):
            return value
        table.report_mismatch(table.full_key(key), "a boolean", value)
        return None


class Fraction:
    """A number above 0 and up to 1; None for any other value."""

    def read(self, table: Table, key: str) -> float | None:
        """The number at `key`."""
        value, full_key = table.values[key], table.full_key(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            table.report_mismatch(full_key, "a number", value)
        elif not 0 < value <= 1:
            table.report_problem(full_key, f"`{value}` is out of range; write a number above 0 and at most 1")
        else:
            return float(value)
        return None


class Count:
    """A whole number from 0; None for any other value."""

    def read(self, table: Table, key: str) -> int | None:
        """The number at `key`."""
        value, full_key = table.values[key], table.full_key(key)
        if isinstance(value, bool) or not isinstance(value, int):
            table.report_mismatch(full_key, "an integer", value)
        elif value < 0:
            table.report_problem(full_key, f"`{value}` is no count; write 0 or more")
        else:
            return value
        return None


class PositiveNumber:
    """A finite number above 0; None for any other value."""

    def read(self, table: Table, key: str) -> float | None:
        """The number at `key`."""
        value, full_key = table.values[key], table.full_key(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            table.report_mismatch(full_key, "a number", value)
        elif not 0 < value < float("inf"):
            table.report_problem(full_key, f"`{value}` is no limit; write a number above 0")
        else:
            return float(value)
        return None


class CodesByPattern:
    """A table that maps patterns to codes."""

    def read(self, table: Table, key: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The patterns at `key`, each with its codes."""
        inner = table.table(key)
        if inner is None:
            return ()
        is_valid = partial(inner.is_valid, validator=PATTERNS.validator)
        patterns = (pattern for pattern in inner.values if is_valid(pattern, inner.full_key(pattern)))
        return tuple((anchor_pattern(pattern), CODES.read(inner, pattern)) for pattern in patterns)


class ChoiceByCode(NamedTuple):
    """A table that maps prefixes of codes to a word each, or a single word for all codes."""

    choice: Choice

    def read(self, table: Table, key: str) -> tuple[tuple[str, str], ...]:
        """The prefixes at `key` (empty for all codes), each with its word."""
        value, full_key = table.values[key], table.full_key(key)
        if isinstance(value, str):
            return (("", value),) if table.is_valid(value, full_key, self.choice.validate) else ()
        if not isinstance(value, dict):
            table.report_mismatch(full_key, "a string or a table", value)
            return ()
        inner = table._replace(values=value, key=full_key)
        pairs = _read_pairs(inner, value.items(), validate_code, self.choice.validate)
        return tuple((code.removeprefix("ALL"), word) for code, word in pairs)


class Replacements:
    """A table that maps dotted names to replacements (empty for none), or an array of names."""

    def read(self, table: Table, key: str) -> tuple[tuple[str, str], ...]:
        """The names at `key`, each with its replacement."""
        if isinstance(table.values[key], (str, list)):
            return tuple((name, "") for name in Strings(validate_deprecated).read(table, key))
        inner = table.table(key)
        if inner is None:
            return ()
        return tuple(_read_pairs(inner, _flatten(inner.values), validate_deprecated, _validate_replacement))


def _read_pairs(
    table: Table, items: Iterable[tuple[str, object]], validate_key: Validator, validate_value: Validator
) -> Iterator[tuple[str, str]]:
    for key, value in items:
        full_key = table.full_key(key)
        is_valid_key = table.is_valid(key, full_key, validate_key)
        if table.is_valid(value, full_key, validate_value) and is_valid_key:
            yield key, value


def _flatten(values: Mapping[str, object], parent: str = "") -> Iterator[tuple[str, object]]:
    """The dotted names in a table with their values; TOML reads unquoted ones (`app.old = "…"`) as nested tables."""
    for key, value in values.items():
        name = f"{parent}.{key}" if parent else key
        if isinstance(value, dict):
            yield from _flatten(value, name)
        else:
            yield name, value


def _validate_replacement(text: str) -> str | None:
    return validate_module(text) if text else None
