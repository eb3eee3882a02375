"""A mkdocs hook that generates pages (those of the repository root, the rules), and the tables of settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from flake8_redis_ssot.config.json_schema import json_schema
from flake8_redis_ssot.rules.rule import Rule, all_rules

ROOT = Path(__file__).parent.parent
ROOT_PAGES = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changes.md"}
CODES = "codes/index.md"
SCHEMA = "redis-ssot.schema.json"
OFFLINE_SEARCH = "offline_search.js"
SEARCH_SHIM = "https://unpkg.com/iframe-worker/shim"  # by the plugin `offline` of mkdocs-material


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add the page of each rule to the navigation, after the table of rules."""
    for entry in _entries(config.nav):
        if entry.get("Rules") == CODES:
            entry["Rules"] = [CODES, *map(rule_path, all_rules())]
    return config


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Take the script that lets a page in a file search from the site itself, not from a server."""
    return output.replace(SEARCH_SHIM, f"{'../' * page.url.count('/')}{OFFLINE_SEARCH}")


def on_post_template(output: str, template_name: str, config: MkDocsConfig) -> str:
    """The same for pages without a Markdown file, such as that of missing pages."""
    return output.replace(SEARCH_SHIM, f"/{OFFLINE_SEARCH}")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages."""
    pages = {page: root_page(name) for name, page in ROOT_PAGES.items()} | {CODES: codes_page()}
    pages |= {rule_path(rule): rule_page(rule) for rule in all_rules()}
    pages[SCHEMA] = json.dumps(json_schema(), indent=2, ensure_ascii=False)
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
    """The page of a rule: what `redis-ssot rule CODE` prints, with a link to all rules."""
    return f"# {rule.code} {rule.name}\n\n{rule.page}\n\n[All rules](index.md) · `redis-ssot rule {rule.code}`\n"


def codes_page() -> str:
    """The page with a table of all rules."""
    rows = [
        f"| [{rule.code}]({Path(rule_path(rule)).name}) | {rule.name} | {rule.summary} | {_yes(rule.fix is not None)} |"
        for rule in all_rules()
    ]
    head = "# Rules\n\n| code | name | reports | has fixes |\n|---|---|---|---|\n"
    tail = "\n\nThe report shows for each finding whether its fix is safe. See [fix safety](../fix-safety.md).\n"
    return head + "\n".join(rows) + tail


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def settings_tables() -> str:
    """A Markdown table of the settings for each TOML table, generated from the JSON schema."""
    schema = json_schema()
    in_resource = schema["definitions"]["resource"]["properties"]
    top_level = {key: value for key, value in schema["properties"].items() if key not in in_resource}
    tables = {"[tool.redis-ssot]": {"properties": top_level}, **_tables(schema)}
    return "\n\n".join(f"### `{title}`\n\n{_table(each, schema)}" for title, each in tables.items())


def _tables(schema: dict[str, Any]) -> dict[str, Any]:
    """The nested tables of the schema, by their TOML headers."""
    inner = {name: each for name, each in schema["definitions"].items() if "properties" in each}
    settings = schema["definitions"]["resource"]["properties"]
    return {_head(name, settings): each for name, each in inner.items()}


def _head(name: str, settings: dict[str, Any]) -> str:
    """The TOML header of a nested table; double brackets if there can be several."""
    if name == "resource":
        return "[tool.redis-ssot.resource.NAME]"
    head = f"[tool.redis-ssot.resource.NAME.{name}]"
    return f"[{head}]" if '"array"' in json.dumps(settings[name]) else head


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
        return f"table of {kind(value['additionalProperties'], schema)}"
    return {"string": "string", "boolean": "`true` or `false`", "integer": "integer", "number": "number"}[value["type"]]


def _describe_reference(name: str, schema: dict[str, Any]) -> str:
    """A description of a definition; a table is described by its name."""
    inner = schema["definitions"][name]
    if "properties" in inner:
        return f"`{name}` table"
    others = [each for each in inner.get("oneOf", []) if f"#/definitions/{name}" not in json.dumps(each)]
    if len(others) == len(inner.get("oneOf", [])):
        return kind(inner, schema)
    return f"{kind({'oneOf': others}, schema)} or nested table"
