"""One setting: its key, type, help and default, and how its value is read."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, NamedTuple, Protocol

from flake8_redis_ssot.config.toml_table import Table


class ValueType(Protocol):
    """The type of a setting's value."""

    def read(self, table: Table, key: str) -> Any:
        """The value at `key`, which is in `table`; None if it is invalid. Problems are reported to `table`."""


class Setting(NamedTuple):
    """A key of the configuration, with the type of its value, its help and its default."""

    name: str
    type: ValueType
    help: str  # `{default}` is replaced by the default
    default: object = ()
    default_in: Callable[[str], object] | None = None  # computes the default from the root
    presence: Literal["optional", "nonempty", "required"] = "optional"
    alternative: str = ""  # this key is required unless the alternative is given
    hint: str = ""  # what to do if a required value is missing or empty

    @property
    def field(self) -> str:
        """The field of the model for the value."""
        return self.name.replace("-", "_")

    @property
    def description(self) -> str:
        """The help, with the default filled in."""
        return self.help.replace("{default}", str(self.default))

    def read(self, table: Table) -> Any:
        """The value in `table`, or the default."""
        value = self.type.read(table, self.name) if self.name in table.values else None
        if value is not None:
            return value
        return self.default if self.default_in is None else self.default_in(table.root)

    def report_absence(self, table: Table) -> None:
        """Report a required value that is missing or empty."""
        value = table.values.get(self.name)
        text = ""
        if self.alternative and not value and not table.values.get(self.alternative):
            text = f"is missing, and `{self.alternative}` as well"
        elif value == [] and self.presence != "optional":
            text = "is empty"
        elif value is None and self.presence == "required":
            text = "is missing"
        if text:
            table.report_problem(table.full_key(self.name), f"{text}; {self.hint}" if self.hint else text)


def read_settings(table: Table, settings: Sequence[Setting]) -> dict[str, Any]:
    """The values of some settings in `table`, or their defaults, by field of the model; problems are reported."""
    for setting in settings:
        setting.report_absence(table)
    return {setting.field: setting.read(table) for setting in settings}


def setting_names(settings: Iterable[Setting]) -> tuple[str, ...]:
    """The keys of some settings."""
    return tuple(setting.name for setting in settings)
