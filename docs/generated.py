"""A mkdocs hook that generates pages: those of the repository root, the rules, and the settings."""

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
    """Add the page of each rule to the navigation, after the table of codes."""
    for entry in _entries(config.nav):
        if entry.get("Codes") == CODES:
            entry["Codes"] = [CODES, *map(rule_path, all_rules())]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages."""
    pages = {page: root_page(name) for name, page in ROOT_PAGES.items()} | {CODES: codes_page()}
    pages |= {rule_path(rule): rule_page(rule) for rule in all_rules()}
    pages |= {"settings.md": settings_page(), SCHEMA: json.dumps(json_schema(), indent=2, ensure_ascii=False)}
    for path, text in pages.items():
        files.append(File.generated(config, path, content=text))
    return files


def _entries(nav: Any) -> list[dict[str, Any]]:
    """The titled entries of the navigation, at all levels."""
    entries = [each for each in nav if isinstance(each, dict)] if isinstance(nav, list) else []
    return entries + [inner for each in entries for value in each.values() for inner in _entries(value)]


def root_page(name: str) -> str:
    """A page of the repository root, with links that are relative to `docs/`."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("](docs/", "](").replace('"docs/', '"')
    for other, page in ROOT_PAGES.items():
        text = text.replace(f"]({other})", f"]({page})")
    return text


def rule_path(rule: Rule) -> str:
    """The path of a rule's page."""
    return f"codes/{rule.code.lower()}-{rule.name}.md"


def rule_page(rule: Rule) -> str:
    """The page of a rule: what `redis-ssot rule CODE` prints, with a link to all codes."""
    return f"# {rule.code} {rule.name}\n\n{rule.page}\n\n[All codes](index.md) · `redis-ssot rule {rule.code}`\n"


def codes_page() -> str:
    """The page with a table of all codes."""
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
    """The page of all settings, generated from the JSON schema."""
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
    """The nested tables of the schema, by their TOML headers."""
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
    """A description of the values that a schema allows. Raises KeyError for a schema without one."""
    if "$ref" in value:
        return _describe_reference(value["$ref"].rpartition("/")[2], schema)
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


def _describe_reference(name: str, schema: dict[str, Any]) -> str:
    """A description of a definition; a table is described by its name."""
    inner = schema["definitions"][name]
    if "properties" in inner:
        return f"`{name}` table"
    others = [each for each in inner.get("oneOf", []) if f"#/definitions/{name}" not in json.dumps(each)]
    if len(others) == len(inner.get("oneOf", [])):
        return kind(inner, schema)
    return f"{kind({'oneOf': others}, schema)} or a table of the same"
