"""Where the configuration is, and reading it: every mistake at once, with its file and key."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from flake8_redis_ssot.config.model import Config, ConfigError, Problem
from flake8_redis_ssot.config.schema import KEYS, build
from flake8_redis_ssot.config.toml_table import leaves, mismatch
from flake8_redis_ssot.config.validators import nearest

OWN_NAMES = ("redis-ssot.toml", ".redis-ssot.toml")
PYPROJECT = "pyproject.toml"
_COMMAND_LINE = "--config"
_OUR_NAME = re.compile("redis[-_]ssot", re.IGNORECASE)
_EXAMPLE = """\
[tool.redis-ssot.resource.redis]
canonical = ["app.redis_manager"]
constructors = ["app.redis_manager.RedisManager"]
accessor = "app.redis_manager.get_redis_manager"

[tool.redis-ssot.resource.redis.deprecated]
"app.old.redis_manager" = "app.redis_manager"
"""


def how_to_configure() -> str:
    """What to say when there is no configuration: where one goes, and an example of it."""
    return (
        "No configuration found. Let one be proposed: redis-ssot init\n"
        f"Or write one in {PYPROJECT} or {OWN_NAMES[0]}, such as:\n\n{_EXAMPLE}"
    )


def find(start: Path) -> Path | None:
    """The configuration that holds for `start` (a file, a folder, or a path still to be made), or None.

    The nearest folder upwards wins; in it redis-ssot.toml, then .redis-ssot.toml, then a pyproject.toml
    that has a table for this tool. One that cannot be read counts, so that loading it says why.
    """
    path = os.path.abspath(start)
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    while True:
        for name in (*OWN_NAMES, PYPROJECT):
            file = os.path.join(folder, name)
            if os.path.isfile(file) and (name != PYPROJECT or _mentions_us(file)):
                return Path(file)
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def load(file: Path, *, root: Path | None = None, overrides: Sequence[str] = ()) -> Config:
    """Read a configuration; paths in it count from `root`, by default from the file's folder.

    `overrides` are TOML texts such as `resource.redis.canonical = ["app.rm"]`, laid over what the file says.
    Raises ConfigError with all problems.
    """
    path = Path(os.path.abspath(file))
    problems: list[Problem] = []
    given = _parsed(overrides, problems)
    source = _source(path, problems)
    if source is None:
        raise ConfigError(problems)
    return _checked(source, given, problems, root=root or path.parent, file=path)


def from_overrides(overrides: Sequence[str], root: Path) -> Config:
    """The configuration that `overrides` are by themselves, as in `load`. Raises ConfigError."""
    problems: list[Problem] = []
    given = _parsed(overrides, problems)
    if problems:  # what cannot be read would be told as missing too
        raise ConfigError(problems)
    return _checked(_Source(_COMMAND_LINE, "", {}), given, problems, root=root, file=None)


def warnings(config: Config) -> tuple[Problem, ...]:
    """What is suspicious in a configuration but stops nothing: import roots that are no folders."""
    missing = [folder for folder in config.src if not (config.root / folder).is_dir()]
    return tuple(problem_at(config, "src", f"`{folder}` is no folder in {config.root}") for folder in missing)


def problem_at(config: Config, key: str, text: str) -> Problem:
    """A problem with a value of a configuration that has been read; `key` without `tool.redis-ssot`."""
    if config.file is None:
        return Problem(_COMMAND_LINE, key, text)
    shared = config.file.name == PYPROJECT
    return Problem(_shown(config.file), f"tool.redis-ssot.{key}" if shared else key, text)


class _Source(NamedTuple):
    """Our table in a file: the file as messages call it, what its keys begin with, and its values."""

    name: str
    prefix: str
    values: Mapping[str, object]


def _checked(
    source: _Source, given: Mapping[str, object], problems: list[Problem], *, root: Path, file: Path | None
) -> Config:
    overridden = tuple(key for key, _ in leaves(given))

    def note(key: str, text: str) -> None:
        if any(key == ours or key.startswith((f"{ours}.", f"{ours}[")) for ours in overridden):
            problems.append(Problem(_COMMAND_LINE, key, text))
        else:
            problems.append(Problem(source.name, f"{source.prefix}{key}", text))

    values = _merged(source.values, given)
    config = build(values, root=Path(os.path.abspath(root)), file=file, note=note)
    if problems:
        raise ConfigError(problems)
    return config


def _source(path: Path, problems: list[Problem]) -> _Source | None:
    name = _shown(path)
    try:
        document = _parse(_text(path))
    except OSError as error:
        problems.append(Problem(name, "", f"cannot be read: {error.strerror}"))
    except UnicodeDecodeError as error:
        problems.append(Problem(name, "", f"is not UTF-8: {error.reason} at byte {error.start}"))
    except ValueError as error:
        problems.append(Problem(name, "", f"malformed TOML: {error}"))
    else:
        return _ours(document, name, path.name == PYPROJECT, problems)
    return None


def _ours(document: dict[str, object], name: str, shared: bool, problems: list[Problem]) -> _Source | None:
    """Our table in a document: `tool.redis-ssot`, or the whole of a file that has no such table."""
    tools = document.get("tool")
    table = tools.get("redis-ssot") if isinstance(tools, dict) else None
    if isinstance(table, dict):
        text = "stands outside `[tool.redis-ssot]`; move it in"
        outside = () if shared else tuple(key for key in document if key in KEYS)
        problems.extend(Problem(name, key, text) for key in outside)
        return _Source(name, "tool.redis-ssot.", table)
    if table is not None:
        problems.append(Problem(name, "tool.redis-ssot", mismatch("a table", table)))
    elif near := nearest("redis-ssot", tools) if isinstance(tools, dict) else None:
        problems.append(Problem(name, f"tool.{near}", "unknown table; did you mean `tool.redis-ssot`?"))
    elif shared:
        problems.append(Problem(name, "", "has no table `tool.redis-ssot`"))
    else:
        return _Source(name, "", document)
    return None


def _parsed(overrides: Sequence[str], problems: list[Problem]) -> dict[str, object]:
    given: dict[str, object] = {}
    for text in overrides:
        given = _merged(given, _parsed_override(text, problems))
    return given


def _parsed_override(text: str, problems: list[Problem]) -> dict[str, object]:
    try:
        return _parse(text)
    except ValueError as error:
        hint = 'write KEY=VALUE in TOML, with quotes around text, such as `type-checking="ignore"`'
        problems.append(Problem(_COMMAND_LINE, text, f"malformed TOML: {error}; {hint}"))
        return {}


def _merged(below: Mapping[str, object], above: Mapping[str, object]) -> dict[str, object]:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _mentions_us(file: str) -> bool:
    """Whether a pyproject.toml has a table for us, also a misspelt one: to pass it over hides the mistake."""
    try:
        text = _text(Path(file))
        # Most do not have our name in them at all, and need no parsing.
        tools = _parse(text).get("tool") if _OUR_NAME.search(text) else None
    except (OSError, ValueError):
        return True
    return isinstance(tools, dict) and any(map(_OUR_NAME.fullmatch, tools))


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig")


def _parse(text: str) -> dict[str, object]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)


def _shown(path: Path) -> str:
    """The path as short as it can be from the working directory."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
