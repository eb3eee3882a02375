"""The import style of a folder, as the settings of Ruff, isort or Black say."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from flake8_redis_ssot.files.ini_files import read_ini_section
from flake8_redis_ssot.files.toml_files import PYPROJECT, read_toml, strings_in, table_in

_RUFF_FILES = ("ruff.toml", ".ruff.toml")
_INI_SECTIONS = ((".isort.cfg", ("settings", "isort")), ("setup.cfg", ("isort", "tool:isort")), ("tox.ini", ("isort",)))
_DEFAULT_LINE_LENGTH = 88
_ISORT_LINE_LENGTH = 79
_MAX_LINE_LENGTH = 320  # as in Ruff
_MAX_BLANK_LINES = 20
# The value of `multi_line_output` in isort for names that are aligned with the parenthesis.
_GRID = "0"


class ImportStyle(NamedTuple):
    """How imports are written. The defaults are those of Ruff.

    `source_roots` are the folders (absolute) whose modules are first-party. With `aligns_names`, a long statement
    continues below its parenthesis instead of having one name a line.
    """

    line_length: int = _DEFAULT_LINE_LENGTH
    source_roots: tuple[str, ...] = ()
    first_party: frozenset[str] = frozenset()
    third_party: frozenset[str] = frozenset()
    combines_aliases: bool = False
    orders_by_type: bool = True
    is_case_sensitive: bool = False
    sorts_plain_and_from_together: bool = False
    has_one_name_per_statement: bool = False
    keeps_trailing_comma: bool = True
    aligns_names: bool = False
    lines_after_imports: int = -1


def read_import_style(folder: str, root: str) -> ImportStyle:
    """The style of the nearest settings, in the folder (absolute) or one that contains it, at most `root`."""
    black: Mapping[str, Any] = {}
    while True:
        pyproject = table_in(read_toml(os.path.join(folder, PYPROJECT)), "tool")
        ruff = _read_ruff_table(folder) or table_in(pyproject, "ruff")
        isort = table_in(pyproject, "isort") or _read_isort_section(folder)
        black = black or table_in(pyproject, "black")
        parent = os.path.dirname(folder)
        if ruff or isort or black or pyproject or folder == root or parent == folder:
            return _build_style(folder, ruff, isort, black)
        folder = parent


def _read_ruff_table(folder: str) -> Mapping[str, Any]:
    return next(filter(None, (read_toml(os.path.join(folder, name)) for name in _RUFF_FILES)), {})


def _read_isort_section(folder: str) -> dict[str, str]:
    tables = (read_ini_section(os.path.join(folder, name), *sections) for name, sections in _INI_SECTIONS)
    return next(filter(None, tables), {})


def _build_style(root: str, ruff: Mapping[str, Any], isort: Mapping[str, Any], black: Mapping[str, Any]) -> ImportStyle:
    """The style that the tables of a folder `root` say; isort sorts if it is configured."""
    lint = {**ruff, **table_in(ruff, "lint")}
    is_plain_isort = bool(isort) and not isort.get("profile")
    options = _normalise(isort) or _normalise(table_in(lint, "isort"))
    line_length = ruff.get("line-length") or black.get("line-length") or options.get("line_length")
    source_folders = _names(isort.get("src_paths")) or strings_in(ruff, "src") or (".", "src")
    return ImportStyle(
        line_length=_to_number(
            line_length, _ISORT_LINE_LENGTH if is_plain_isort else _DEFAULT_LINE_LENGTH, _MAX_LINE_LENGTH
        ),
        source_roots=tuple(os.path.normpath(os.path.join(root, folder)) for folder in source_folders),
        first_party=frozenset(_names(options.get("known_first_party"))),
        third_party=frozenset(_names(options.get("known_third_party"))),
        combines_aliases=_is_true(options.get("combine_as_imports", options.get("combine_as"))),
        orders_by_type=_is_true(options.get("order_by_type", True)),
        is_case_sensitive=_is_true(options.get("case_sensitive")),
        sorts_plain_and_from_together=_is_true(options.get("force_sort_within_sections")),
        has_one_name_per_statement=_is_true(options.get("force_single_line")),
        keeps_trailing_comma=_is_true(options.get("split_on_trailing_comma", not isort)),
        aligns_names=_is_true(
            isort and not options.get("profile") and str(options.get("multi_line_output", _GRID)) == _GRID
        ),
        lines_after_imports=_to_number(options.get("lines_after_imports"), -1, _MAX_BLANK_LINES),
    )


def _normalise(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key.replace("-", "_"): value for key, value in table.items()}


def _names(value: object) -> list[str]:
    """A list of names, also as one text with commas."""
    if isinstance(value, str):
        return [name for name in value.replace(",", " ").split() if name]
    return [str(name) for name in value] if isinstance(value, list) else []


def _is_true(value: object) -> bool:
    return value.lower() in ("1", "true", "yes", "on") if isinstance(value, str) else bool(value)


def _to_number(value: object, default: int, limit: int) -> int:
    try:
        return min(max(int(str(value)), -1), limit)
    except ValueError:
        return default
