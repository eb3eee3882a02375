"""The configuration as a JSON schema (draft 7, as SchemaStore wants it), for editors that complete and check TOML."""

from __future__ import annotations

from typing import Any

from flake8_redis_ssot.config.schema import ACCESSOR_FOR, DUPLICATES, GENERAL, NOQA, RESOURCE, TYPE_CHECKING

_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"oneOf": [_TEXT, {"type": "array", "items": _TEXT}]}
_SOME = {"oneOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}
_CODES = {"$ref": "#/definitions/codes"}
_CODE = {"type": "string", "pattern": r"^(ALL|R|RS|RSS\d{0,3})$"}
_POLICY = {"enum": list(NOQA)}
_DEPRECATED = {
    "oneOf": [
        _TEXT,
        {"type": "array", "items": _TEXT},
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
_ABOUT: dict[str, tuple[str, dict[str, Any]]] = {
    "src": ("Import roots, from the configuration's folder (default: `.` and `src`).", _SOME),
    "exclude": ("Patterns as in a .gitignore, on top of .gitignore itself.", _TEXTS),
    "services": ("Parts that are deployed apart and may not import each other: packages or folders.", _TEXTS),
    "select": ("Codes or prefixes to report (default: all but RSS901).", _CODES),
    "ignore": ("Codes or prefixes to leave out.", _CODES),
    "per-file-ignores": ("Pattern → codes to leave out there.", {"type": "object", "additionalProperties": _CODES}),
    "noqa": (
        "What `# noqa` comments may do: one word for all codes, or codes and prefixes with a word each.",
        {"oneOf": [_POLICY, {"type": "object", "propertyNames": _CODE, "additionalProperties": _POLICY}]},
    ),
    "type-checking": ("Whether imports under TYPE_CHECKING are reported.", {"enum": list(TYPE_CHECKING)}),
    "baseline": ("The file of known findings, which pass.", _TEXT),
    "duplicates": ("Where classes are compared with the guarded ones.", {"enum": list(DUPLICATES)}),
    "duplicate-threshold": (
        "The part of a guarded class's methods, by weight, that makes another class a duplicate (default: 0.5).",
        {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    ),
    "resource": (
        "What is shared, by name.",
        {"type": "object", "additionalProperties": {"$ref": "#/definitions/resource"}},
    ),
    "canonical": ("The only modules that may make an instance (dotted).", _SOME),
    "constructors": ("What makes one: dotted names; `*` is a part, `**` any number of parts.", _TEXTS),
    "instance": ("The one instance, as a dotted name.", _TEXT),
    "accessor": ("The function that gives it back, as a dotted name.", _TEXT),
    "allow": ("Patterns of files that may go round the source of truth.", _TEXTS),
    "deprecated": ("Old modules and names → what took their place.", _DEPRECATED),
    "accessor-for": (
        "Other accessors for some files.",
        {"type": "array", "items": {"$ref": "#/definitions/accessor-for"}},
    ),
    "check-canonical": ("Whether further instances in the canonical modules are reported.", {"type": "boolean"}),
    "tear-down": ("Further methods that end an instance.", _TEXTS),
    "paths": ("Patterns of the files.", _SOME),
}


def json_schema() -> dict[str, Any]:
    """The schema of the table `tool.redis-ssot`, or of the whole of a `redis-ssot.toml`."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "redis-ssot",
        "description": "Keeps code to the single source of truth of its shared resources.",
        **_object(*GENERAL, *RESOURCE),
        "anyOf": [{"required": ["resource"]}, {"required": ["canonical"]}],
        "definitions": {
            "codes": {"oneOf": [_CODE, {"type": "array", "items": _CODE}]},
            "replacement": _REPLACEMENT,
            "resource": {
                **_object(*RESOURCE),
                "required": ["canonical"],
                "anyOf": [{"required": ["constructors"]}, {"required": ["deprecated"]}],
            },
            "accessor-for": {**_object(*ACCESSOR_FOR), "required": list(ACCESSOR_FOR)},
        },
    }


def _object(*keys: str) -> dict[str, Any]:
    properties = {key: {"description": _ABOUT[key][0], **_ABOUT[key][1]} for key in keys}
    return {"type": "object", "additionalProperties": False, "properties": properties}
