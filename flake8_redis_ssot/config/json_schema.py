"""The JSON schema of the settings (draft 7, as SchemaStore requires), for editors that complete and validate TOML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flake8_redis_ssot.config.setting import Setting
from flake8_redis_ssot.config.settings import RESOURCE, SETTINGS, NamedTables, OptionalTable, Tables, top_level_settings
from flake8_redis_ssot.config.validators import CODE_PATTERN, validate_code
from flake8_redis_ssot.config.value_types import (
    Boolean,
    Choice,
    ChoiceByCode,
    CodesByPattern,
    Count,
    Fraction,
    PositiveNumber,
    Replacements,
    String,
    Strings,
    StringsOrAll,
)

_CODES, _REPLACEMENT = ({"$ref": f"#/definitions/{name}"} for name in ("codes", "replacement"))
_STRING = {"type": "string", "minLength": 1}
_CODE = {"type": "string", "pattern": f"^({CODE_PATTERN})$"}


def json_schema() -> dict[str, Any]:
    """The schema of the table `tool.redis-ssot`, which is also that of a `redis-ssot.toml`."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "redis-ssot",
        "description": "Find and fix code that bypasses the canonical module of a shared resource.",
        **_table_schema(top_level_settings()),
        "anyOf": [{"required": [RESOURCE]}, {"required": ["canonical"]}],
        "definitions": {
            "codes": _one_or_more(_CODE),
            # TOML reads unquoted dotted names as nested tables.
            "replacement": {"oneOf": [{"type": "string"}, _table_of(_REPLACEMENT)]},
            **{name: _inner_table_schema(settings) for name, settings in SETTINGS.items() if name},
        },
    }


def _table_schema(settings: Sequence[Setting]) -> dict[str, Any]:
    properties = {each.name: {"description": each.description, **_value_schema(each)} for each in settings}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _inner_table_schema(settings: Sequence[Setting]) -> dict[str, Any]:
    """The schema of a nested table, with its required keys."""
    schema = _table_schema(settings)
    schema["required"] = [each.name for each in settings if each.presence == "required"]
    for each in settings:
        if each.alternative:
            schema["anyOf"] = [{"required": [each.name]}, {"required": [each.alternative]}]
    return schema


def _value_schema(setting: Setting) -> dict[str, Any]:
    match setting.type:
        case String():
            return _STRING
        case Strings(validator):
            min_items = {} if setting.presence == "optional" else {"minItems": 1}
            return _CODES if validator is validate_code else _one_or_more(_STRING, **min_items)
        case StringsOrAll():
            return {"oneOf": [{"type": "boolean"}, *_one_or_more(_STRING)["oneOf"]]}
        case Choice(words):
            return {"enum": list(words)}
        case ChoiceByCode(Choice(words)):
            choice = {"enum": list(words)}
            return {"oneOf": [choice, {"type": "object", "propertyNames": _CODE, "additionalProperties": choice}]}
        case Tables(name):
            return _one_or_more({"$ref": f"#/definitions/{name}"})
        case OptionalTable(name):
            return {"$ref": f"#/definitions/{name}"}
        case NamedTables(name):
            return _table_of({"$ref": f"#/definitions/{name}"})
    return _PLAIN_SCHEMAS[type(setting.type)]


def _table_of(value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": value}


def _one_or_more(value: dict[str, Any], **limits: int) -> dict[str, Any]:
    return {"oneOf": [value, {"type": "array", "items": value, **limits}]}


_PLAIN_SCHEMAS: dict[type, dict[str, Any]] = {
    Boolean: {"type": "boolean"},
    Fraction: {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    Count: {"type": "integer", "minimum": 0},
    PositiveNumber: {"type": "number", "exclusiveMinimum": 0},
    CodesByPattern: _table_of(_CODES),
    Replacements: {"oneOf": [*_one_or_more(_STRING)["oneOf"], _table_of(_REPLACEMENT)]},
}
