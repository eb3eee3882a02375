"""What other tools can enforce of a configuration, in their own words, and what they can't."""

from __future__ import annotations

import json
import os
from typing import NamedTuple

from flake8_redis_ssot.config.model import Config, Resource
from flake8_redis_ssot.semantic.name_patterns import is_glob


class Export(NamedTuple):
    """The text for another tool's settings, and what it has no words for (one sentence each)."""

    text: str
    left_out: tuple[str, ...]


def to_ruff(config: Config) -> Export:
    """Bans of deprecated names (TID251), for `pyproject.toml`."""
    bans = [
        f"{json.dumps(old)}.msg = {json.dumps(_advice(old, new, resource))}"
        for resource in config.resources
        for old, new in resource.deprecated
        if not is_glob(old)
    ]
    free = sorted({pattern for resource in config.resources for pattern in resource.allow})
    lines = ["[tool.ruff.lint]", 'extend-select = ["TID251"]', 'external = ["RSS"]']
    lines += ["", "[tool.ruff.lint.flake8-tidy-imports.banned-api]", *bans]
    if free:
        lines += ["", "[tool.ruff.lint.per-file-ignores]"]
        lines += [f'{json.dumps(_globbed(pattern))} = ["TID251"]' for pattern in free]
    left_out = (
        "constructors: a ban would hit annotations and subclasses as well, not only calls",
        "names that reach a file through other modules, under an alias or by a star",
        *_patterns(config),
    )
    return Export("\n".join(lines) + "\n", left_out)


def to_import_linter(config: Config) -> Export:
    """A contract that nobody imports the deprecated modules, for `pyproject.toml`."""
    lines = ["[tool.importlinter]", f"root_packages = {json.dumps(_packages(config))}"]
    for resource in config.resources:
        modules = [old for old, _ in resource.deprecated if _is_module(config, old)]
        if modules:
            lines += [
                "",
                "[[tool.importlinter.contracts]]",
                f'name = "Nobody imports what is deprecated: {resource.name}"',
                'type = "protected"',
                f"protected_modules = {json.dumps(modules)}",
                "allowed_importers = []",
            ]
    left_out = (
        "constructors and deprecated names inside a module: import-linter knows modules only",
        "`allow` and files outside the packages, such as tests and scripts",
        *_patterns(config),
    )
    return Export("\n".join(lines) + "\n", left_out)


def to_semgrep(config: Config) -> Export:
    """Rules for imports of what is deprecated and for calls of constructors, as JSON, which is YAML."""
    rules = [rule for resource in config.resources for rule in _semgrep_rules(resource)]
    left_out = (
        "names that reach a file through other modules or by a star: semgrep follows imports in one file",
        "factories, constructors that are handed over, patches",
        *_patterns(config),
    )
    return Export(json.dumps({"rules": rules}, indent=2) + "\n", left_out)


FORMS = {"ruff": to_ruff, "import-linter": to_import_linter, "semgrep": to_semgrep}


def _semgrep_rules(resource: Resource) -> list[dict[str, object]]:
    old = [name for name, _ in resource.deprecated if not is_glob(name)]
    imports = [pattern for name in old for pattern in (f"from {name} import $X", f"import {name}")]
    imports += [f"from {name.rpartition('.')[0]} import {name.rpartition('.')[2]}" for name in old if "." in name]
    calls = [f"{name}(...)" for name in resource.constructors if not is_glob(name)]
    homes = [f"{module.replace('.', '/')}.py" for module in resource.canonical if not is_glob(module)]
    free = [*(_globbed(pattern) for pattern in resource.allow), *(f"**/{home}" for home in homes)]
    instead = resource.accessor or resource.instance or resource.canonical[0]
    several = (("deprecated", imports, "is deprecated"), ("construction", calls, "makes a new one"))
    return [
        {
            "id": f"redis-ssot-{resource.name}-{name}",
            "languages": ["python"],
            "severity": "ERROR",
            "message": f"{text}; use `{instead}` instead",
            "pattern-either": [{"pattern": pattern} for pattern in patterns],
            "paths": {"exclude": free},
        }
        for name, patterns, text in several
        if patterns
    ]


def _advice(old: str, new: str, resource: Resource) -> str:
    instead = new or resource.accessor or resource.instance or resource.canonical[0]
    return f"`{old}` is deprecated; use `{instead}` instead"


def _globbed(pattern: str) -> str:
    """A pattern as in a .gitignore in the words of those who match whole paths."""
    tied = pattern.lstrip("/") if "/" in pattern.rstrip("/") else f"**/{pattern}"
    return f"{tied}**" if tied.endswith("/") else tied


def _patterns(config: Config) -> tuple[str, ...]:
    names = (name for resource in config.resources for name in _names(resource))
    several = [name for name in names if is_glob(name)]
    return (f"patterns: {', '.join(several)}",) if several else ()


def _names(resource: Resource) -> list[str]:
    return [*resource.constructors, *(old for old, _ in resource.deprecated)]


def _packages(config: Config) -> list[str]:
    """The packages at the top of the import roots that the configuration speaks of."""
    names = [name for resource in config.resources for name in (*resource.canonical, *_names(resource))]
    tops = {name.partition(".")[0] for name in (*names, *config.services)}
    return sorted(top for top in tops if any(os.path.isdir(os.path.join(root, top)) for root in config.roots))


def _is_module(config: Config, name: str) -> bool:
    places = [os.path.join(root, *name.split(".")) for root in config.roots]
    return any(os.path.isfile(f"{place}.py") or os.path.isdir(place) for place in places)
