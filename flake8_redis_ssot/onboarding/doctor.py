"""What goes wrong in practice around a configuration that is right by itself, each with the line to add."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from flake8_redis_ssot.baseline.storage import BaselineError, load
from flake8_redis_ssot.codes import names_by_code
from flake8_redis_ssot.config.model import Config
from flake8_redis_ssot.files.paths import shown_path

_RUFF_FILES = (".ruff.toml", "ruff.toml", "pyproject.toml")
_FLAKE8_FILES = ("setup.cfg", "tox.ini", ".flake8")
_LIMIT = 60  # seconds for flake8 to say its version


class Finding(NamedTuple):
    """One thing that was looked at: whether it is well, what it is, and what to do where it is not."""

    well: bool
    text: str
    remedy: str = ""


def look_at(config: Config) -> Iterator[Finding]:
    """Everything around a configuration that has been read, one after the other."""
    yield from _roots(config)
    yield from _ruff(str(config.root))
    yield from _flake8_settings(str(config.root))
    yield from _flake8_plugin()
    yield from _baseline(config)


def _roots(config: Config) -> Iterator[Finding]:
    """Import roots that lead nowhere."""
    for source, root in zip(config.src, config.roots):
        there = os.path.isdir(root) and any(name.endswith(".py") or _is_folder(root, name) for name in os.listdir(root))
        yield Finding(there, f"import root `{source}`", "" if there else "it holds no Python files: correct `src`")


def _is_folder(root: str, name: str) -> bool:
    return not name.startswith(".") and os.path.isdir(os.path.join(root, name))


def _ruff(root: str) -> Iterator[Finding]:
    """Ruff's RUF102 takes codes that it does not know for mistakes, and its fix deletes the comments."""
    for name in _RUFF_FILES:
        path = os.path.join(root, name)
        document = _toml(path)
        table = document.get("tool", {}).get("ruff") if name == "pyproject.toml" else document or None
        if not isinstance(table, dict):
            continue
        lint = table.get("lint", {})
        external = [*lint.get("external", ()), *table.get("external", ())] if isinstance(lint, dict) else []
        well = any(str(code) in ("R", "RS", "RSS") or str(code).startswith("RSS") for code in external)
        head = "[tool.ruff.lint]" if name == "pyproject.toml" else "[lint]"
        remedy = f'ruff deletes our `noqa` comments (RUF102); add to {shown_path(path)}:\n{head}\nexternal = ["RSS"]'
        yield Finding(well, f"ruff knows our codes ({shown_path(path)})", "" if well else remedy)
        return


def _toml(path: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except (OSError, ValueError):
        return {}


def _flake8_settings(root: str) -> Iterator[Finding]:
    """A `select` of one's own hides every plugin that it does not name."""
    for name in _FLAKE8_FILES:
        path = os.path.join(root, name)
        settings = _ini(path)
        if not settings:
            continue
        selects = "select" not in settings or _names_us(settings, "select", "extend-select", "extend_select")
        yield Finding(
            selects,
            f"flake8 selects our codes ({shown_path(path)})",
            "" if selects else f"add to [flake8] in {shown_path(path)}:\nextend-select = RSS",
        )
        if _names_us(settings, "ignore", "extend-ignore", "extend_ignore"):
            yield Finding(False, f"flake8 ignores our codes ({shown_path(path)})", "take RSS out of `ignore`")
        return


def _ini(path: str) -> Mapping[str, str]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        return {}
    return parser["flake8"] if parser.has_section("flake8") else {}


def _names_us(settings: Mapping[str, str], *keys: str) -> bool:
    """Whether any of some lists of codes means one of ours."""
    codes = [code for key in keys for code in settings.get(key, "").replace(",", " ").split()]
    return any(known.startswith(code) for code in codes for known in names_by_code())


def _flake8_plugin() -> Iterator[Finding]:
    """The flake8 that people call may be another one than ours."""
    command = shutil.which("flake8")
    if command is None:
        return
    try:
        done = subprocess.run([command, "--version"], capture_output=True, text=True, timeout=_LIMIT, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return
    well = "flake8-redis-ssot" in done.stdout
    remedy = f"install flake8-redis-ssot where {command} runs; it lists: {done.stdout.strip()}"
    yield Finding(well, f"flake8 has our plugin ({command})", "" if well else remedy)


def _baseline(config: Config) -> Iterator[Finding]:
    if config.baseline:
        path = os.path.join(config.root, config.baseline)
        try:
            number = len(load(path))
        except BaselineError as error:
            yield Finding(False, "the baseline", str(error))
        else:
            yield Finding(True, f"the baseline ({number} known findings)")
