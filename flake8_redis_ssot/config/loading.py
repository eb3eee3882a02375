"""Finding and loading a configuration; all problems are reported at once, each with its file and key."""

import os
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from flake8_redis_ssot.config.model import DEFAULT_BASELINE, Config, ConfigError, ConfigProblem
from flake8_redis_ssot.config.parser import build_config
from flake8_redis_ssot.config.setting import setting_names
from flake8_redis_ssot.config.settings import top_level_settings
from flake8_redis_ssot.config.toml_table import iter_leaves, mismatch_message
from flake8_redis_ssot.config.validators import find_nearest
from flake8_redis_ssot.files.atomic_write import read
from flake8_redis_ssot.files.paths import to_display_path
from flake8_redis_ssot.files.toml_files import CONFIG_FILE_NAMES, PYPROJECT, parse_toml

OWN_NAMES = tuple(name for name in CONFIG_FILE_NAMES if name != PYPROJECT)
_COMMAND_LINE = "--config"
_TOOL_NAME = re.compile("redis[-_]ssot", re.IGNORECASE)
_EXAMPLE = """\
[tool.redis-ssot.resource.redis]
canonical = ["app.redis_manager"]
constructors = ["app.redis_manager.RedisManager"]
accessor = "app.redis_manager.get_redis_manager"

[tool.redis-ssot.resource.redis.deprecated]
"app.old.redis_manager" = "app.redis_manager"
"""


def configuration_help() -> str:
    """The message for a missing configuration: where to write one, and an example."""
    return (
        "No configuration found. Propose one: redis-ssot init\n"
        f"Or add one to {PYPROJECT} or {OWN_NAMES[0]}, such as:\n\n{_EXAMPLE}"
    )


def find_config(start: Path) -> Path | None:
    """The configuration file that applies to `start` (a file, a directory, or a path that does not exist), or None.

    It is in the nearest parent directory that has a redis-ssot.toml, a .redis-ssot.toml or a pyproject.toml with our
    table, in this order. An unreadable pyproject.toml counts, so that loading it reports why.
    """
    path = os.path.abspath(start)
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    while True:
        file = find_config_in(folder)
        if file is not None:
            return file
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def find_config_in(folder: str) -> Path | None:
    """The configuration file in a directory itself, or None."""
    for name in CONFIG_FILE_NAMES:
        file = os.path.join(folder, name)
        if os.path.isfile(file) and (name != PYPROJECT or _has_tool_table(file)):
            return Path(file)
    return None


def load_config(file: Path, *, root: Path | None = None, overrides: Sequence[str] = ()) -> Config:
    """Load a configuration; its paths are relative to `root`, by default the file's directory.

    `overrides` are TOML texts such as `resource.redis.canonical = ["app.rm"]`, merged over the file's settings.
    Raises ConfigError with all problems.
    """
    path = Path(os.path.abspath(file))
    problems: list[ConfigProblem] = []
    override_values = _parse_overrides(overrides, problems)
    table = _read_table(path, problems)
    if table is None:
        raise ConfigError(problems)
    return _build_config(table, override_values, problems, root=root or path.parent, file=path)


def config_from_overrides(overrides: Sequence[str], root: Path) -> Config:
    """Build a configuration from `overrides` alone, as in `load_config`. Raises ConfigError with all problems."""
    problems: list[ConfigProblem] = []
    override_values = _parse_overrides(overrides, problems)
    if problems:  # a setting that cannot be parsed would be reported as missing too
        raise ConfigError(problems)
    return _build_config(_ConfigTable(_COMMAND_LINE, "", {}), override_values, problems, root=root, file=None)


def config_warnings(config: Config) -> tuple[ConfigProblem, ...]:
    """Warnings about a valid configuration: import roots that are not directories."""
    missing = [folder for folder in config.src if not os.path.isdir(config.root / folder)]
    return tuple(problem_at(config, "src", f"`{folder}` is not a folder in {config.root}") for folder in missing)


def problem_at(config: Config, key: str, text: str) -> ConfigProblem:
    """A problem with a setting of a loaded configuration; `key` is given without `tool.redis-ssot`."""
    if config.file is None:
        return ConfigProblem(_COMMAND_LINE, key, text)
    is_pyproject = config.file.name == PYPROJECT
    return ConfigProblem(to_display_path(str(config.file)), f"tool.redis-ssot.{key}" if is_pyproject else key, text)


class _ConfigTable(NamedTuple):
    """Our table in a file: the file's name in messages, the prefix of full keys, and the values."""

    name: str
    prefix: str
    values: Mapping[str, object]


