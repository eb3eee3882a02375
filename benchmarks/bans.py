"""Conversion of our configuration to equivalent bans in the configurations of our peers.

What a peer cannot express is left out: none of them follows re-exports, and only text search supports globs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from benchmarks.trees import guarded_words
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.semantic.name_patterns import is_glob


@dataclass(frozen=True, slots=True)
class Bans:
    """Dotted names of deprecated modules and constructors, words to search for, and path patterns to exclude."""

    modules: tuple[str, ...]
    constructors: tuple[str, ...]
    words: tuple[str, ...]
    exclude: tuple[str, ...]

    @classmethod
    def from_config(cls, config: Config) -> Bans:
        """The bans of a configuration, without globs."""
        modules = [module for resource in config.resources for module, _ in resource.deprecated]
        constructors = [name for resource in config.resources for name in resource.constructors]
        exclude = tuple(pattern.rstrip("/") for pattern in config.exclude)
        return cls(_without_globs(modules), _without_globs(constructors), guarded_words(config), exclude)


def write_ruff(bans: Bans) -> str:
    """A `ruff.toml` with the bans for TID251."""
    rows = [f"{json.dumps(name)}.msg = {json.dumps('not here')}" for name in (*bans.modules, *bans.constructors)]
    exclude = f"extend-exclude = {json.dumps(bans.exclude)}\n" if bans.exclude else ""
    return f"{exclude}[lint]\nselect = ['TID251']\n[lint.flake8-tidy-imports.banned-api]\n" + "\n".join(rows) + "\n"


def write_ast_grep(bans: Bans) -> str:
    """Two ast-grep rules: imports of the modules, and calls by the last part of the constructors' names."""
    imports = [pattern for module in bans.modules for pattern in (f"from {module} import $$$N", f"import {module}")]
    calls = sorted({f"{name.rpartition('.')[2]}($$$A)" for name in bans.constructors})
    rules = {"banned-import": imports, "banned-call": calls}
    # JSON is YAML.
    return "\n---\n".join(json.dumps(_ast_grep_rule(name, patterns)) for name, patterns in rules.items())


def write_semgrep(bans: Bans) -> str:
    """Two semgrep rules; semgrep resolves import aliases within a file."""
    imports = [pattern for module in bans.modules for pattern in (f"from {module} import $X", f"import {module}")]
    calls = [f"{name}(...)" for name in bans.constructors]
    rules = {"banned-import": imports, "banned-call": calls}
    return json.dumps({"rules": [_semgrep_rule(name, patterns) for name, patterns in rules.items()]})


def write_tidy_imports(bans: Bans) -> str:
    """A flake8 configuration with the bans for I251."""
    rows = "".join(f"\n    {name} = not here" for name in (*bans.modules, *bans.constructors))
    return f"[flake8]\nselect = E9,F,I251\nbanned-modules ={rows}\n"


def _ast_grep_rule(name: str, patterns: list[str]) -> dict[str, object]:
    choice = {"any": [{"pattern": pattern} for pattern in patterns]}
    return {"id": name, "language": "python", "severity": "warning", "message": "not here", "rule": choice}


def _semgrep_rule(name: str, patterns: list[str]) -> dict[str, object]:
    choice = [{"pattern": pattern} for pattern in patterns]
    common = {"id": name, "languages": ["python"], "severity": "WARNING", "message": "not here"}
    return {**common, "pattern-either": choice}


def _without_globs(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if not is_glob(name)))
