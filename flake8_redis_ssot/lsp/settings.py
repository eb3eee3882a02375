"""The settings that a client sends as `initializationOptions.settings`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple, get_args

from lsprotocol.types import MessageType

DiagnosticMode = Literal["workspace", "openFilesOnly"]
LogLevel = Literal["error", "warning", "info", "debug"]
# LSP 3.18 has `Debug`; older clients know `Log`.
_LOG_LEVELS = {
    "error": MessageType.Error,
    "warning": MessageType.Warning,
    "info": MessageType.Info,
    "debug": MessageType.Log,
}


class ServerSettings(NamedTuple):
    """The settings of one client.

    `configuration` is a file that holds for everything, absolute or relative to the first workspace folder; empty: the
    nearest one. Without `fix_all`, `source.fixAll` is not offered; without `disable_rule_comment`, "Disable for this
    line". With `code_lens`, canonical modules show the number of bypasses.
    """

    configuration: str = ""
    fix_all: bool = True
    disable_rule_comment: bool = True
    code_lens: bool = True
    diagnostic_mode: DiagnosticMode = "workspace"
    log_level: LogLevel = "info"

    def logs(self, kind: MessageType) -> bool:
        """Whether messages of a kind are logged."""
        return kind <= _LOG_LEVELS[self.log_level]


_CHOICES = {"diagnostic_mode": get_args(DiagnosticMode), "log_level": get_args(LogLevel)}
_FIELDS = {
    "configuration": "configuration",
    "fixAll": "fix_all",
    "disableRuleComment": "disable_rule_comment",
    "codeLens": "code_lens",
    "diagnosticMode": "diagnostic_mode",
    "logLevel": "log_level",
}


def parse_settings(options: object) -> tuple[ServerSettings, list[str]]:
    """The settings in `initializationOptions`, and messages about what is ignored."""
    values = options.get("settings") if isinstance(options, Mapping) else None
    if values is None:
        return ServerSettings(), []
    if not isinstance(values, Mapping):
        return ServerSettings(), [f"`settings` must be an object, not {values!r}"]
    problems = list(_find_problems(values))
    valid = {_FIELDS[key]: value for key, value in values.items() if key in _FIELDS and not _mismatch(key, value)}
    return ServerSettings()._replace(**{key: value for key, value in valid.items() if value is not None}), problems


def _find_problems(values: Mapping[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        if key not in _FIELDS:
            yield f"`{key}`: unknown setting; expected {', '.join(_FIELDS)}"
        elif expected := _mismatch(key, value):
            yield f"`{key}`: expected {expected}, not {value!r}"


def _mismatch(key: str, value: object) -> str:
    """What a setting's value has to be, if it is not; null is the default."""
    field = _FIELDS[key]
    if value is None:
        return ""
    if field in _CHOICES:
        return "" if value in _CHOICES[field] else " or ".join(f"`{each}`" for each in _CHOICES[field])
    default = ServerSettings._field_defaults[field]
    return "" if isinstance(value, type(default)) else "true or false" if isinstance(default, bool) else "a string"
