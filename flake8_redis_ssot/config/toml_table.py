"""A TOML table read by type: what is wrong with a value is noted, and the value stands for none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeGuard

Note = Callable[[str, str], None]  # takes the full key and what is wrong there
Fault = Callable[[str], "str | None"]  # takes a string and says what is wrong with it, if anything
_KINDS = {
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
    note: Note

    def at(self, key: str) -> str:
        """The full key of a value in this table."""
        return joined(self.key, key)

    def refuse_unknown(self, valid: tuple[str, ...]) -> None:
        """Note every key that is not valid, with the one that was most likely meant."""
        for key, value in self.values.items():
            if key not in valid:
                self.note(self.at(key), _unknown(key, value, valid))

    def strings(self, key: str, fault: Fault) -> tuple[str, ...]:
        """The good strings of an array, or of a string that stands for an array of one; each once."""
        value = self.values.get(key, [])
        if isinstance(value, str):
            return (value,) if self.accepts(value, self.at(key), fault) else ()
        if not isinstance(value, list):
            self.mismatch(self.at(key), "a string or an array of strings", value)
            return ()
        numbered = [(item, f"{self.at(key)}[{index}]") for index, item in enumerate(value)]
        return tuple(dict.fromkeys(item for item, at in numbered if self.accepts(item, at, fault)))

    def string(self, key: str, fault: Fault) -> str | None:
        """A good string, or None."""
        value = self.values.get(key)
        return value if key in self.values and self.accepts(value, self.at(key), fault) else None

    def boolean(self, key: str) -> bool:
        """A boolean, False when it is not given."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            self.mismatch(self.at(key), "a boolean", value)
        return value is True

    def fraction(self, key: str, default: float) -> float:
        """A number above 0 and up to 1; `default` where it is not given."""
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.mismatch(self.at(key), "a number", value)
        elif not 0 < value <= 1:
            self.note(self.at(key), f"`{value}` is no part of a whole; write a number above 0 and up to 1")
        else:
            return float(value)
        return default

    def table(self, key: str) -> Table | None:
        """A table within this one."""
        return self._as_table(self.values[key], self.at(key)) if key in self.values else None

    def tables(self, key: str) -> list[Table]:
        """An array of tables, or a table that stands for an array of one."""
        value = self.values.get(key, [])
        if isinstance(value, list):
            found = [self._as_table(item, f"{self.at(key)}[{index}]") for index, item in enumerate(value)]
        else:
            found = [self._as_table(value, self.at(key))]
        return [table for table in found if table is not None]

    def accepts(self, value: object, key: str, fault: Fault) -> TypeGuard[str]:
        """Whether the value found at the full `key` is a string without fault."""
        if not isinstance(value, str):
            self.mismatch(key, "a string", value)
            return False
        text = fault(value)
        if text is not None:
            self.note(key, text)
        return text is None

    def mismatch(self, key: str, expected: str, found: object) -> None:
        """Note that the value at the full `key` is of the wrong type."""
        self.note(key, mismatch(expected, found))

    def _as_table(self, value: object, key: str) -> Table | None:
        if isinstance(value, dict):
            return Table(value, key, self.note)
        self.mismatch(key, "a table", value)
        return None


def mismatch(expected: str, found: object) -> str:
    """What to say of a value of the wrong type."""
    return f"expected {expected}, found {_KINDS.get(type(found), 'a date or time')}"


def joined(above: str, key: str) -> str:
    """A full key as TOML writes it: a part that is no bare word in quotes."""
    part = key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else f'"{key}"'
    return f"{above}.{part}" if above else part


def leaves(values: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    """The full keys and the values of all that is no table, in any depth."""
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, joined(above, key))
        else:
            yield joined(above, key), value


def _unknown(key: str, value: object, valid: tuple[str, ...]) -> str:
    from flake8_redis_ssot.config.validators import nearest

    if isinstance(value, dict) and "resource" in valid and any(word in valid for word in value):
        return f"unknown key; did you mean `{joined('resource', key)}`?"
    near = nearest(key, valid)
    if near is not None:
        return f"unknown key; did you mean `{near}`?"
    return f"unknown key; valid are {', '.join(f'`{word}`' for word in valid)}"