def _build_config(
    table: _ConfigTable,
    override_values: Mapping[str, object],
    problems: list[ConfigProblem],
    *,
    root: Path,
    file: Path | None,
) -> Config:
    override_keys = tuple(key for key, _ in iter_leaves(override_values))

    def report_problem(key: str, text: str) -> None:
        if any(key == ours or key.startswith((f"{ours}.", f"{ours}[")) for ours in override_keys):
            problems.append(ConfigProblem(_COMMAND_LINE, key, text))
        else:
            problems.append(ConfigProblem(table.name, f"{table.prefix}{key}", text))

    values = _merge_tables(table.values, override_values)
    config = build_config(values, root=Path(os.path.abspath(root)), file=file, report_problem=report_problem)
    if problems:
        raise ConfigError(problems)
    return _with_default_baseline(config)


def _with_default_baseline(config: Config) -> Config:
    """The configuration with the baseline that lies beside it, unless it names another one."""
    if config.baseline or not os.path.isfile(config.root / DEFAULT_BASELINE):
        return config
    return config._replace(baseline=DEFAULT_BASELINE)


def _read_table(path: Path, problems: list[ConfigProblem]) -> _ConfigTable | None:
    name = to_display_path(str(path))
    try:
        document = _parse_document(_read_text(path))
    except OSError as error:
        problems.append(ConfigProblem(name, "", f"cannot be read: {error.strerror}"))
    except UnicodeDecodeError as error:
        problems.append(ConfigProblem(name, "", f"is not UTF-8: {error.reason} at byte {error.start}"))
    except ValueError as error:
        problems.append(ConfigProblem(name, "", f"malformed TOML: {error}"))
    else:
        return _find_tool_table(document, name, path.name == PYPROJECT, problems)
    return None


def _find_tool_table(
    document: Mapping[str, Any], name: str, is_pyproject: bool, problems: list[ConfigProblem]
) -> _ConfigTable | None:
    """Our table in a TOML document: `tool.redis-ssot`, or in a file of our own without it, the whole document."""
    tool_tables = document.get("tool")
    table = tool_tables.get("redis-ssot") if isinstance(tool_tables, dict) else None
    if isinstance(table, dict):
        text = "is outside `[tool.redis-ssot]`; move it there"
        outside = () if is_pyproject else tuple(key for key in document if key in setting_names(top_level_settings()))
        problems.extend(ConfigProblem(name, key, text) for key in outside)
        return _ConfigTable(name, "tool.redis-ssot.", table)
    if table is not None:
        problems.append(ConfigProblem(name, "tool.redis-ssot", mismatch_message("a table", table)))
    elif nearest_name := find_nearest("redis-ssot", tool_tables) if isinstance(tool_tables, dict) else None:
        problems.append(ConfigProblem(name, f"tool.{nearest_name}", "unknown table; did you mean `tool.redis-ssot`?"))
    elif is_pyproject:
        problems.append(ConfigProblem(name, "", "has no table `tool.redis-ssot`"))
    else:
        return _ConfigTable(name, "", document)
    return None


def _parse_overrides(overrides: Sequence[str], problems: list[ConfigProblem]) -> dict[str, object]:
    override_values: dict[str, object] = {}
    for text in overrides:
        override_values = _merge_tables(override_values, _parse_override(text, problems))
    return override_values


def _parse_override(text: str, problems: list[ConfigProblem]) -> dict[str, object]:
    try:
        return parse_toml(text)
    except ValueError as error:
        hint = 'write KEY=VALUE in TOML, with quotes around text, such as `type-checking="ignore"`'
        problems.append(ConfigProblem(_COMMAND_LINE, text, f"malformed TOML: {error}; {hint}"))
        return {}


def _merge_tables(base: Mapping[str, object], overrides: Mapping[str, object]) -> dict[str, object]:
    merged = dict(base)
    for key, value in overrides.items():
        old = merged.get(key)
        merged[key] = _merge_tables(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _has_tool_table(file: str) -> bool:
    """Whether a pyproject.toml has our table. A misspelt one counts, since skipping the file would hide the mistake."""
    try:
        text = _read_text(Path(file))
        # Most files do not contain our name, and need no parsing.
        tools = _parse_document(text).get("tool") if _TOOL_NAME.search(text) else None
    except (OSError, ValueError):
        return True
    return isinstance(tools, dict) and any(map(_TOOL_NAME.fullmatch, tools))


@lru_cache(maxsize=1)  # a configuration is found by its contents, and then loaded
def _parse_document(text: str) -> Mapping[str, Any]:
    return parse_toml(text)


def _read_text(path: Path) -> str:
    return read(str(path)).decode("utf-8-sig")
