"""Pages that mkdocs makes while it builds: those of the root, the README first, all codes, and the settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from flake8_redis_ssot.config.json_schema import json_schema
from flake8_redis_ssot.rules.rule import Rule, all_rules

ROOT = Path(__file__).parent.parent
ROOT_PAGES = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changes.md"}
CODES = "codes/index.md"
SCHEMA = "redis-ssot.schema.json"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put a page for each code behind the table of codes."""
    for entry in _entries(config.nav):
        if entry.get("Codes") == CODES:
            entry["Codes"] = [CODES, *map(rule_path, all_rules())]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to those on the disk."""
    pages = {page: root_page(name) for name, page in ROOT_PAGES.items()} | {CODES: codes_page()}
    pages |= {rule_path(rule): rule_page(rule) for rule in all_rules()}
    pages |= {"settings.md": settings_page(), SCHEMA: json.dumps(json_schema(), indent=2, ensure_ascii=False)}
    for path, text in pages.items():
        files.append(File.generated(config, path, content=text))
    return files


def _entries(nav: Any) -> list[dict[str, Any]]:
    """Every titled entry of the navigation, on all levels."""
    below = [each for each in nav if isinstance(each, dict)] if isinstance(nav, list) else []
    return below + [inner for each in below for value in each.values() for inner in _entries(value)]


def root_page(name: str) -> str:
    """A page of the root; what it names in `docs/` or beside it lies in one folder here."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("](docs/", "](").replace('"docs/', '"')
    for other, page in ROOT_PAGES.items():
        text = text.replace(f"]({other})", f"]({page})")
    return text


def rule_path(rule: Rule) -> str:
    """The page of a code."""
    return f"codes/{rule.code.lower()}-{rule.name}.md"


def rule_page(rule: Rule) -> str:
    """What `redis-ssot rule CODE` prints, with a way back."""
    return f"# {rule.code} {rule.name}\n\n{rule.page}\n\n[All codes](index.md) · `redis-ssot rule {rule.code}`\n"


def codes_page() -> str:
    """A table of all codes."""
    rows = [
        f"| [{rule.code}]({Path(rule_path(rule)).name}) | {rule.name} | {rule.summary} | {_yes(rule.fix is not None)} |"
        for rule in all_rules()
    ]
    head = "# Codes\n\n| code | name | finds | fixes |\n|---|---|---|---|\n"
    tail = "\n\nWhether one fix is applied is told with each finding: see [fix safety](../fix-safety.md).\n"
    return head + "\n".join(rows) + tail


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def settings_page() -> str:
    """Every key of the configuration, from its JSON schema."""
    schema = json_schema()
    tables = {"[tool.redis-ssot]": schema, **_tables(schema)}
    sections = [f"## `{title}`\n\n{_table(each, schema)}" for title, each in tables.items()]
    head = (
        "# Settings\n\nEvery key, as the JSON schema knows it: what `redis-ssot schema` prints, "
        f"and [here as a file]({SCHEMA}). What they mean together: [configuration](configuration.md).\n\n"
        "In a `redis-ssot.toml` the prefix `tool.redis-ssot` is left out.\n\n"
    )
    return head + "\n\n".join(sections) + "\n"


def _tables(schema: dict[str, Any]) -> dict[str, Any]:
    """The tables inside the schema, under the heads that they have in TOML."""
    inner = {name: each for name, each in schema["definitions"].items() if "properties" in each}
    heads = {"resource": "[tool.redis-ssot.resource.NAME]"}
    return {heads.get(name, f"[[tool.redis-ssot.resource.NAME.{name}]]"): each for name, each in inner.items()}


def _table(each: dict[str, Any], schema: dict[str, Any]) -> str:
    required = each.get("required", [])
    rows = [
        f"| `{key}` | {kind(value, schema)}{', required' if key in required else ''} | {value['description']} |"
        for key, value in each["properties"].items()
    ]
    return "| key | value | meaning |\n|---|---|---|\n" + "\n".join(rows)


def kind(value: dict[str, Any], schema: dict[str, Any]) -> str:
    """What may stand as a value, in words; a part of a schema that has none is an error."""
    if "$ref" in value:
        return _referred(value["$ref"].rpartition("/")[2], schema)
    if "oneOf" in value or "anyOf" in value:
        kinds = [kind(each, schema) for each in value.get("oneOf") or value["anyOf"]]
        return " or ".join(dict.fromkeys(kinds))
    if "enum" in value:
        return " or ".join(f"`{json.dumps(each)}`" for each in value["enum"])
    if value["type"] == "array":
        return f"list of {kind(value['items'], schema)}s"
    if value["type"] == "object":
        return f"table, each value: {kind(value['additionalProperties'], schema)}"
    return {"string": "text", "boolean": "`true` or `false`", "integer": "whole number", "number": "number"}[
        value["type"]
    ]


def _referred(name: str, schema: dict[str, Any]) -> str:
    """What a definition says; one that is a table of its own is called by its name."""
    inner = schema["definitions"][name]
    if "properties" in inner:
        return f"`{name}` table"
    others = [each for each in inner.get("oneOf", []) if f"#/definitions/{name}" not in json.dumps(each)]
    if len(others) == len(inner.get("oneOf", [])):
        return kind(inner, schema)
    return f"{kind({'oneOf': others}, schema)} or a table of the same"
