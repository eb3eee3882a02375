"""The configuration as a JSON schema (draft 7, as SchemaStore wants it), for editors that complete and check TOML."""

from __future__ import annotations

from typing import Any

from flake8_redis_ssot.config.schema import (
    ACCESSOR_FOR_KEYS,
    DUPLICATES_VALUES,
    GENERAL_KEYS,
    NOQA_POLICIES,
    RESOURCE_KEYS,
    TYPE_CHECKING_VALUES,
)

_STRING = {"type": "string", "minLength": 1}
_STRING_OR_LIST = {"oneOf": [_STRING, {"type": "array", "items": _STRING}]}
_NONEMPTY_STRINGS = {"oneOf": [_STRING, {"type": "array", "items": _STRING, "minItems": 1}]}
_CODES = {"$ref": "#/definitions/codes"}
_CODE = {"type": "string", "pattern": r"^(ALL|R|RS|RSS\d{0,3})$"}
_POLICY = {"enum": list(NOQA_POLICIES)}
_DEPRECATED = {
    "oneOf": [
        _STRING,
        {"type": "array", "items": _STRING},
        # Dotted names without quotes are tables in tables.
        {"type": "object", "additionalProperties": {"$ref": "#/definitions/replacement"}},
    ]
}
_REPLACEMENT = {
    "oneOf": [
        {"type": "string"},
        {"type": "object", "additionalProperties": {"$ref": "#/definitions/replacement"}},
    ]
}
# Key → what it is, and what may stand there.
_FIELDS: dict[str, tuple[str, dict[str, Any]]] = {
    "src": ("Import roots, from the configuration's folder (default: `.` and `src`).", _NONEMPTY_STRINGS),
    "exclude": ("Patterns as in a .gitignore, on top of .gitignore itself.", _STRING_OR_LIST),
    "services": ("Parts that are deployed apart and may not import each other: packages or folders.", _STRING_OR_LIST),
    "select": ("Codes or prefixes to report (default: all but RSS901).", _CODES),
    "ignore": ("Codes or prefixes to leave out.", _CODES),
    "per-file-ignores": ("Pattern → codes to leave out there.", {"type": "object", "additionalProperties": _CODES}),
    "noqa": (
        "What `# noqa` comments may do: one word for all codes, or codes and prefixes with a word each.",
        {"oneOf": [_POLICY, {"type": "object", "propertyNames": _CODE, "additionalProperties": _POLICY}]},
    ),
    "type-checking": ("Whether imports under TYPE_CHECKING are reported.", {"enum": list(TYPE_CHECKING_VALUES)}),
    "baseline": ("The file of known findings, which pass.", _STRING),
    "duplicates": ("Where classes are compared with the guarded ones.", {"enum": list(DUPLICATES_VALUES)}),
    "duplicate-threshold": (
        "The part of a guarded class's methods, by weight, that makes another class a duplicate (default: 0.5).",
        {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    ),
    "resource": (
        "What is shared, by name.",
        {"type": "object", "additionalProperties": {"$ref": "#/definitions/resource"}},
    ),
    "canonical": ("The only modules that may make an instance (dotted).", _NONEMPTY_STRINGS),
    "constructors": ("What makes one: dotted names; `*` is a part, `**` any number of parts.", _STRING_OR_LIST),
    "instance": ("The one instance, as a dotted name.", _STRING),
    "accessor": ("The function that gives it back, as a dotted name.", _STRING),
    "allow": ("Patterns of files that may go round the source of truth.", _STRING_OR_LIST),
    "deprecated": ("Old modules and names → what took their place.", _DEPRECATED),
    "accessor-for": (
        "Other accessors for some files.",
        {"type": "array", "items": {"$ref": "#/definitions/accessor-for"}},
    ),
    "check-canonical": ("Whether further instances in the canonical modules are reported.", {"type": "boolean"}),
    "tear-down": ("Further methods that end an instance.", _STRING_OR_LIST),
    "paths": ("Patterns of the files.", _NONEMPTY_STRINGS),
}


def json_schema() -> dict[str, Any]:
    """The schema of the table `tool.redis-ssot`, or of the whole of a `redis-ssot.toml`."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "redis-ssot",
        "description": "Keeps code to the single source of truth of its shared resources.",
        **_object_schema(*GENERAL_KEYS, *RESOURCE_KEYS),
        "anyOf": [{"required": ["resource"]}, {"required": ["canonical"]}],
        "definitions": {
            "codes": {"oneOf": [_CODE, {"type": "array", "items": _CODE}]},
            "replacement": _REPLACEMENT,
            "resource": {
                **_object_schema(*RESOURCE_KEYS),
                "required": ["canonical"],
                "anyOf": [{"required": ["constructors"]}, {"required": ["deprecated"]}],
            },
            "accessor-for": {**_object_schema(*ACCESSOR_FOR_KEYS), "required": list(ACCESSOR_FOR_KEYS)},
        },
    }


def _object_schema(*keys: str) -> dict[str, Any]:
    properties = {key: {"description": _FIELDS[key][0], **_FIELDS[key][1]} for key in keys}
    return {"type": "object", "additionalProperties": False, "properties": properties}
