"""What other tools can enforce of a configuration, as their settings, and what they can't."""

from __future__ import annotations

import json
import os
from typing import NamedTuple

from flake8_redis_ssot.config.model import Config, Resource
from flake8_redis_ssot.semantic.name_patterns import is_glob


class ExportResult(NamedTuple):
    """Settings for another tool, and what it can't express (one sentence each)."""

    text: str
    limitations: tuple[str, ...]


def export_ruff(config: Config) -> ExportResult:
    """Bans of deprecated names (TID251), for `pyproject.toml`."""
    bans = [
        f"{json.dumps(old)}.msg = {json.dumps(_deprecation_message(old, new, resource))}"
        for resource in config.resources
        for old, new in resource.deprecated
        if not is_glob(old)
    ]
    allowed = sorted({pattern for resource in config.resources for pattern in resource.allow})
    lines = ["[tool.ruff.lint]", 'extend-select = ["TID251"]', 'external = ["RSS"]']
    lines += ["", "[tool.ruff.lint.flake8-tidy-imports.banned-api]", *bans]
    if allowed:
        lines += ["", "[tool.ruff.lint.per-file-ignores]"]
        lines += [f'{json.dumps(_to_full_path_glob(pattern))} = ["TID251"]' for pattern in allowed]
    limitations = (
        "constructors: a ban would hit annotations and subclasses as well, not only calls",
        "names that reach a file through other modules, under an alias or by a star",
        *_pattern_limitations(config),
    )
    return ExportResult("\n".join(lines) + "\n", limitations)


def export_import_linter(config: Config) -> ExportResult:
    """A contract that forbids imports of deprecated modules, for `pyproject.toml`."""
    lines = ["[tool.importlinter]", f"root_packages = {json.dumps(_root_packages(config))}"]
    for resource in config.resources:
        modules = [old for old, _ in resource.deprecated if _is_module(config, old)]
        if modules:
            lines += [
                "",
                "[[tool.importlinter.contracts]]",
                f'name = "No imports of deprecated modules: {resource.name}"',
                'type = "protected"',
                f"protected_modules = {json.dumps(modules)}",
                "allowed_importers = []",
            ]
    limitations = (
        "constructors and deprecated names inside a module: import-linter knows modules only",
        "`allow` and files outside the packages, such as tests and scripts",
        *_pattern_limitations(config),
    )
    return ExportResult("\n".join(lines) + "\n", limitations)


def export_semgrep(config: Config) -> ExportResult:
    """Rules for imports of what is deprecated and for calls of constructors, as JSON, which is YAML."""
    rules = [rule for resource in config.resources for rule in _semgrep_rules(resource)]
    limitations = (
        "names that reach a file through other modules or by a star: semgrep follows imports in one file",
        "factories, constructors passed as arguments, patches",
        *_pattern_limitations(config),
    )
    return ExportResult(json.dumps({"rules": rules}, indent=2) + "\n", limitations)


EXPORTERS = {"ruff": export_ruff, "import-linter": export_import_linter, "semgrep": export_semgrep}


def _semgrep_rules(resource: Resource) -> list[dict[str, object]]:
    deprecated = [name for name, _ in resource.deprecated if not is_glob(name)]
    imports = [pattern for name in deprecated for pattern in (f"from {name} import $X", f"import {name}")]
    imports += [
        f"from {name.rpartition('.')[0]} import {name.rpartition('.')[2]}" for name in deprecated if "." in name
    ]
    calls = [f"{name}(...)" for name in resource.constructors if not is_glob(name)]
    canonical_files = [f"{module.replace('.', '/')}.py" for module in resource.canonical if not is_glob(module)]
    excluded = [
        *(_to_full_path_glob(pattern) for pattern in resource.allow),
        *(f"**/{module_file}" for module_file in canonical_files),
    ]
    replacement = resource.accessor or resource.instance or resource.home
    rule_kinds = (("deprecated", imports, "is deprecated"), ("construction", calls, "creates a new one"))
    return [
        {
            "id": f"redis-ssot-{resource.name}-{name}",
            "languages": ["python"],
            "severity": "ERROR",
            "message": f"{text}; use `{replacement}` instead",
            "pattern-either": [{"pattern": pattern} for pattern in patterns],
            "paths": {"exclude": excluded},
        }
        for name, patterns, text in rule_kinds
        if patterns
    ]


def _deprecation_message(old: str, new: str, resource: Resource) -> str:
    replacement = new or resource.accessor or resource.instance or resource.home
    return f"`{old}` is deprecated; use `{replacement}` instead"


def _to_full_path_glob(pattern: str) -> str:
    """A .gitignore pattern as a glob that matches whole paths."""
    anchored = pattern.lstrip("/") if "/" in pattern.rstrip("/") else f"**/{pattern}"
    return f"{anchored}**" if anchored.endswith("/") else anchored


def _pattern_limitations(config: Config) -> tuple[str, ...]:
    names = (name for resource in config.resources for name in _resource_names(resource))
    patterns = [name for name in names if is_glob(name)]
    return (f"patterns: {', '.join(patterns)}",) if patterns else ()


def _resource_names(resource: Resource) -> list[str]:
    return [*resource.constructors, *(old for old, _ in resource.deprecated)]


def _root_packages(config: Config) -> list[str]:
    """The packages at the top of the import roots that the configuration names."""
    names = [name for resource in config.resources for name in (*resource.canonical, *_resource_names(resource))]
    top_levels = {name.partition(".")[0] for name in (*names, *config.services)}
    return sorted(
        top for top in top_levels if any(os.path.isdir(os.path.join(root, top)) for root in config.import_roots)
    )


def _is_module(config: Config, name: str) -> bool:
    locations = [os.path.join(root, *name.split(".")) for root in config.import_roots]
    return any(os.path.isfile(f"{location}.py") or os.path.isdir(location) for location in locations)
